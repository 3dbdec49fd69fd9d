"""Telling people something, by every channel that reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.runtime import identity
from service.runtime.effects import channels, rows
from service.runtime.effects.channel import Channel, InnerChannel, Notice
from service.runtime.effects.kind import Kind
from service.runtime.effects.kinds import tell
from service.runtime.step.context import Application
from service.store.models import Outbox


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Write what is told here, and a row of its own for each person a channel outside reaches."""
    with app.db.begin() as session:
        rows.take(session, row.id, done_at=app.clock())
        notices = {name: _notice(app, row, wanted, name) for name in _people(session, wanted)}
        if not notices:
            return
        for channel in channels.channels().values():
            if isinstance(channel, InnerChannel):
                channel.write(session, notices)
            else:
                _queue(app, session, row, channel, notices)


def _people(session: Session, wanted: Mapping[str, Any]) -> list[str]:
    members = (name for group in wanted["groups"] for name in identity.members(session, group))
    return list(dict.fromkeys([*wanted["users"], *members]))


def _notice(app: Application, row: Outbox, wanted: Mapping[str, Any], name: str) -> Notice:
    return Notice(
        id=row.id,
        kind=wanted["kind"],
        subject=wanted["subject"],
        text=wanted["text"],
        instance_id=row.instance_id,
        task_id=wanted.get("tasks", {}).get(name),
        told_at=app.clock(),
    )


def _queue(
    app: Application, session: Session, row: Outbox, channel: Channel, notices: dict[str, Notice]
) -> None:
    for person in identity.actors(app, session, notices):
        if channel.reaches(person):
            payload = tell.payload(channel, person, notices[person.name])
            session.add(
                rows.new_row(row.instance_id, tell.NAME, {**payload, **rows.place_of(row)}, app.clock())
            )


KIND = Kind("notify", carry_out)
