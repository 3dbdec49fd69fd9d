"""What goes wrong becomes an incident at its element, and can be tried again."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.errors import BpmnError, Conflict, Forbidden, Unavailable
from service.handlers import Topic, Wait
from service.runtime.cases import instances
from service.runtime.effects.outbox import MAX_ATTEMPTS
from service.runtime.incidents import incidents
from service.store.models import Notification, Outbox, ProcessInstance
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


def topic(company, name, function, errors=()):
    """Add a topic to the application."""
    made = Topic(name, function, is_open=True, errors=errors)
    company.app.handlers = {**company.app.handlers, name: made}


def test_a_failing_condition_commits_the_answers_and_stops_there(any_company):
    company = any_company
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.user("review", outputs={"amount": "amount"}),
                d.xor("tier_gateway", default="to_done"),
                d.user("large"),
                d.end(),
                d.path("begin", "review", "tier_gateway"),
                d.flow("tier_gateway", "large", "amount > 5"),
                d.flow("tier_gateway", "done", id="to_done"),
                d.path("large", "done"),
            )
        }
    )
    case = company.start("p")

    result = company.complete(case, "review", by="zhouheng", amount="seven")

    [incident] = result.instance.incidents
    assert (incident.activity_id, incident.code) == ("tier_gateway", "feel_error")
    assert incident.message.startswith("“amount > 5”: ")
    assert incident.message.endswith('(amount = "seven")')
    assert company.tasks(case) == ()
    assert company.get(case).variables["amount"] == "seven"

    shown = incidents.retry(company.app, company.cast.admin, incident.id)
    assert [(each.id, each.attempts) for each in shown.incidents] == [(incident.id, 2)]
    shown = incidents.retry(company.app, company.cast.admin, incident.id, variables={"amount": 7})
    assert shown.incidents == ()
    assert company.active(case) == ["large"]
    with pytest.raises(Conflict):
        incidents.retry(company.app, company.cast.admin, incident.id)


def test_a_handler_that_breaks_is_an_incident_and_nothing_it_asked_for_happens(company):
    def breaks(params, ports):
        ports.notify("alert", users=["zhouheng"], subject="s", text="t")
        raise ValueError("no figures for 2026-03-01")

    topic(company, "figures", breaks)
    company.deploy(chain("p", d.service("collect", "figures")))

    case = company.start("p")

    [incident] = company.get(case).incidents
    assert (incident.code, incident.activity_id) == ("handler_failed", "collect")
    assert "no figures for 2026-03-01" in incident.message
    with company.app.db.read() as session:
        assert session.scalars(select(Outbox)).all() == []


def test_a_database_that_fails_under_a_handler_undoes_the_step_and_is_no_incident(company):
    def reads(params, ports):
        broken = sqlite3.OperationalError("disk I/O error")
        broken.sqlite_errorname = "SQLITE_IOERR"
        raise OperationalError("SELECT", {}, broken)

    topic(company, "figures", reads)
    company.deploy(chain("p", d.user("ask"), d.service("collect", "figures")))
    case = company.start("p", by="linyue")

    with pytest.raises(Unavailable):
        company.complete(case, "ask", by="zhouheng")

    assert company.get(case).incidents == ()
    assert company.active(case) == ["ask"]


def test_incidents_are_listed_for_who_keeps_the_system_and_retried_by_admins(company):
    topic(company, "figures", lambda params, ports: 1 / 0)
    company.deploy(chain("p", d.service("collect", "figures")))
    case = company.start("p", by="linyue")
    [incident] = incidents.find(company.app, company.cast.admin).items

    with pytest.raises(Forbidden):
        incidents.find(company.app, company.cast.linyue)
    assert incidents.find(company.app, company.cast.linyue, instance=case.id).items == (incident,)
    with pytest.raises(Forbidden):
        incidents.retry(company.app, company.cast.linyue, incident.id)


def test_ending_a_case_closes_its_incidents(company):
    topic(company, "figures", lambda params, ports: 1 / 0)
    company.deploy(chain("p", d.service("collect", "figures")))
    case = company.start("p", by="linyue")

    instances.cancel(company.app, company.cast.linyue, case.id)

    assert incidents.find(company.app, company.cast.admin).items == ()
    with company.app.db.read() as session:
        assert session.get(ProcessInstance, case.id).open_incidents == 0


def test_a_notification_is_told_once_to_everybody_it_concerns(any_company):
    company = any_company
    company.deploy(
        chain(
            "p",
            d.service(
                "tell",
                "notify.alert",
                {"groups": '=["法务部", "发起人"]', "users": '=["zhouheng"]', "text": "超预算"},
            ),
        )
    )

    company.start("p", by="linyue")
    company.run_due()
    company.run_due()

    with company.app.db.read() as session:
        told = session.execute(select(Notification.user_name, Notification.text)).all()
    assert sorted(told) == [("linyue", "超预算"), ("zhouheng", "超预算")]


def test_an_effect_is_tried_five_times_and_then_becomes_an_incident(company, clock):
    topic(company, "outside", lambda params, ports: Wait("fax"))
    service = d.service("send_fax", "outside").replace('id="send_fax"', 'id="send_fax" name="发送传真"', 1)
    company.deploy(chain("p", service))
    case = company.start("p", by="linyue")

    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert company.get(case).incidents == (), f"before attempt {attempt}"
        company.run_due()
        clock.forward(minutes=5)

    [incident] = company.get(case).incidents
    assert (incident.code, incident.activity_id) == ("effect_failed", "send_fax")
    assert incident.message.startswith("What 发送传真 asked for failed: ")
    incidents.retry(company.app, company.cast.admin, incident.id)
    with company.app.db.read() as session:
        states = session.scalars(select(Outbox.state).order_by(Outbox.id)).all()
    assert states == ["failed", "pending"]


def test_an_effect_nobody_waits_for_becomes_an_incident_too(company, clock):
    company.deploy(
        chain("p", d.service("begin_day", "process.start", {"process": "nowhere"}), d.user("review"))
    )
    case = company.start("p", by="linyue")

    for _ in range(MAX_ATTEMPTS):
        company.run_due()
        clock.forward(minutes=5)
    [incident] = company.get(case).incidents
    assert (incident.code, incident.activity_id) == ("effect_failed", "begin_day")

    assert incidents.retry(company.app, company.cast.admin, incident.id).incidents == ()
    with company.app.db.read() as session:
        assert session.scalars(select(Outbox.state)).all() == ["pending"]


def test_a_declared_error_of_a_handler_takes_the_drawn_way(company):
    def refuses(params, ports):
        raise BpmnError("no_load_data", "nothing was measured")

    topic(company, "load", refuses, errors=("no_load_data",))
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.service("read", "load"),
                d.boundary("missing", "read", d.error("no_load_data")),
                d.user("ask"),
                d.end(),
                d.path("begin", "read", "done"),
                d.path("missing", "ask", "done"),
                declared=d.declare_error("no_load_data"),
            )
        }
    )

    case = company.start("p")

    assert company.active(case) == ["ask"]
    assert company.get(case).incidents == ()


def test_an_unforeseen_failure_of_the_timers_is_kept_and_shown(company, clock, monkeypatch):
    from service.runtime.time import timers

    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.catch("pause", d.timer("duration", "PT1H")),
                d.user("review"),
                d.end(),
                d.path("begin", "pause", "review", "done"),
            )
        }
    )
    case = company.start("p")
    clock.forward(hours=1)
    working = timers.fire_due

    def broken(app, instance_id):
        raise RuntimeError("disk full")

    monkeypatch.setattr(timers, "fire_due", broken)
    for _ in range(MAX_ATTEMPTS):
        timers.wake(company.app, case.id)
    [incident] = company.get(case).incidents
    assert (incident.code, "disk full" in incident.message) == ("timer_failed", True)

    monkeypatch.setattr(timers, "fire_due", working)
    incidents.retry(company.app, company.cast.admin, incident.id)
    company.run_due()
    assert company.active(case) == ["review"]
