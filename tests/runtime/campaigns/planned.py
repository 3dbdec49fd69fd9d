"""A campaign whose plan has channels and days, as small as that can be, and tables of its figures."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import openpyxl
import yaml

from service import resources
from tests.engine import diagrams as d

CHANNELS = ("抖音", "百度")
FIRST, LAST = "2026-02-01", "2026-02-28"

_ORGANISATION = """
groups: {市场部: department, 法务部: department, 财务部: department, 技术部: department, 客服部: department,
         信息部: department, 总监: role}
relations: {发起人: {user: applicant}}
rights: {sample.record: [市场部], case.see_all: [总监]}
metrics:
  clicks: {name: 点击, aliases: [点击量], unit: 次}
  cost: {name: 花费, unit: 元}
"""
_PLAN: dict[str, Any] = {
    "id": "plan",
    "type": "default",
    "components": [
        {
            "type": "textfield",
            "key": "start_date",
            "id": "f1",
            "label": "开始",
            "properties": {"text": "plan"},
        },
        {"type": "textfield", "key": "end_date", "id": "f2", "label": "结束", "properties": {"text": "plan"}},
        {
            "type": "dynamiclist",
            "path": "channels",
            "id": "f3",
            "label": "渠道",
            "isRepeating": True,
            "allowAddRemove": True,
            "properties": {"text": "plan"},
            "components": [{"type": "textfield", "key": "name", "id": "f4", "label": "名称"}],
        },
    ],
}


def files() -> dict[str, bytes]:
    """A process that begins with a plan and waits for legal, and where figures come from."""
    drawing = d.process(
        d.element("startEvent", "begin", camunda_formRef="plan", camunda_formRefBinding="deployment"),
        d.user("legal_review", group="法务部"),
        d.end(),
        d.path("begin", "legal_review", "done"),
        key="campaign",
    )
    shipped = yaml.safe_load((resources.processes() / "figures.yaml").read_bytes())
    sources = {name: shipped[name] for name in ("totals", "no_data", "sources")}
    return {
        "campaign.bpmn": drawing,
        "plan.form": json.dumps(_PLAN).encode(),
        "organisation.yaml": _ORGANISATION.encode(),
        "figures.yaml": yaml.safe_dump(sources, allow_unicode=True, sort_keys=False).encode(),
    }


def answers(channels: Iterable[str] = CHANNELS) -> dict[str, Any]:
    """What the plan says."""
    return {"start_date": FIRST, "end_date": LAST, "channels": [{"name": name} for name in channels]}


def csv_of(rows: Iterable[Iterable[Any]], encoding: str = "utf-8-sig") -> bytes:
    """Return rows as spreadsheets save them."""
    return "\r\n".join(",".join(_quoted(each) for each in row) for row in rows).encode(encoding)


def xlsx_of(rows: Iterable[Iterable[Any]]) -> bytes:
    """Return rows as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _quoted(value: Any) -> str:
    text = str(value)
    return f'"{text}"' if "," in text else text
