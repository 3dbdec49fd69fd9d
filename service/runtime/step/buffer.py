"""Messages that came before anything waited for them: kept for a time, delivered when something does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from service.runtime.step.step import Step
from service.store.models import MessageBuffer

KEPT_FOR = timedelta(days=7)


def keep(step: Step, name: str, payload: Mapping[str, Any]) -> None:
    """Keep a message for this instance."""
    step.session.execute(
        insert(MessageBuffer).values(
            instance_id=step.instance.id,
            business_key=step.instance.business_key,
            name=name,
            payload=dict(payload),
            received_at=step.now,
            expires_at=step.now + KEPT_FOR,
        )
    )
    step.instance.buffered_messages += 1
    step.line("message_kept", name)


def deliver(step: Step) -> None:
    """Deliver what waits in the buffer, oldest first, until nothing of it is awaited; drop what expired."""
    if not step.instance.buffered_messages:
        return
    query = select(MessageBuffer).where(MessageBuffer.instance_id == step.instance.id)
    waiting = list(step.session.scalars(query.order_by(MessageBuffer.seq)))
    gone = [message for message in waiting if message.expires_at <= step.now]
    waiting = [message for message in waiting if message.expires_at > step.now]
    while (taken := _first_taken(step, waiting)) is not None:
        waiting.remove(taken)
        gone.append(taken)
        step.line("message_delivered", taken.name)
    if gone:
        seqs = [message.seq for message in gone]
        step.session.execute(delete(MessageBuffer).where(MessageBuffer.seq.in_(seqs)))
    step.instance.buffered_messages = len(waiting)


def _first_taken(step: Step, waiting: list[MessageBuffer]) -> MessageBuffer | None:
    if step.engine.state != "active":
        return None
    return next((each for each in waiting if step.engine.deliver(each.name, each.payload)), None)
