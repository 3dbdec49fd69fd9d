"""Time: timers fire when they are due, once, and deadlines count workdays."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from service.runtime.cases import messages
from service.runtime.step.context import Played
from service.runtime.time import timers
from service.settings import ZONE
from service.store.models import Timer
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION


def reminded(due: str = "=workdays_after(now(), 2)"):
    """A review with a due date and a reminder that fires then and leaves the task open."""
    drawing = d.process(
        d.start(),
        d.user("review", camunda_dueDate=due),
        d.boundary("late", "review", d.timer("date", due), interrupting=False),
        d.service("remind", "notify.remind", {"activity": "review"}),
        d.end(),
        d.end("reminded"),
        d.path("begin", "review", "done"),
        d.path("late", "remind", "reminded"),
    )
    return {"p.bpmn": drawing, "organisation.yaml": ORGANISATION}


def timer_rows(company):
    with company.app.db.read() as session:
        return {row.instance_id: row.due_at for row in session.scalars(select(Timer))}


def test_a_due_date_counts_workdays_and_the_timer_row_shows_it(company):
    company.deploy(reminded())
    case = company.start("p")  # Monday, 2 March 2026

    wednesday_night = datetime(2026, 3, 4, 23, 59, 59, tzinfo=ZONE)
    assert company.task(case, "review").due_at == wednesday_night
    assert timer_rows(company) == {case.id: wednesday_night}


def test_a_deadline_jumps_over_the_spring_festival(company, clock):
    clock.set(datetime(2026, 2, 13, 10, 0, tzinfo=ZONE))  # the last Friday before it
    company.deploy(reminded())

    case = company.start("p")

    # 02-14 is worked as a make-up day; 02-15 to 02-23 are free; the second workday is Tuesday 02-24.
    assert company.task(case, "review").due_at == datetime(2026, 2, 24, 23, 59, 59, tzinfo=ZONE)


def test_a_reminder_fires_once_and_leaves_the_task_open(any_company, clock):
    company = any_company
    company.deploy(reminded())
    case = company.start("p")
    clock.forward(days=2)
    assert not timers.fire_due(company.app, case.id), "at nine in the morning of the second day"

    clock.forward(hours=15)
    assert timers.fire_due(company.app, case.id)
    assert not timers.fire_due(company.app, case.id)

    assert company.active(case) == ["review"]
    assert company.events(case).count("note") == 1
    assert timer_rows(company) == {}


def test_completing_the_task_takes_its_timer_away(company):
    company.deploy(reminded())
    case = company.start("p")

    company.complete(case, "review", by="zhouheng")

    assert timer_rows(company) == {}
    assert not timers.fire_due(company.app, case.id)


def test_the_sweep_sends_what_is_due_and_sends_it_once(company, clock):
    company.deploy(reminded())
    case = company.start("p")
    sent = []
    company.app.dispatch = lambda kind, row_id, due: sent.append((kind, row_id))

    assert timers.sweep(company.app) == 0
    clock.forward(days=3)
    assert timers.sweep(company.app) == 1
    assert timers.sweep(company.app) == 0
    clock.forward(minutes=10)
    assert timers.sweep(company.app) == 1, "the first message was lost: its lease has run out"

    assert sent == [("wake", case.id)] * 2


def test_a_step_that_leaves_the_next_due_time_as_it_was_sends_nothing_again(company, clock):
    company.deploy(reminded())
    case = company.start("p")
    clock.forward(days=3)
    company.app.dispatch = lambda kind, row_id, due: None
    timers.sweep(company.app)
    sent = []
    company.app.dispatch = lambda kind, row_id, due: sent.append((kind, row_id))

    messages.send(company.app, company.cast.admin, case.id, "nobody waits for it")

    assert sent == []
    assert timers.sweep(company.app) == 0, "the message that is on its way is still the one"


def test_one_sweep_sends_everything_that_is_due_however_much_it_is(company, clock, monkeypatch):
    monkeypatch.setattr(timers, "_BATCH", 2)
    company.deploy(reminded())
    sleeping = {company.start("p").id for _ in range(5)}
    sent = []
    company.app.dispatch = lambda kind, row_id, due: sent.append(row_id)

    clock.forward(days=7)
    swept = timers.sweep(company.app)

    assert swept == 5
    assert sorted(sent) == sorted(sleeping)


def test_nothing_happens_to_a_case_that_is_gone_or_has_ended(company):
    company.deploy(reminded())
    case = company.start("p")
    company.complete(case, "review", by="zhouheng")
    version = company.get(case)

    assert not timers.fire_due(company.app, case.id)
    assert not timers.fire_due(company.app, "0" * 32)
    assert company.get(case) == version


def test_what_falls_due_in_a_past_that_is_played_elsewhere_is_left_to_it(company, clock):
    company.deploy(reminded())
    case = company.start("p")
    clock.forward(days=30)
    sent = []
    company.app.dispatch = lambda *each: sent.append(each[:2])

    company.app.played = lambda: Played(1, 2, clock() - timedelta(days=15))
    assert (timers.sweep(company.app), sent) == (0, [])

    company.app.played = lambda: Played(1, 2, clock() - timedelta(days=40))
    assert (timers.sweep(company.app), sent) == (1, [("wake", case.id)])
