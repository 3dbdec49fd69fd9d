"""Handing a message from one process of a case to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.runtime.cases import messages
from service.runtime.effects import rows
from service.runtime.step import buffer
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import Outbox, ProcessInstance

Before = Callable[[Step], Mapping[str, Any]]
"""What is done to the receiver before the message; it answers with what the message brings besides."""


def deliver(app: Application, row: Outbox, wanted: Mapping[str, Any], before: Before) -> bool:
    """Deliver a message to another instance of the case, in one transaction with `before`.

    A receiver that is held up (suspended, or stopped by an incident) finds it later. False when nothing
    waits for it and nothing will: then nothing has happened.
    """
    with app.db.read() as session:
        receivers = others(session, row, wanted["case"])
    attempts = [(each, may_keep) for may_keep in (False, True) for each in receivers]
    return any(_hand_over(app, row, wanted, each, before, may_keep=may_keep) for each, may_keep in attempts)


def _hand_over(
    app: Application,
    row: Outbox,
    wanted: Mapping[str, Any],
    receiver: str,
    before: Before,
    *,
    may_keep: bool,
) -> bool:
    with on_instance(app, receiver, SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        waits = step.instance.state == "active" and step.engine.awaits(wanted["name"])
        held_up = step.instance.state == "suspended" or step.instance.open_incidents > 0
        if step.instance.state not in RUNNING or not (waits or (may_keep and held_up)):
            step.drop()
            return False
        payload = {**wanted["payload"], **before(step)}
        if not (waits and messages.hand_over(step, wanted["name"], payload)):
            buffer.keep(step, wanted["name"], payload)
        step.audit("message.received", name=wanted["name"], source=row.instance_id, payload=payload)
        rows.take(step.session, row.id, done_at=step.now)
        rows.add_outcome(step, row, {"sent_at": step.now})
        return True


def others(session: Session, row: Outbox, case: str) -> list[str]:
    """Return the running instances of a case but the sender's own, oldest first."""
    query = select(ProcessInstance.id).where(
        ProcessInstance.business_key == case,
        ProcessInstance.state.in_(RUNNING),
        ProcessInstance.id != row.instance_id,
    )
    return list(session.scalars(query.order_by(ProcessInstance.id)))
