"""Handlers that hang, expressions that burn time or memory, rows nobody can read: each keeps it to itself."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest
from sqlalchemy import literal_column, select, update

from service.runtime.effects import outbox
from service.runtime.incidents import incidents
from service.runtime.step import handler_calls, time_limit
from service.runtime.time import timers
from service.store.models import Outbox, ProcessInstance, Timer
from tests.engine import diagrams as d
from tests.resilience.conftest import topic
from tests.runtime.drawings import chain

PAUSE = chain("p", d.catch("pause", d.timer("duration", "PT1H")), d.user("review"))


def test_a_handler_that_hangs_is_an_incident_after_its_limit_and_the_rest_goes_on(any_company, monkeypatch):
    company = any_company
    monkeypatch.setattr(handler_calls, "HANDLER_SECONDS", 0.3)
    hangs = True

    def endless(params, ports):
        ports.notify("alert", users=["zhouheng"], subject="s", text="t")
        while hangs:
            time.sleep(0.01)
        return {}

    topic(company, "figures", endless)
    company.deploy(chain("p", d.service("collect", "figures")) | chain("q", d.user("review")))
    began = time.monotonic()
    case = company.start("p")

    [incident] = company.get(case).incidents
    assert (incident.code, incident.activity_id) == ("handler_failed", "collect")
    assert "did not come to an end" in incident.message
    assert time.monotonic() - began < 5
    assert company.run_due() == 0, "what it had asked for before it hung is not done"
    assert company.active(company.start("q")) == ["review"]
    hangs = False
    assert incidents.retry(company.app, company.cast.admin, incident.id).state == "completed"


def test_a_handler_that_swallows_every_exception_is_stopped_all_the_same(company, monkeypatch):
    monkeypatch.setattr(handler_calls, "HANDLER_SECONDS", 0.3)

    def stubborn(params, ports):
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    topic(company, "figures", stubborn)
    company.deploy(chain("p", d.service("collect", "figures")))

    assert [each.code for each in company.start("p").incidents] == ["handler_failed"]


def test_the_limit_strikes_the_function_or_nothing_at_all():
    ended = 0
    for _ in range(200):
        with contextlib.suppress(time_limit.TimeIsUp):
            time_limit.run(lambda: time.sleep(0.001), 0.002)
            ended += 1
    time.sleep(0.05)  # whatever was still to be raised would be raised here

    assert ended > 0
    assert time_limit.run(lambda: 42, 60) == 42


def test_the_limit_strikes_in_its_own_thread_only():
    struck = []

    def hang():
        try:
            time_limit.run(lambda: [time.sleep(0.01) for _ in range(1000)], 0.1)
        except time_limit.TimeIsUp:
            struck.append(threading.current_thread().name)

    threads = [threading.Thread(target=hang, name=str(number)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert sorted(struck) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "expression",
    [
        "count(for a in 1..1000000, b in 1..1000000 return a)",
        'string length(string join(for a in 1..20000000 return "会签会签会签会签会签会签"))',
    ],
    ids=["time", "memory"],
)
def test_an_expression_that_burns_time_or_memory_is_an_incident_and_the_rest_goes_on(company, expression):
    company.deploy(chain("p", d.script("burn", expression, "x")) | chain("q", d.user("review")))
    began = time.monotonic()

    case = company.start("p")

    [incident] = case.incidents
    assert (incident.activity_id, incident.code.startswith("feel")) == ("burn", True)
    assert time.monotonic() - began < 10
    assert company.active(company.start("q")) == ["review"]


def test_an_effect_nobody_can_read_becomes_an_incident_and_holds_no_other_up(any_company):
    company = any_company
    company.deploy(
        chain("p", d.service("tell", "notify.alert", {"users": '=["zhouheng"]', "text": "看"}), d.user("x"))
    )
    poisoned, sound = company.start("p"), company.start("p")
    with company.app.db.begin() as session:
        session.execute(
            Outbox.__table__.update()
            .where(Outbox.instance_id == poisoned.id)
            .values(payload=literal_column("'{not json'"))
        )

    company.run_due()

    assert [each.code for each in company.get(poisoned).incidents] == ["effect_failed"]
    assert company.get(sound).incidents == ()
    with company.app.db.read() as session:
        states = dict(session.execute(select(Outbox.instance_id, Outbox.state)).all())
    assert states == {poisoned.id: "failed", sound.id: "done"}


def test_timers_of_a_case_nobody_can_read_become_an_incident_and_hold_no_other_up(any_company, clock):
    company = any_company
    company.deploy(PAUSE)
    poisoned, sound = company.start("p"), company.start("p")
    with company.app.db.begin() as session:
        session.execute(
            update(ProcessInstance).where(ProcessInstance.id == poisoned.id).values(snapshot=b"not zlib")
        )
    sent = []
    company.app.dispatch = lambda kind, row_id, due: sent.append(row_id)
    clock.forward(hours=1)

    for _ in range(outbox.MAX_ATTEMPTS):
        timers.sweep(company.app)
        for row_id in sent:
            timers.wake(company.app, row_id)
        sent.clear()
        clock.forward(minutes=30)

    assert company.active(sound) == ["review"]
    found = incidents.find(company.app, company.cast.admin).items
    assert [(each.instance_id, each.code) for each in found] == [(poisoned.id, "timer_failed")]
    assert timers.sweep(company.app) == 0, "it rests until somebody retries it"


def test_a_case_that_cannot_be_read_answers_only_for_itself(company):
    company.deploy(chain("p", d.user("review")))
    poisoned, sound = company.start("p"), company.start("p")
    with company.app.db.begin() as session:
        session.execute(
            update(ProcessInstance).where(ProcessInstance.id == poisoned.id).values(snapshot=b"not zlib")
        )

    company.complete(sound, "review", by="zhouheng")

    assert company.get(sound).state == "completed"
    with company.app.db.read() as session:
        assert session.scalar(select(Timer.instance_id)) is None
