"""How the service is: what is wrong is counted, and said with what to do."""

from __future__ import annotations

import pytest

from service.errors import Forbidden
from service.runtime.cases import instances
from service.runtime.cases.seeking import Sought
from service.runtime.keeping import condition
from service.runtime.step.context import SYSTEM
from service.store.models import Outbox
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


def ill(company):
    found = condition.look(company.app, company.cast.admin)
    return {each.kind: each.count for each in found if not each.is_well}


def add_given_up(company):
    with company.app.db.begin() as session:
        now = company.app.clock()
        session.add(
            Outbox(kind="tell", payload={}, state="failed", attempts=5, available_at=now, created_at=now)
        )


def stalled(company):
    return {each.id for each in instances.find(company.app, SYSTEM, Sought(stalled=True)).items}


def test_all_is_well_while_people_have_their_time(any_company):
    any_company.deploy(chain("p", d.user("wait", group="法务部")))
    any_company.start("p")

    found = condition.look(any_company.app, any_company.cast.admin)

    assert {each.kind for each in found} >= {
        "incidents",
        "given_up",
        "timers",
        "effects",
        "batches",
        "stalled",
    }
    assert [each.text for each in found if each.is_well] == [""] * len(found)


def test_a_case_that_nobody_touches_stands_still_after_as_many_workdays_as_the_owners_say(any_company, clock):
    files = chain("p", d.user("wait", group="法务部"))
    files["organisation.yaml"] += b"\nstalled_after_workdays: 2\n"
    any_company.deploy(files)
    case = any_company.start("p")

    clock.forward(days=2)
    on_the_second_day = stalled(any_company)
    clock.forward(hours=1)

    assert on_the_second_day == set()
    assert stalled(any_company) == {case.id}
    assert ill(any_company) == {"stalled": 1}


def test_a_timer_that_nobody_sees_to_is_told_of_with_the_case_that_waits_for_it(any_company, clock):
    any_company.deploy(chain("p", d.catch("late", d.timer("duration", "PT1H"))))
    case = any_company.start("p")

    clock.forward(hours=1, minutes=4)
    a_little_late = ill(any_company)
    clock.forward(minutes=2)

    assert a_little_late == {}
    assert ill(any_company) == {"timers": 1, "stalled": 1}
    assert stalled(any_company) == {case.id}


def test_what_has_stopped_and_what_was_given_up_is_counted(any_company):
    wanted = {"users": '=["zhouheng"]', "subject": "看一下", "text": "一"}
    told, stops = d.service("tell", "notify.alert", wanted), d.script("sum", "1 + applicant", "x")
    any_company.deploy(chain("p", told, stops))
    any_company.start("p")
    add_given_up(any_company)

    assert ill(any_company) == {"incidents": 1, "given_up": 1, "stalled": 1}


def test_only_who_may_look_into_the_system_is_told(any_company):
    with pytest.raises(Forbidden):
        condition.look(any_company.app, any_company.cast.linyue)
