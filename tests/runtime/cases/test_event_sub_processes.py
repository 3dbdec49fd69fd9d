"""Event sub-processes in a stored case: withdrawn by a message, limited by a time, shown where they are."""

from __future__ import annotations

from service.runtime.cases import instances, messages
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION


def campaign():
    """Two steps that the applicant may withdraw from at any time, with a reminder to finance each week."""
    drawing = d.process(
        d.start(),
        d.user("sign"),
        d.user("pay", group="财务部"),
        d.end(),
        d.path("begin", "sign", "pay", "done"),
        d.event_sub(
            "withdrawn",
            d.message("m"),
            d.user("clear_up", group="财务部"),
            d.end("given_up"),
            d.path("withdrawn_begins", "clear_up", "given_up"),
            why="reason",
        ),
        d.event_sub(
            "weekly",
            d.timer("cycle", "R/P7D"),
            d.user("look_at_it", group="财务部"),
            d.end("looked"),
            d.path("weekly_begins", "look_at_it", "looked"),
            interrupting=False,
        ),
        declared=d.declare_message("m", "withdraw"),
    )
    return {"p.bpmn": drawing, "organisation.yaml": ORGANISATION}


def test_a_case_is_withdrawn_whatever_it_is_at(any_company):
    company = any_company
    company.deploy(campaign())
    case = company.start("p")

    sent = messages.send(company.app, company.cast.admin, case.id, "withdraw", {"reason": "weather"})

    assert sent.delivered
    assert company.active(case) == ["clear_up"]
    assert company.get(case).variables["why"] == "weather"
    assert company.get(case).next_due is None
    [drawing] = instances.diagram_state(company.app, company.cast.admin, case.id)
    here = {activity for activity, state in drawing.activities.items() if state.active}
    assert here == {"withdrawn", "clear_up"}
    company.complete(case, "clear_up", by="xunuo")
    assert company.get(case).state == "completed"


def test_each_week_it_is_looked_at_once_however_often_the_timer_is_woken(any_company, clock):
    company = any_company
    company.deploy(campaign())
    case = company.start("p")

    clock.forward(days=7, minutes=1)
    company.run_due()
    company.run_due()
    assert company.active(case) == ["look_at_it", "sign"]
    clock.forward(days=15)
    company.run_due()
    assert company.active(case) == ["look_at_it", "look_at_it", "sign"], "two missed turns are one"

    company.complete(case, "sign", by="zhouheng")
    company.complete(case, "pay", by="xunuo")
    assert company.get(case).state == "active"
    for task in company.tasks(case):
        user_tasks.complete(company.app, company.cast.xunuo, task.id, task.version, {})
    assert company.get(case).state == "completed"
    assert company.get(case).next_due is None
