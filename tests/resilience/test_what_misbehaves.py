"""Handlers that hang, expressions that burn time or memory, rows nobody can read: each keeps it to itself."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import literal_column, select, text, update

from service.runtime.campaigns import allowances
from service.runtime.campaigns.ports import HandlerPorts
from service.runtime.cases import dossier
from service.runtime.effects import outbox
from service.runtime.incidents import incidents
from service.runtime.step import handler_calls
from service.runtime.step.context import SYSTEM
from service.runtime.time import timers
from service.store.models import AllowanceCommitment, Outbox, ProcessInstance, Timer
from tests.engine import diagrams as d
from tests.resilience.conftest import topic
from tests.runtime.drawings import chain, sending

PAUSE = chain("p", d.catch("pause", d.timer("duration", "PT1H")), d.user("review"))


class SlowPorts(HandlerPorts):
    """The ports, with one whose answer the database takes for ever to find."""

    def endless(self):
        is_sqlite = self._step.session.get_bind().dialect.name == "sqlite"
        self._step.session.execute(text(_ENDLESS if is_sqlite else "SELECT pg_sleep(60)"))

    def broken(self):
        self._step.session.execute(text("SELECT no_such_function_anywhere()"))


_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def with_slow_ports(company):
    def call_handler(step, call):
        return handler_calls.call(step.handlers, call, SlowPorts(step, call), step.session)

    company.app.parts = replace(company.app.parts, call_handler=call_handler)


def test_a_handler_that_hangs_is_an_incident_after_its_limit_and_the_rest_goes_on(any_company, monkeypatch):
    company = any_company
    monkeypatch.setattr(handler_calls, "HANDLER_SECONDS", 0.3)
    hangs = True

    def endless(params, ports):
        ports.notify("alert", users=["zhouheng"], subject="s", text="t")
        while hangs:
            ports.open_tasks()
        return {}

    topic(company, "figures", endless)
    company.deploy(chain("p", d.service("collect", "figures")) | chain("q", d.user("review")))
    case = company.start("p")

    [incident] = company.get(case).incidents
    assert (incident.code, incident.activity_id) == ("handler_failed", "collect")
    assert "did not come to an end in 0.3 seconds" in incident.message
    assert company.run_due() == 0, "what it had asked for before it hung is not done"
    assert company.active(company.start("q")) == ["review"]
    hangs = False
    assert incidents.retry(company.app, company.cast.admin, incident.id).state == "completed"


@pytest.mark.parametrize("port", ["endless", "broken"])
def test_a_handler_whose_query_never_ends_or_fails_loses_no_answers(any_company, monkeypatch, port):
    company = any_company
    monkeypatch.setattr(handler_calls, "HANDLER_SECONDS", 0.3)
    with_slow_ports(company)
    topic(company, "figures", lambda params, ports: getattr(ports, port)())
    company.deploy(chain("p", d.user("review"), d.service("collect", "figures"), d.user("after")))
    case = company.start("p")

    done = company.complete(case, "review", by="zhouheng", remark="留下来")

    assert [each.code for each in done.instance.incidents] == ["handler_failed"]
    [section] = dossier.dossier(company.app, company.cast.linyue, case.id).sections
    assert section.submissions[0].data == {"remark": "留下来"}
    assert company.tasks(case) == ()


@pytest.mark.parametrize("port", ["endless", "broken"])
def test_a_handler_that_swallows_every_exception_fails_all_the_same(any_company, monkeypatch, port):
    company = any_company
    monkeypatch.setattr(handler_calls, "HANDLER_SECONDS", 0.3)
    with_slow_ports(company)

    def stubborn(params, ports):
        with contextlib.suppress(Exception):
            getattr(ports, port)()
        return {"figure": 0}

    topic(company, "figures", stubborn)
    company.deploy(chain("p", d.service("collect", "figures")))

    assert [each.code for each in company.start("p").incidents] == ["handler_failed"]


def test_a_handler_that_only_calculates_too_long_is_too_late(company, monkeypatch):
    monkeypatch.setattr(handler_calls, "HANDLER_SECONDS", 0.05)
    topic(company, "figures", lambda params, ports: time.sleep(0.1))
    company.deploy(chain("p", d.service("collect", "figures")))

    [incident] = company.start("p").incidents

    assert "did not come to an end" in incident.message


def test_what_a_handler_wrote_before_it_failed_is_not_there(any_company):
    company = any_company
    allowances.grant(company.app, SYSTEM, "市场部", "2026Q1", Decimal(1000))

    def spends_and_breaks(params, ports):
        ports.commit_allowance("市场部", "2026Q1", Decimal(400))
        raise ValueError("no figures")

    topic(company, "figures", spends_and_breaks)
    company.deploy(chain("p", d.service("collect", "figures")))

    company.start("p")

    with company.app.db.read() as session:
        assert session.scalars(select(AllowanceCommitment)).all() == []


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
    company.deploy(sending())
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
