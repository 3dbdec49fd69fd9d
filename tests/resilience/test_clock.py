"""The clock is set back or jumps ahead: timers fire once, at their time; the record stays whole."""

from __future__ import annotations

from datetime import timedelta

from service.runtime.cases import instances
from service.runtime.keeping import audit, verifying
from service.runtime.step.saving import AHEAD, LEASE
from service.runtime.time import timers
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, sending

PAUSE = chain("p", d.catch("pause", d.timer("duration", "PT1H")), d.user("review"))


def test_a_timer_set_before_the_clock_went_back_waits_for_its_time_and_fires_once(any_company, clock):
    company = any_company
    company.deploy(PAUSE)
    case = company.start("p")
    clock.forward(minutes=59)
    sent = []
    company.app.dispatch = lambda kind, row_id, due: sent.append(row_id)
    assert timers.sweep(company.app) == 1, "sent ahead of its time, with its delay"

    clock.forward(hours=-2)
    assert not timers.fire_due(company.app, case.id), "the message arrives, the hour has not passed"
    assert timers.sweep(company.app) == 0
    clock.forward(hours=2, minutes=1)
    clock.now += LEASE + AHEAD
    assert timers.sweep(company.app) == 1, "sent again once its lease has run out"
    assert timers.fire_due(company.app, case.id)
    assert not timers.fire_due(company.app, case.id)

    assert company.active(case) == ["review"]
    assert company.events(case).count("left") == 2  # the start event and the pause


def test_the_record_stays_in_the_order_of_events_when_the_clock_goes_back(any_company, clock):
    company = any_company
    company.deploy(chain("p", d.user("first"), d.user("second")))
    case = company.start("p")
    clock.forward(hours=1)
    company.complete(case, "first", by="zhouheng")
    clock.forward(days=-1)
    company.complete(case, "second", by="zhouheng")

    entries = audit.entries(company.app, company.cast.admin, case.id)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert entries[2].at < entries[1].at, "it says what the clock said"
    assert verifying.verify(company.app).problems == ()
    entered = [
        line.activity_id
        for line in instances.history(company.app, company.cast.admin, case.id)
        if line.event == "entered"
    ]
    assert entered == ["begin", "first", "second", "done"]


def test_effects_wait_no_longer_than_the_clock_was_set_back(company, clock):
    company.deploy(sending())
    company.start("p")
    clock.forward(minutes=-30)
    assert company.run_due() == 0

    clock.forward(minutes=30)
    assert company.run_due() == 1


def test_a_clock_far_ahead_fires_each_timer_once(any_company, clock):
    company = any_company
    company.deploy(PAUSE)
    cases = [company.start("p") for _ in range(3)]
    clock.now += timedelta(days=400)

    assert company.run_due() == 3

    assert [company.active(case) for case in cases] == [["review"]] * 3
    clock.now -= timedelta(days=400)
    assert company.run_due() == 0
