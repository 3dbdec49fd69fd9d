"""Telling one person something by one channel outside, at least once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.errors import NotFound, Undeliverable
from service.runtime import identity
from service.runtime.effects import channels, rows
from service.runtime.effects.channel import Channel, Message
from service.runtime.effects.kind import Kind
from service.runtime.step.context import Actor, Application
from service.store.models import Outbox

NAME = "tell"


def payload(channel: Channel, person: Actor, notice: Message) -> dict[str, Any]:
    """Return the payload of the row by which this person is told this."""
    return {"channel": channel.name, "person": person.name, "notice": vars(notice)}


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Tell it, then mark the row: whoever falls over in between tells it again, under the same id."""
    channel = channels.channels().get(wanted["channel"])
    if channel is None:
        raise Undeliverable(channel=wanted["channel"])
    try:
        person = identity.actor(app, wanted["person"])
    except NotFound as exc:
        raise Undeliverable(person=wanted["person"]) from exc
    channel.tell(app, person, Message(**{**wanted["notice"], "id": row.id}))
    with app.db.begin() as session:
        rows.take(session, row.id, done_at=app.clock())


KIND = Kind(NAME, carry_out)
