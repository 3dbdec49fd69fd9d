"""Messages from people and other systems to running cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import Conflict, InstanceNotActive, NotFound
from service.runtime import identity
from service.runtime.cases import beginning, follow_ups
from service.runtime.cases.views import MessageView
from service.runtime.identity import visibility
from service.runtime.identity.rights import require
from service.runtime.step import buffer
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.tasks import answering
from service.store.models import ProcessInstance


def send(
    app: Application, actor: Actor, instance_id: str, name: str, payload: Mapping[str, Any] | None = None
) -> MessageView:
    """Give a message to an instance. Where nothing waits for it yet it is kept for seven days.

    Forbidden but for process owners and admins, InstanceNotActive once the instance has ended.
    """
    with app.db.read() as session:
        visibility.require_visible(app, session, actor, instance_id)
    require(actor, "message.send")
    values = answering.as_values(payload or {}, "payload")
    with on_instance(app, instance_id, actor, states=RUNNING) as step:
        identity.require_still(app, step.session, actor, "message.send")
        delivered = hand_over(step, name, values)
        if not delivered:
            buffer.keep(step, name, values)
        # What it said may decide where the case goes.
        step.audit("message.received", name=name, delivered=delivered, payload=values)
    return MessageView(name, delivered, instance_id)


def receive(
    app: Application,
    actor: Actor,
    name: str,
    payload: Mapping[str, Any] | None = None,
    *,
    business_key: str | None = None,
) -> MessageView:
    """Give a message to the first instance of a case that waits for it, else begin the process it begins,
    else keep it for the case's oldest instance.

    Without a number, and under one that is free, it opens a case: the actor is its applicant. NotFound where
    it begins nothing and there is no such case, InstanceNotActive when all of that has ended, Conflict as
    when starting by hand: the main process begins once under a number, however often its message comes.
    """
    require(actor, "message.send")
    values = answering.as_values(payload or {}, "payload")
    with app.db.read() as session:
        known = of_case(session, business_key) if business_key else []
    running = [instance_id for instance_id, state in known if state in RUNNING]
    for instance_id in running:
        if _offer(app, actor, instance_id, name, values):
            return MessageView(name, True, instance_id)
    begun = _begin(app, actor, name, values, business_key)
    if begun is not None:
        return MessageView(name, True, begun, has_begun=True)
    if not known:
        raise NotFound(business_key=business_key)
    if not running:
        raise InstanceNotActive(business_key=business_key)
    return send(app, actor, running[0], name, values)


def _begin(
    app: Application, actor: Actor, name: str, payload: Mapping[str, Any], number: str | None
) -> str | None:
    """Return the instance of the process that a message begins; None when it begins none."""
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "message.send")
        live = app.live(session=session)
        process = live.model.begun_by_message(name)
        if process is None:
            return None
        if number and visibility.sees_key(session, actor, number) is False:
            raise Conflict("This business key belongs to another case.", business_key=number)
        follow_ups.require_timely(app, session, live.model, process, number)
        step = beginning.begin(app, session, actor, live, process, payload, business_key=number)
        return step.instance.id


def of_case(session: Session, business_key: str) -> list[tuple[str, str]]:
    """Return (id, state) of every instance with this business key, oldest first."""
    query = select(ProcessInstance.id, ProcessInstance.state)
    query = query.where(ProcessInstance.business_key == business_key).order_by(ProcessInstance.id)
    return [(instance_id, state) for instance_id, state in session.execute(query)]


def hand_over(step: Step, name: str, payload: Mapping[str, Any]) -> bool:
    """Deliver a message in a step; False when nothing waits for it or the instance is suspended."""
    if step.instance.state != "active" or not step.engine.deliver(name, payload):
        return False
    step.line("message_received", name)
    return True


def _offer(app: Application, actor: Actor, instance_id: str, name: str, payload: Mapping[str, Any]) -> bool:
    try:
        with on_instance(app, instance_id, actor) as step:
            identity.require_still(app, step.session, actor, "message.send")
            if not hand_over(step, name, payload):
                step.drop()
                return False
            step.audit("message.received", name=name, delivered=True, payload=payload)
            return True
    except InstanceNotActive:
        return False
