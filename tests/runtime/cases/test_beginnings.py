"""Processes that begin by themselves: by a message, from outside or from another process, and by time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, InvalidDeployment, InvalidInput, NotFound
from service.runtime.cases import instances, messages
from service.runtime.effects import outbox, schedule
from service.runtime.step.context import SYSTEM
from service.runtime.time import timers
from service.settings import ZONE
from service.store.models import Outbox
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION

ORDER = d.declare_message("m", "order")
CASE = b"main: begun\nfacts: {}\n"


def begun(*, key: str = "begun", **outputs: str):
    drawing = d.process(
        d.begins("begin", d.message("m"), **outputs),
        d.user("look", group="法务部"),
        d.end(),
        d.path("begin", "look", "done"),
        key=key,
        declared=ORDER,
    )
    return {f"{key}.bpmn": drawing, "organisation.yaml": ORGANISATION}


def by_time(kind: str, text: str, *, applicant: str = "", form: str = "look"):
    drawing = d.process(
        d.begins("begin", d.timer(kind, text)),
        d.user(form, group="法务部"),
        d.end(),
        d.path("begin", form, "done"),
        key="weekly",
        properties={"applicant": applicant} if applicant else {},
    )
    return {"weekly.bpmn": drawing, "organisation.yaml": ORGANISATION}


def cases(company, definition):
    return instances.find(company.app, SYSTEM, definition=definition).items


# ---- by a message -------------------------------------------------------------------------------------


def test_a_message_from_outside_opens_a_case_of_its_sender(any_company):
    company = any_company
    company.deploy(begun())

    sent = messages.receive(company.app, company.cast.admin, "order", {"amount": 7})

    assert (sent.delivered, sent.has_begun) == (True, True)
    [case] = cases(company, "begun")
    assert case.id == sent.instance_id
    found = company.get(case)
    assert found.applicant == company.cast.admin.name
    assert found.variables["amount"] == 7
    assert company.active(case) == ["look"]
    assert "message_received" in company.events(case)


def test_only_what_its_start_event_maps_is_taken_over(company):
    company.deploy(begun(total="amount * 2"))

    sent = messages.receive(company.app, company.cast.admin, "order", {"amount": 7, "secret": 1})

    variables = instances.get(company.app, SYSTEM, sent.instance_id).variables
    assert variables["total"] == 14
    assert "secret" not in variables


def test_what_cannot_be_mapped_is_an_incident_that_can_be_mended(company):
    company.deploy(begun(total="amount * 2"))

    sent = messages.receive(company.app, company.cast.admin, "order", {"amount": "many"})

    [incident] = instances.get(company.app, SYSTEM, sent.instance_id).incidents
    assert incident.activity_id == "begin"


def test_nobody_can_say_by_a_message_who_the_applicant_is(company):
    company.deploy(begun())

    with pytest.raises(InvalidInput):
        messages.receive(company.app, company.cast.admin, "order", {"applicant": "linyue"})
    assert cases(company, "begun") == ()


def test_it_joins_the_case_of_its_number_and_the_main_process_begins_once(company):
    company.deploy({**begun(), **begun_by_hand()})
    case = company.start("plain", business_key="K1")

    sent = messages.receive(company.app, company.cast.admin, "order", business_key="K1")
    found = instances.get(company.app, SYSTEM, sent.instance_id)
    assert (found.business_key, found.applicant) == ("K1", "linyue")
    assert company.get(case).business_key == "K1"

    company.deploy({"case.yaml": CASE})
    messages.receive(company.app, company.cast.admin, "order", business_key="K2")
    with pytest.raises(Conflict):
        messages.receive(company.app, company.cast.admin, "order", business_key="K2")
    assert len(cases(company, "begun")) == 2


def begun_by_hand():
    drawing = d.process(d.start(), d.user("wait"), d.end(), d.path("begin", "wait", "done"), key="plain")
    return {"plain.bpmn": drawing}


def test_who_waits_for_it_comes_first(company):
    waiting = d.process(
        d.start(),
        d.catch("wait", d.message("m")),
        d.user("last"),
        d.end(),
        d.path("begin", "wait", "last", "done"),
        key="waiting",
        declared=ORDER,
    )
    company.deploy({**begun(), "waiting.bpmn": waiting})
    case = company.start("waiting", business_key="K1")

    sent = messages.receive(company.app, company.cast.admin, "order", business_key="K1")

    assert (sent.instance_id, sent.has_begun) == (case.id, False)
    assert company.active(case) == ["last"]


def test_neither_by_hand_nor_without_the_right(company):
    company.deploy(begun())

    with pytest.raises(Conflict):
        company.start("begun")
    with pytest.raises(Forbidden):
        messages.receive(company.app, company.cast.linyue, "order")
    with pytest.raises(NotFound):
        messages.receive(company.app, company.cast.admin, "unknown")
    assert [each.key for each in instances.startable(company.app, company.cast.admin)] == []


def thrower():
    throw = d.element("intermediateThrowEvent", "tell", d.message("m"), extension=d.inputs(amount="=42"))
    return {
        "thrower.bpmn": d.process(
            d.start(),
            throw,
            d.user("rest"),
            d.end(),
            d.path("begin", "tell", "rest", "done"),
            key="thrower",
            declared=ORDER,
        )
    }


def test_another_process_of_the_case_begins_it_once(any_company):
    company = any_company
    company.deploy({**begun(), **thrower()})
    case = company.start("thrower", business_key="K1")

    with company.app.db.read() as session:
        [row] = session.scalars(select(Outbox.id).where(Outbox.kind == "message.send"))
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: outbox.dispatch(company.app, row), range(2)))

    assert sorted(done) == [False, True]
    [found] = cases(company, "begun")
    view = company.get(found)
    assert (view.business_key, view.applicant, view.variables["amount"]) == ("K1", "linyue", 42)
    assert company.active(case) == ["rest"]


# ---- by time ----------------------------------------------------------------------------------------------


def rows(company):
    with company.app.db.read() as session:
        query = select(Outbox).where(Outbox.kind == schedule.NAME, Outbox.state == "pending")
        return session.scalars(query).all()


def test_a_cycle_begins_a_case_each_turn_from_when_it_went_live(any_company, clock):
    company = any_company
    company.deploy(by_time("cycle", "R2/P7D"))
    assert [row.available_at for row in rows(company)] == [clock.now + timedelta(days=7)]

    company.run_due()
    assert cases(company, "weekly") == ()
    for weeks in (1, 2, 2):
        clock.forward(days=7)
        company.run_due()
        assert len(cases(company, "weekly")) == weeks
    assert rows(company) == []
    assert {case.applicant for case in cases(company, "weekly")} == {"system"}


def test_turns_missed_while_nothing_ran_are_one(company, clock):
    company.deploy(by_time("cycle", "R/P1D"))
    clock.forward(days=10, hours=1)

    company.run_due()

    assert len(cases(company, "weekly")) == 1
    assert [row.available_at for row in rows(company)] == [clock.now + timedelta(hours=23)]


def test_several_workers_begin_it_once(any_company, clock):
    company = any_company
    company.deploy(by_time("cycle", "R/P7D"))
    clock.forward(days=7, minutes=1)
    [row] = rows(company)

    with ThreadPoolExecutor(4) as workers:
        done = Counter(workers.map(lambda _: outbox.dispatch(company.app, row.id), range(4)))

    assert done == {True: 1, False: 3}
    assert len(cases(company, "weekly")) == len(rows(company)) == 1


def test_a_deployment_that_draws_the_timer_alike_leaves_its_rhythm(company, clock):
    company.deploy(by_time("cycle", "R/P7D"))
    due = rows(company)[0].available_at
    clock.forward(days=3)

    company.deploy(by_time("cycle", "R/P7D", form="another"))
    assert [row.available_at for row in rows(company)] == [due]

    clock.forward(days=4)
    company.run_due()
    [case] = cases(company, "weekly")
    assert company.active(case) == ["another"], "it runs on what is live now"


def test_one_that_draws_it_otherwise_replaces_it_and_one_without_it_ends_it(company, clock):
    company.deploy(by_time("cycle", "R/P7D"))
    clock.forward(days=3)

    company.deploy(by_time("cycle", "R/P1D"))
    assert [row.available_at for row in rows(company)] == [clock.now + timedelta(days=1)]
    company.deploy({"weekly.bpmn": begun(key="weekly")["weekly.bpmn"]})
    assert rows(company) == []
    clock.forward(days=9)
    company.run_due()
    assert cases(company, "weekly") == ()


def test_a_row_of_an_older_drawing_begins_nothing(company, clock):
    company.deploy(by_time("cycle", "R/P7D"))
    with company.app.db.begin() as session:
        [row] = session.scalars(select(Outbox).where(Outbox.kind == schedule.NAME))
        row.payload = {**row.payload, "timer": ["cycle", "R/P6D"]}
    clock.forward(days=7)

    company.run_due()

    assert cases(company, "weekly") == ()
    assert rows(company) == []


def test_a_date_is_kept_once_and_one_that_is_past_never(company, clock):
    company.deploy(by_time("date", "2026-03-05T09:00:00"))
    clock.set(datetime(2026, 3, 5, 9, 0, tzinfo=ZONE))
    company.run_due()
    assert len(cases(company, "weekly")) == 1

    company.deploy(by_time("date", "2026-03-04T09:00:00"))
    assert rows(company) == []


def test_a_time_in_feel_is_reckoned_when_it_goes_live(company, clock):
    company.deploy(by_time("date", "=workdays_after(now(), 2)"))  # Monday, 2 March 2026

    assert [row.available_at for row in rows(company)] == [datetime(2026, 3, 4, 23, 59, 59, tzinfo=ZONE)]
    with pytest.raises(InvalidDeployment):
        company.deploy(by_time("date", '=date("soon")'))
    assert len(rows(company)) == 1


def test_it_is_begun_in_the_name_that_is_declared_while_that_account_can_sign_in(company, clock):
    company.deploy(by_time("duration", "PT1H", applicant="linyue"))
    clock.forward(hours=1)
    company.run_due()
    [case] = cases(company, "weekly")
    assert (case.applicant, case.department) == ("linyue", "市场部")

    company.deploy(by_time("duration", "PT2H", applicant="nobody"))
    clock.forward(hours=2)
    company.run_due()
    assert {each.applicant for each in cases(company, "weekly")} == {"linyue", "system"}


def test_what_is_due_soon_is_sent_at_once_and_what_was_lost_by_the_sweep(company, clock):
    sent = []
    company.app.dispatch = lambda kind, row_id, due: sent.append((kind, row_id))

    company.deploy(by_time("duration", "PT1M"))
    [row] = rows(company)
    assert sent == [("deliver", row.id)]
    clock.forward(minutes=10)
    timers.sweep(company.app)
    assert sent == [("deliver", row.id)] * 2
