"""Reminders, alerts, escalations, and lines in the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.errors import HandlerFailed
from service.handlers import HANDLERS
from service.handlers.ports import OpenTask
from tests.handlers.fake_ports import MAIN, NOON, FakePorts


def test_a_reminder_goes_to_whoever_holds_the_task():
    ports = FakePorts(
        holders={"legal_review": ["zhouheng", "mengxiao"]},
        owed=[OpenTask("legal_review", "法务会签", "countersign_legal", MAIN, None)],
    )

    HANDLERS["notify.remind"]({"activity": "legal_review"}, ports)

    (notice,) = ports.notices
    assert notice["users"] == ("zhouheng", "mengxiao")
    assert notice["subject"] == "催办：法务会签"
    assert ports.notes[0][1]["activity"] == "legal_review"


def test_nobody_is_reminded_of_a_task_that_is_gone():
    ports = FakePorts()

    HANDLERS["notify.remind"]({"activity": "legal_review"}, ports)

    assert (ports.notices, ports.notes) == ([], [])


def test_an_alert_lists_what_deviates_and_nothing_else():
    ports = FakePorts()
    alerts = [
        {
            "metric": "ctr",
            "name": "点击率",
            "unit": "%",
            "target": Decimal("0.024"),
            "actual": Decimal("0.0195"),
            "deviation": Decimal("-0.1875"),
            "level": "shortfall",
        },
        {"metric": "CVR", "target": 1, "actual": 1, "deviation": 0, "level": "none"},
        {
            "metric": "aov",
            "name": "客单价",
            "unit": "元",
            "target": 268,
            "actual": Decimal("1234.5"),
            "deviation": Decimal("3.6063"),
            "level": "over",
        },
        {"metric": "AOV", "target": None, "actual": 274, "deviation": None, "level": "no_target"},
    ]

    HANDLERS["notify.alert"](
        {"groups": ["市场部"], "text": "今日指标预警", "alerts": alerts, "day": date(2026, 11, 22)}, ports
    )

    (notice,) = ports.notices
    assert notice["groups"] == ("市场部",)
    assert notice["text"].splitlines() == [
        "今日指标预警",
        "点击率: 1.95%, target 2.40%, deviation -18.75%",
        "客单价: ¥1,234.50, target ¥268.00, deviation +360.63%",
        "AOV: no target for the day",
    ]
    assert ports.notes[0][0].splitlines()[1:] == [
        "点击率：实际 1.95%，目标 2.40%，偏差 -18.75%",
        "客单价：实际 ¥1,234.50，目标 ¥268.00，偏差 +360.63%",
        "AOV：没有当日目标",
    ]


def test_an_escalation_goes_up_with_a_copy_to_the_holder():
    ports = FakePorts(holders={"closeout_report": ["linyue"]})

    outputs = HANDLERS["notify.escalate"](
        {"activity": "closeout_report", "groups": "部门负责人", "users": ["linyue"], "text": "结案报告逾期"},
        ports,
    )

    (notice,) = ports.notices
    assert (notice["groups"], notice["users"]) == (("部门负责人",), ("linyue",))
    assert outputs == {"escalated_at": NOON}


def sign(ports, form, by, tone="good", minutes=0):
    entry = ports.hand_in(form, by=by)
    at = NOON + timedelta(minutes=minutes)
    ports.handed_in[-1] = replace(entry, tone=tone, at=at)


def noted(ports, **further):
    forms = ["legal_review", "legal_release"]
    HANDLERS["record.note"](
        {"text": "无新内容，沿用原意见", "department": "法务部", "forms": forms, **further}, ports
    )
    return ports.notes[-1]


def test_a_note_says_whose_signature_still_stands():
    ports = FakePorts()
    sign(ports, "legal_review", "zhouheng")
    sign(ports, "legal_release", "mengxiao", minutes=60)

    assert noted(ports, round=2) == (
        "无新内容，沿用原意见",
        {
            "round": 2,
            "signed_by": "mengxiao",
            "signed_at": NOON + timedelta(hours=1),
            "content_hash": "hash-2",
            "department": "法务部",
        },
    )


def test_an_objection_is_no_signature_that_stands():
    ports = FakePorts()
    sign(ports, "legal_review", "zhouheng")
    sign(ports, "legal_release", "mengxiao", tone="bad", minutes=60)

    assert noted(ports)[1]["signed_by"] == "zhouheng"


def test_a_signature_under_another_text_is_not_carried_over():
    ports = FakePorts()
    sign(ports, "legal_review", "zhouheng")
    ports.hand_in("revise_plan", copy_text="换了一句文案")

    text, facts = noted(ports)

    assert text == "法务部：没有对现行内容的同意签字可以沿用"
    assert facts == {"department": "法务部"}


def test_what_does_not_concern_the_department_leaves_its_signature():
    ports = FakePorts()
    sign(ports, "legal_review", "zhouheng")
    ports.hand_in("revise_plan", rollback="五分钟内切回旧版")

    assert noted(ports)[1]["signed_by"] == "zhouheng"


def test_groups_that_are_no_names_are_refused():
    with pytest.raises(HandlerFailed):
        HANDLERS["notify.alert"]({"groups": 7, "text": "x"}, FakePorts())
