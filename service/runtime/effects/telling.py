"""Telling by a channel: who is reached where, in their turn, and how it went is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.errors import NotFound, Undeliverable
from service.runtime import identity
from service.runtime.effects import channels, health, preferences, rows
from service.runtime.effects.channel import Channel, Message, Paused
from service.runtime.step.context import Actor, Application
from service.store.models import Outbox


@dataclass(frozen=True)
class Receiver:
    """Somebody as one channel reaches them."""

    channel: Channel
    person: Actor
    address: str
    chosen: preferences.Chosen


def receiver(app: Application, wanted: Mapping[str, Any]) -> Receiver:
    """Return whom a row of the outbox tells; Undeliverable where nobody is reached any more."""
    channel = channels.set_up(app.settings).get(wanted["channel"])
    if channel is None:
        raise Undeliverable(channel=wanted["channel"])
    try:
        person = identity.actor(app, wanted["person"])
    except NotFound as exc:
        raise Undeliverable(person=wanted["person"]) from exc
    with app.db.read() as session:
        chosen = preferences.of(app, session, person)
    address = chosen.address(channel, person)
    if channel.address and not address:
        raise Undeliverable(person=wanted["person"])
    return Receiver(channel, person, address, chosen)


def tell(app: Application, row: Outbox, to: Receiver, message: Message) -> None:
    """Tell it and mark the row."""
    health.take_turn(app, to.channel)
    try:
        to.channel.tell(app, to.person, message)
    except Paused:
        raise
    except Exception as error:
        health.failed(app, to.channel, error)
        raise
    with app.db.begin() as session:
        rows.take(session, row.id, done_at=app.clock())
        health.succeeded(session, to.channel, app.clock())
