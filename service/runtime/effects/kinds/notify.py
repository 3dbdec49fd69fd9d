"""Telling people by the channels outside: a row of its own for each person a channel reaches.

What they find in the application has been written by the step itself (`effects/notices`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.runtime import identity
from service.runtime.effects import channels, rows
from service.runtime.effects.channel import Message
from service.runtime.effects.kind import Kind
from service.runtime.effects.kinds import tell
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.news import Audience, News
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import Outbox

NAME = "notify"


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    if "notices" not in wanted:
        _tell_here(app, row, wanted)
        return
    with app.db.begin() as session:
        rows.take(session, row.id, done_at=app.clock())
        for notice in wanted["notices"]:
            _queue(app, session, row, notice)


def _queue(app: Application, session: Session, row: Outbox, notice: Mapping[str, Any]) -> None:
    for person in identity.actors(app, session, [notice["person"]]):
        for channel in channels.channels().values():
            if channel.reaches(person):
                payload = tell.payload(channel, person, _message(row, notice))
                session.add(
                    rows.new_row(row.instance_id, tell.NAME, {**payload, **rows.place_of(row)}, app.clock())
                )


def _message(row: Outbox, notice: Mapping[str, Any]) -> Message:
    told = {name: notice[name] for name in ("kind", "subject", "text", "task_id", "reason", "on_behalf_of")}
    return Message(id=row.id, instance_id=row.instance_id, told_at=row.created_at, **told)


def _tell_here(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Carry out a row of the first release, which wrote here only what its step had told."""
    with on_instance(app, row.instance_id or "", SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        audience = Audience("", tuple(wanted["groups"]), tuple(wanted["users"]), opens=True)
        told = {name: wanted[name] for name in ("kind", "subject", "text")}
        step.tell(News(audiences=(audience,), once=row.id, tasks=wanted.get("tasks", {}), **told))


KIND = Kind(NAME, carry_out)
