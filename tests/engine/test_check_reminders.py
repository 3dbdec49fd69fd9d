"""A reminder that would not come, or reach nobody, is refused with what to write instead."""

from __future__ import annotations

import pytest

from service.engine.check import check
from tests.engine import diagrams as d

ORGANISATION = """
groups: {法务部: department, 财务部: department, 总监: role}
relations: {部门负责人: {head_of: department}}
superiors: {法务部: 总监}
""".encode()
TWO_WORKDAYS = "=workdays_after(now(), 2)"


def found(due: str = TWO_WORKDAYS, kind: str = "userTask", group: str = "法务部", **properties: str):
    written = {"camunda_dueDate": due} if due else {}
    task = d.user("a", properties=properties, group=group, **written).replace("userTask", kind)
    drawing = d.process(d.start(), task, d.end(), d.path("begin", "a", "done"))
    return check({"x.bpmn": drawing, "organisation.yaml": ORGANISATION}, topics={})


def codes(*args: str, **properties: str) -> list[str]:
    return [each.code for each in found(*args, **properties)]


@pytest.mark.parametrize(
    ("due", "properties"),
    [
        (TWO_WORKDAYS, {"remindAt": "-1, 0，1、3"}),
        (TWO_WORKDAYS, {"remindAt": "+1", "remindEvery": "1", "remindAlso": "部门负责人, 总监"}),
        (TWO_WORKDAYS, {"escalateAfter": "0, 2", "escalateTo": "上级, 财务部"}),
        (TWO_WORKDAYS, {"escalateAfter": "1", "escalateTo": "上级, 财务部"}),
        (TWO_WORKDAYS, {"escalateAfter": "1, PT60H", "escalateTo": "总监"}),
        ("PT4H", {"remindAt": "-PT1H, 0, PT30M", "remindEvery": "PT2H"}),
        ("", {"remindAt": "1, PT4H", "escalateAfter": "3", "escalateTo": "总监"}),
        ("", {"remindAt": "=[1, 2]", "escalateAfter": "=3", "escalateTo": '="总监"'}),
        ('=date("2026-12-24")', {"remindAt": "-30"}),
    ],
)
def test_what_comes_and_reaches_somebody_is_accepted(due, properties):
    assert codes(due, **properties) == []
    assert codes(due, "manualTask", **properties) == []


@pytest.mark.parametrize(
    ("due", "properties", "code"),
    [
        (TWO_WORKDAYS, {"remindAt": "tomorrow"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindAt": "0.5"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindAt": "P1X"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindAt": "99999"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindAt": "99999999999999999999"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindEvery": "0"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindEvery": "-1"}, "bad-reminder"),
        (TWO_WORKDAYS, {"remindEvery": "1, 2"}, "bad-reminder"),
        (TWO_WORKDAYS, {"escalateAfter": "-1", "escalateTo": "总监"}, "bad-reminder"),
        (TWO_WORKDAYS, {"escalateAfter": "2, 1", "escalateTo": "总监, 财务部"}, "bad-reminder"),
        (TWO_WORKDAYS, {"escalateAfter": "1, 1", "escalateTo": "总监, 财务部"}, "bad-reminder"),
        (TWO_WORKDAYS, {"escalateAfter": "1, 2, 3", "escalateTo": "总监, 财务部"}, "bad-reminder"),
        ("", {"remindAt": "-1"}, "reminder-without-due-date"),
        ("", {"remindAt": "0"}, "reminder-without-due-date"),
        ("", {"escalateAfter": "0", "escalateTo": "总监"}, "reminder-without-due-date"),
        (TWO_WORKDAYS, {"remindAt": "-3"}, "reminder-never"),
        ("PT4H", {"remindAt": "-PT4H"}, "reminder-never"),
        ("PT4H", {"remindAt": "-1"}, "reminder-never"),
        (TWO_WORKDAYS, {"remindAlso": "总监"}, "reminder-tells-nothing"),
        (TWO_WORKDAYS, {"escalateTo": "总监"}, "reminder-tells-nothing"),
        (TWO_WORKDAYS, {"escalateAfter": "1"}, "reminder-tells-nothing"),
        (TWO_WORKDAYS, {"remindAt": "0", "remindAlso": "总监办"}, "unknown-group"),
        (TWO_WORKDAYS, {"remindAt": "0", "remindAlso": "上级"}, "unknown-group"),
        (TWO_WORKDAYS, {"escalateAfter": "1", "escalateTo": "财务"}, "unknown-group"),
        (TWO_WORKDAYS, {"remindEvery": "PT1M"}, "reminder-too-often"),
        (TWO_WORKDAYS, {"remindAt": "${due}"}, "not-feel"),
        (TWO_WORKDAYS, {"remindAt": "=offset"}, "unknown-variable"),
        (TWO_WORKDAYS, {"escalateAfter": "1", "escalateTo": "=chief"}, "unknown-variable"),
    ],
)
def test_what_would_not_come_or_reach_nobody_is_refused(due, properties, code):
    assert code in codes(due, **properties)


def test_a_misspelt_group_is_named_with_the_nearest():
    [finding] = found(escalateAfter="1", escalateTo="财务")

    assert "'财务'" in finding.message
    assert "Did you mean '财务部'?" in finding.message


@pytest.mark.parametrize(
    ("said", "meant"), [("1个工作日", "1"), ("-2天", "-2"), ("−1 天", "-1"), ("3 days", "3")]
)
def test_workdays_as_people_say_them_are_told_as_a_number(said, meant):
    [finding] = found(remindAt=said.replace(" ", ""))

    assert finding.message.endswith(f"Workdays are written as a number: {meant}.")


def test_nobody_is_above_a_group_without_a_superior():
    [finding] = found(group="财务部", escalateAfter="1", escalateTo="上级")

    assert finding.code == "no-superior"
    assert codes(group="财务部, 法务部", escalateAfter="1", escalateTo="上级") == []


@pytest.mark.parametrize(
    ("name", "meant"), [("remindat", "remindAt"), ("remindAfter", "remindAt"), ("escalateto", "escalateTo")]
)
def test_a_misspelt_property_is_named_with_the_nearest(name, meant):
    [finding] = found(**{name: "1"})

    assert finding.code == "unknown-property"
    assert f"Did you mean {meant!r}?" in finding.message


def test_only_tasks_that_people_do_have_reminders():
    assert "unknown-property" in codes("", "task", remindAt="1")
