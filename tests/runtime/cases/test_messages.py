"""Messages: to one instance, to a case, too early, too late, between cases."""

from __future__ import annotations

import pytest

from service.errors import Forbidden, InstanceNotActive
from service.runtime.cases import instances, messages
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

NOTICE = d.declare_message("notice")
WAITING = chain(
    "p",
    d.user("first"),
    d.catch("wait", d.message("notice"), amount="amount"),
    d.user("last"),
    declared=NOTICE,
)


def sender(error_boundary: bool = True):
    """Sends `notice` to its own case; a refusal goes to `too_late` where it is caught."""
    caught = (
        [
            d.boundary("refused", "tell", d.error("campaign_ended")),
            d.end("too_late"),
            d.path("refused", "too_late"),
        ]
        if error_boundary
        else []
    )
    return {
        "sender.bpmn": d.process(
            d.start(),
            d.service("tell", "message.send", {"message": "notice", "amount": "=42"}),
            *caught,
            d.end(),
            d.path("begin", "tell", "done"),
            key="sender",
            declared=d.declare_error("campaign_ended"),
        )
    }


def ends(company, instance):
    history = instances.history(company.app, company.cast.admin, instance.id)
    return [
        line.activity_id
        for line in history
        if line.kind == "endEvent" and line.event == "left" and line.definition == instance.definition
    ]


def test_a_message_that_is_awaited_is_delivered_with_its_payload(company):
    company.deploy(WAITING)
    case = company.start("p")
    company.complete(case, "first", by="zhouheng")

    sent = messages.send(company.app, company.cast.admin, case.id, "notice", {"amount": 7})

    assert sent.delivered
    assert company.active(case) == ["last"]
    assert company.get(case).variables["amount"] == 7


def test_a_message_reaches_a_case_that_an_incident_holds_elsewhere(company):
    held = d.process(
        d.start(),
        d.parallel("fork"),
        d.script("halve", "count / 2", "half"),
        d.catch("wait", d.message("notice"), amount="amount"),
        d.user("last"),
        d.end(),
        d.path("begin", "fork", "halve", "done"),
        d.path("fork", "wait", "last", "done"),
        declared=NOTICE,
        inputs="count",
    )
    company.deploy({"p.bpmn": held, "organisation.yaml": ORGANISATION})
    case = company.start("p", by="admin", variables={"count": "twelve"})

    sent = messages.send(company.app, company.cast.admin, case.id, "notice", {"amount": 7})

    assert sent.delivered
    assert [each.activity_id for each in company.get(case).incidents] == ["halve"]
    assert company.active(case) == ["halve", "last"]
    assert company.get(case).variables["amount"] == 7


def test_a_message_too_early_is_kept_and_delivered_when_something_waits(company):
    company.deploy(WAITING)
    case = company.start("p")

    sent = messages.send(company.app, company.cast.admin, case.id, "notice", {"amount": 7})
    assert not sent.delivered
    company.complete(case, "first", by="zhouheng")

    assert company.active(case) == ["last"]
    assert company.get(case).variables["amount"] == 7


def test_a_kept_message_expires_after_seven_days(company, clock):
    company.deploy(WAITING)
    case = company.start("p")
    messages.send(company.app, company.cast.admin, case.id, "notice", {"amount": 7})

    clock.forward(days=7)
    company.complete(case, "first", by="zhouheng")

    assert company.active(case) == ["wait"]


def test_one_kept_message_is_delivered_once(company):
    twice = chain(
        "p",
        d.user("first"),
        d.catch("wait", d.message("notice")),
        d.catch("again", d.message("notice")),
        declared=NOTICE,
    )
    company.deploy(twice)
    case = company.start("p")
    messages.send(company.app, company.cast.admin, case.id, "notice")

    company.complete(case, "first", by="zhouheng")

    assert company.active(case) == ["again"]


def test_a_message_to_a_case_finds_the_instance_that_waits(company):
    company.deploy(WAITING | chain("other", d.user("idle")))
    company.start("other", business_key="K1")
    case = company.start("p", business_key="K1")
    company.complete(case, "first", by="zhouheng")

    sent = messages.receive(company.app, company.cast.admin, "notice", {"amount": 1}, business_key="K1")

    assert (sent.delivered, sent.instance_id) == (True, case.id)


def test_a_message_to_an_ended_case_is_refused(company):
    company.deploy(WAITING)
    case = company.start("p", business_key="K1")
    instances.cancel(company.app, company.cast.admin, case.id)

    for send in (
        lambda: messages.send(company.app, company.cast.admin, case.id, "notice"),
        lambda: messages.receive(company.app, company.cast.admin, "notice", {}, business_key="K1"),
    ):
        with pytest.raises(InstanceNotActive):
            send()


def test_only_owners_and_admins_send_messages_by_hand(company):
    company.deploy(WAITING)
    case = company.start("p", by="linyue")

    with pytest.raises(Forbidden):
        messages.send(company.app, company.cast.linyue, case.id, "notice")


def test_a_case_tells_another_and_goes_on_once_it_was_heard(any_company):
    company = any_company
    company.deploy(WAITING | sender())
    case = company.start("p", business_key="K1")
    company.complete(case, "first", by="zhouheng")

    telling = company.start("sender", business_key="K1")
    assert company.active(telling) == ["tell"]
    company.run_due()

    assert company.get(case).variables["amount"] == 42
    assert ends(company, telling) == ["done"]


def test_a_message_nobody_waits_for_comes_back_as_the_declared_error(any_company):
    company = any_company
    company.deploy(WAITING | sender())
    case = company.start("p", business_key="K1")
    instances.cancel(company.app, company.cast.admin, case.id)

    telling = company.start("sender", by="linyue", business_key="K1")
    company.run_due()

    assert ends(company, telling) == ["too_late"]


def test_a_receiver_that_is_held_up_gets_the_message_later(company):
    company.deploy(WAITING | sender())
    admin = company.cast.admin
    case = company.start("p", business_key="K1")
    company.complete(case, "first", by="zhouheng")
    instances.suspend(company.app, admin, case.id)

    telling = company.start("sender", business_key="K1")
    company.run_due()
    assert company.get(telling).state == "completed"
    instances.resume(company.app, admin, case.id)

    assert company.active(case) == ["last"]


def test_a_signal_is_heard_by_every_instance_of_the_case_and_by_no_other(company):
    declared = d.declare_signal("stop")
    company.deploy(
        chain("p", d.catch("listen", d.signal("stop")), d.user("heard"), declared=declared)
        | chain(
            "caller", d.element("intermediateThrowEvent", "call_out", d.signal("stop")), declared=declared
        )
    )
    near = [company.start("p", business_key="K1") for _ in range(2)]
    far = company.start("p", business_key="K2")

    company.start("caller", business_key="K1")
    company.run_due()

    assert [company.active(each) for each in near] == [["heard"], ["heard"]]
    assert company.active(far) == ["listen"]
