"""Who else is to know of an activity: informed and asked when it begins, as drawn; slips are named."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.engine.check import check
from service.engine.organisation import read
from service.settings import ZONE
from tests.engine import diagrams as d
from tests.engine.driver import Case

ORGANISATION = """
groups: {法务部: department, 财务部: department, 客服部: department}
relations: {部门负责人: {head_of: department}}
notices:
  task: {tell: [办理人]}
  returned: {tell: [部门负责人, 经办人]}
  launched: {name: 上线, text: 活动已上线, tell: [客服部]}
""".encode()


def drawn(**properties: str) -> bytes:
    task = d.user("review", properties=properties)
    return d.process(d.start(), task, d.end(), d.path("begin", "review", "done"))


def found(organisation: bytes = ORGANISATION, **properties: str) -> list[str]:
    files = {"x.bpmn": drawn(**properties), "organisation.yaml": organisation}
    return [each.code for each in check(files, topics={})]


# ---- running ----------------------------------------------------------------------------------------


def test_an_activity_says_when_it_begins_whom_it_informs_and_whom_it_asks_until_when():
    case = Case(
        drawn(informs="客服部", consults='=["财务部", asked]', consultUntil="=workdays_after(now(), 2)"),
        variables={"asked": "法务部"},
    )

    [involved] = case.progress.involved

    assert (involved.activity_id, involved.informed, involved.consulted) == (
        "review",
        ("客服部",),
        ("财务部", "法务部"),
    )
    assert involved.until == datetime(2026, 11, 25, 23, 59, 59, tzinfo=ZONE)
    case.complete("review")
    assert case.progress.involved == ()


def test_an_activity_repeated_for_each_of_a_list_says_so_once():
    repeated = d.user("review", d.loop('=["a", "b"]', "each"), properties={"informs": "客服部"})
    case = Case(d.process(d.start(), repeated, d.end(), d.path("begin", "review", "done")))

    assert [each.informed for each in case.progress.involved] == [("客服部",)]


def test_who_is_no_name_is_an_incident_where_it_stands():
    case = Case(drawn(informs="=[1]"))

    assert [each.code for each in case.incidents.values()] == ["bad_groups"]


# ---- checking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "properties",
    [
        {"notice": "launched"},
        {"informs": "客服部, 部门负责人"},
        {"consults": "客服部", "consultUntil": "PT4H"},
        {"consults": '=["客服部"]', "consultUntil": "=workdays_after(now(), 2)"},
    ],
)
def test_what_reaches_somebody_is_accepted(properties):
    assert found(**properties) == []


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"notice": "lunched"}, "unknown-event"),
        ({"informs": "客服"}, "unknown-group"),
        ({"consults": "客户部"}, "unknown-group"),
        ({"consultUntil": "PT4H"}, "consults-nobody"),
        ({"consults": "客服部", "consultUntil": "两天"}, "bad-timer"),
        ({"consults": "客服部", "consultUntil": "${due}"}, "not-feel"),
        ({"informs": "=nowhere"}, "unknown-variable"),
    ],
)
def test_what_would_reach_nobody_is_named(properties, code):
    assert code in found(**properties)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("launched: {tell: [客服部]}", "notice-without-text"),
        ("launched: {text: 上线, tell: [客服]}", "unknown-group"),
        ("launched: {text: 上线, tell: [办理人]}", "no-holders"),
        ("launched: {text: 上线, tone: fine}", "unknown-word"),
        ("launched: {text: 上线, tells: [客服部]}", "unknown-word"),
    ],
)
def test_an_event_that_tells_nobody_or_nothing_is_named(entry, code):
    written = f"groups: {{法务部: department, 客服部: department}}\nnotices:\n  {entry}\n".encode()

    assert code in found(written)


def test_an_organisation_that_says_nothing_leaves_nobody_in_the_dark():
    silent = read("groups: {法务部: department}\n".encode()).organisation

    assert {key: event.tell for key, event in silent.notices.items()} == {
        "task": ("办理人",),
        "opinion": ("发起人",),
        "returned": ("发起人",),
        "withdrawn": ("发起人", "经办人"),
        "incident": ("admin",),
        "comment": ("发起人",),
    }


def test_an_organisation_with_relations_of_its_own_is_not_asked_for_the_customary_ones():
    own = "groups: {法务部: department}\nrelations: {作者: {user: applicant}}\n".encode()

    assert found(own) == []
    assert read(own).organisation.notices["withdrawn"].tell == ("经办人",)
