"""When a calendar arrives or changes, what waits follows: due dates, reminders, timers, and the record."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from service.domain.workdays import ZONE, local_day
from service.runtime.cases import instances
from service.runtime.company import calendar
from service.runtime.effects import notifications
from service.runtime.keeping import verifying
from service.runtime.step import audit
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.time import recounting
from service.store.models import TASKS, Timer
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

# The cast's Monday is 2 March 2026.
TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
SIGN = d.user(
    "sign",
    camunda_dueDate="=workdays_after(now(), 1)",
    properties={"remindAt": "0, 1", "escalateAfter": "2", "escalateTo": "财务部"},
)


@pytest.fixture
def waiting(any_company):
    any_company.deploy(chain("plan", SIGN))
    recounting.follow(any_company.app)
    return any_company, any_company.start("plan")


def day_off(company, *days):
    calendar.set_year(company.app, company.cast.admin, days[0].year, days, [])
    recounting.follow(company.app)


def due(company, case, activity="sign"):
    return local_day(company.task(case, activity).due_at)


def next_timer(company, case):
    with company.app.db.read() as session:
        return local_day(session.scalar(select(Timer.due_at).where(Timer.instance_id == case.id)))


def at(day, hour=8):
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def lines(company, case):
    history = instances.history(company.app, SYSTEM, case.id)
    return [(each.activity_id, each.note) for each in history if each.event == "recounted"]


def test_an_open_task_is_due_when_the_new_calendar_says(waiting):
    company, case = waiting
    assert (due(company, case), next_timer(company, case)) == (TUESDAY, TUESDAY)

    day_off(company, TUESDAY)

    assert (due(company, case), next_timer(company, case)) == (WEDNESDAY, WEDNESDAY)
    assert lines(company, case) == [("sign", "2026-03-03 23:59 → 2026-03-04 23:59")]
    [listed] = user_tasks.find(company.app, company.cast.zhouheng, mine=True).items
    assert local_day(listed.due_at) == WEDNESDAY
    assert not verifying.verify(company.app).problems


def test_people_are_reminded_and_superiors_told_by_the_new_date(waiting):
    company, _ = waiting
    day_off(company, TUESDAY)

    company.app.clock.set(at(WEDNESDAY))
    company.run_due()
    assert told(company, "zhouheng", "remind") == 0
    company.app.clock.set(at(THURSDAY))
    company.run_due()
    assert told(company, "zhouheng", "remind") == 1
    company.app.clock.set(at(date(2026, 3, 7)))
    company.run_due()
    assert told(company, "xunuo", "escalate") == 1


def test_what_was_told_already_is_not_told_again(waiting):
    company, case = waiting
    company.app.clock.set(at(WEDNESDAY))
    company.run_due()
    assert told(company, "zhouheng", "remind") == 1

    day_off(company, WEDNESDAY)
    company.run_due()

    assert (told(company, "zhouheng", "remind"), due(company, case)) == (1, TUESDAY)
    company.app.clock.set(at(date(2026, 3, 6)))
    company.run_due()
    assert told(company, "zhouheng", "remind") == 2


def test_a_drawn_timer_follows_too(any_company):
    company = any_company
    drawing = d.process(
        d.start(),
        d.user("review"),
        d.boundary("late", "review", d.timer("date", "=workdays_after(now(), 1)"), interrupting=False),
        d.end(),
        d.end("told"),
        d.path("begin", "review", "done"),
        d.path("late", "told"),
    )
    company.deploy({"p.bpmn": drawing, "organisation.yaml": ORGANISATION})
    recounting.follow(company.app)
    case = company.start("p")

    day_off(company, TUESDAY)

    assert next_timer(company, case) == WEDNESDAY
    assert lines(company, case) == [("", "2026-03-03 23:59 → 2026-03-04 23:59")]


def test_a_service_that_starts_with_a_calendar_just_announced_moves_what_was_provisional(any_company):
    company = any_company
    company.deploy(chain("plan", d.user("sign", camunda_dueDate='=workdays_after("2026-10-08", 1)')))
    case = company.start("plan")
    # As it stood while the year was not announced: without its days off and make-up days.
    with company.app.db.begin() as session:
        session.execute(update(TASKS).values(due_at=at(date(2026, 10, 12)), due_order=at(date(2026, 10, 12))))
        audit.append_system(company.app, session, recounting.COUNTED, by="system", calendar="of last year")

    recounting.follow(company.app)

    assert due(company, case) == date(2026, 10, 9)


def test_a_calendar_that_is_the_same_moves_and_records_nothing(waiting):
    company, case = waiting
    version = company.task(case, "sign").version

    known = recounting.follow(company.app)
    recounting.follow(company.app, known)

    assert (company.task(case, "sign").version, lines(company, case)) == (version, [])


def test_a_case_that_is_suspended_follows_as_well(waiting):
    company, case = waiting
    instances.suspend(company.app, company.cast.admin, case.id)

    day_off(company, TUESDAY)

    assert due(company, case) == WEDNESDAY


def told(company, name, kind):
    found = notifications.find(company.app, getattr(company.cast, name)).items
    return sum(each.kind == kind for each in found)
