"""The text of a plan, and what changed between two versions of it that concerns whom.

A department's signature stands until something *material to it* changes (requirements R2, R11): which
keys those are stands in `MATERIAL`. A path such as `phases[].start` means that key of every row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

LEGAL, FINANCE, TECH = "法务部", "财务部", "技术部"

GOALS = ("goals",)
MONEY = ("lines", "roi_assumptions", "expected_gmv", "gross_margin", "reserve_reason")
PLAN = (
    *("start_date", "end_date", "idea", "brand_fit", "uses_ip", "ip_license", "phases", "channels"),
    *("milestones", "has_prizes", "prizes", "draw_rules", "collects_personal_info", "personal_info_note"),
    *("copy_text", "copy_files"),
)
TECHNICAL = ("tracking", "integrations", "expected_peak_qps", "cdn_plan", "rollback")
CONTENT = (*GOALS, *MONEY, *PLAN, *TECHNICAL)

SCHEDULE = ("start_date", "end_date", "phases[].kind", "phases[].start", "phases[].end")
MATERIAL: Mapping[str, tuple[str, ...]] = {
    LEGAL: (
        *("idea", "uses_ip", "ip_license", "has_prizes", "prizes", "draw_rules", "collects_personal_info"),
        *("personal_info_note", "copy_text", "copy_files", "channels[].name", "start_date", "end_date"),
    ),
    FINANCE: (
        *("lines", "roi_assumptions", "expected_gmv", "gross_margin", "prizes", "start_date", "end_date"),
        *("phases[].start", "phases[].end"),
    ),
    TECH: TECHNICAL,
}


@dataclass(frozen=True)
class PlanChange:
    """What a revision did. Dates are compared as dates, `changed` holds the top-level keys."""

    legal_changed: bool
    finance_changed: bool
    tech_changed: bool
    launch_earlier: bool
    schedule_changed: bool
    goals_changed: bool
    changed: tuple[str, ...]


def text_of(submissions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the present text: for each content key the latest answer, oldest submission first.

    An answer of None in a later submission does not erase an earlier one: forms that show only a part of
    the text hand in None for what they hide.
    """
    text: dict[str, Any] = {}
    for answers in submissions:
        text.update({key: answers[key] for key in CONTENT if answers.get(key) is not None})
    return text


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> PlanChange:
    """Return what changed from one text to the next, and whom it concerns."""
    return PlanChange(
        legal_changed=_differs(before, after, MATERIAL[LEGAL]),
        finance_changed=_differs(before, after, MATERIAL[FINANCE]),
        tech_changed=_differs(before, after, MATERIAL[TECH]),
        launch_earlier=_earlier(before.get("start_date"), after.get("start_date")),
        schedule_changed=_differs(before, after, SCHEDULE),
        goals_changed=_differs(before, after, GOALS),
        changed=tuple(key for key in CONTENT if _differs(before, after, (key,))),
    )


def content_hash(text: Mapping[str, Any], department: str | None = None) -> str:
    """Return the SHA-256 of the text, or of what is material to one department of it.

    Equal for equal content: order of keys, 10 against 10.0, and missing against empty make no difference.
    """
    paths = CONTENT if department is None else MATERIAL.get(department, CONTENT)
    content = {path: canonical(value_at(text, path)) for path in paths}
    return hashlib.sha256(_dump(content).encode()).hexdigest()


def value_at(text: Mapping[str, Any], path: str) -> Any:
    """Return the value at `key` or, per row, at `key[].field`."""
    key, _, field = path.partition("[].")
    value = text.get(key)
    return [row.get(field) for row in value or ()] if field else value


def canonical(value: Any) -> Any:
    """Return a plain form in which equal content is equal: numbers as normal text, no empty values."""
    if isinstance(value, Mapping):
        pairs = {str(key): canonical(item) for key, item in value.items()}
        return {key: item for key, item in sorted(pairs.items()) if item not in (None, {}, [])} or None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Sequence):
        return [canonical(item) for item in value] or None
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is False or value is None:
        return None
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float | Decimal):
        return {"number": format(Decimal(str(value)).normalize(), "f")}
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _differs(before: Mapping[str, Any], after: Mapping[str, Any], paths: Iterable[str]) -> bool:
    return any(canonical(value_at(before, path)) != canonical(value_at(after, path)) for path in paths)


def _earlier(before: Any, after: Any) -> bool:
    old, new = as_date(before), as_date(after)
    return old is not None and new is not None and new < old


def as_date(value: Any) -> date | None:
    """Return a date from a date, a date-time or ISO text; None for nothing. ValueError on other text."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
