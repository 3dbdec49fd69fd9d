"""Adopted improvements: what has come of them, by what was walked, and who sees them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from service.errors import InvalidInput
from service.runtime import identity
from service.runtime.campaigns import improvements
from service.runtime.step.context import SYSTEM
from service.settings import ZONE
from tests.engine import diagrams as d

ORGANISATION = """
groups: {市场部: department, 法务部: department, 财务部: department, 技术部: department, 客服部: department,
         信息部: department, 总监: role}
relations: {发起人: {user: applicant}}
rights: {case.see_all: [财务部]}
conclusions: {达成: good}
""".encode()
FILES = {
    "campaign.bpmn": d.process(
        d.start(),
        d.user("legal", group="法务部"),
        d.user("run", group="技术部"),
        d.end(),
        d.path("begin", "legal", "run", "done"),
        key="campaign",
    ),
    "follow.bpmn": d.process(
        d.start(result='=""'),
        d.user("assess", group="法务部", outputs={"result": '="达成"'}),
        d.end(),
        d.path("begin", "assess", "done"),
        key="follow",
        inputs="process_step, activity, current, target, unit, deliverable, owner, due",
    ),
    "organisation.yaml": ORGANISATION,
    "figures.yaml": b"improvements: {process: follow, days_before: 20, fewest: 2}",
}
SAID = {
    "process_step": "法务会签",
    "current": "四天",
    "target": 1,
    "unit": "工作日",
    "deliverable": None,
    "owner": "周衡",
    "due": date(2026, 4, 10),
}


def at(month, day, hour=9):
    return datetime(2026, month, day, hour, tzinfo=ZONE)


@pytest.fixture
def adopted(company, clock):
    """An improvement of legal's step, adopted on 1 April: walked twice before, three times since."""
    company.deploy(FILES)

    def walk(begun, answered):
        clock.set(begun)
        case = company.start("campaign")
        clock.set(answered)
        company.complete(case, "legal", "zhouheng")
        return case

    walk(at(2, 2), at(2, 9))  # longer ago than counts
    walk(at(3, 23), at(3, 25))  # two workdays
    first = walk(at(3, 23), at(3, 27))  # four
    clock.set(at(3, 31))
    late = company.start("campaign")
    clock.set(at(4, 1))
    said = {**SAID, "activity": "campaign/legal"}
    case = company.start("follow", by="admin", business_key=company.get(first).business_key, variables=said)
    clock.set(at(4, 2))
    company.complete(late, "legal", "zhouheng")  # had begun the old way
    walk(at(4, 2), at(4, 2, 21))  # half a workday
    walk(at(4, 3), at(4, 7))  # one: the three days between are off
    clock.set(at(4, 8))
    company.case = case
    return company


def found(company, who="xunuo", **asked):
    return improvements.find(company.app, identity.actor(company.app, who), **asked)


def test_a_step_is_measured_before_and_since(adopted):
    [one] = found(adopted)

    assert (one.compared.before.n, one.compared.before.p50) == (2, Decimal("3.00"))
    assert (one.compared.since.n, one.compared.since.p80) == (2, Decimal("0.90"))


def test_an_improvement_is_open_then_overdue_then_done_and_stays_as_it_was_judged(adopted, clock):
    assert [one.state for one in found(adopted)] == ["open"]
    clock.set(at(4, 11))
    assert [one.state for one in found(adopted, state="overdue")] == ["overdue"]
    assert found(adopted, state="open") == ()

    adopted.complete(adopted.case, "assess", "zhouheng")

    [one] = found(adopted, state="done")
    assert (one.result, one.tone, one.owner, one.due) == ("达成", "good", "周衡", date(2026, 4, 10))
    clock.set(at(4, 13))
    later = adopted.start("campaign")
    adopted.complete(later, "legal", "zhouheng")
    assert found(adopted) == (one,), "what happens afterwards judges it no more"


def test_below_so_many_times_nothing_is_said_and_without_a_step_nothing_is_measured(adopted):
    files = {**FILES, "figures.yaml": b"improvements: {process: follow, fewest: 3}"}
    adopted.deploy(files)
    adopted.start("follow", by="admin", variables={**SAID, "activity": None})

    without, one = found(adopted)

    assert without.compared is None
    assert (one.compared.since.n, one.compared.since.p50, one.compared.fewest) == (2, None, 3)
    assert one.compared.before.n == 3, "half a year counts where the owners say nothing else"


def test_only_who_sees_the_campaign_finds_its_improvements(adopted):
    assert len(found(adopted, "zhouheng")) == 1, "whose task it is"
    assert len(found(adopted, "linyue")) == 1, "whose campaign it is"
    assert found(adopted, "ouwen") == ()


def test_where_nothing_follows_improvements_up_there_are_none(adopted):
    adopted.deploy({**FILES, "figures.yaml": b"{}"})

    assert improvements.find(adopted.app, SYSTEM) == ()
    with pytest.raises(InvalidInput):
        found(adopted, state="soon")
