"""Telling people by the channels outside: a row of its own for each person a channel reaches.

What they find in the application has been written by the step itself (`effects/notices`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.runtime import identity
from service.runtime.effects import channels, preferences, rows
from service.runtime.effects.channel import Channel
from service.runtime.effects.kind import Kind
from service.runtime.effects.kinds import digest, tell
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.news import Audience, News
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import Outbox

NAME = "notify"
_TOLD = ("kind", "subject", "text", "wording", "task_id", "reason", "on_behalf_of")


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
        chosen = preferences.of(app, session, person)
        for channel in channels.set_up(app.settings).values():
            reached = channel.reaches(person) and (not channel.address or chosen.address(channel, person))
            mode = chosen.mode(channel, notice["kind"]) if reached else preferences.OFF
            if mode == preferences.DIGEST:
                digest.put(app, session, channel, person, row.created_at)
            elif mode == preferences.NOW:
                _tell(app, session, row, notice, channel, person, chosen)


def _tell(
    app: Application,
    session: Session,
    row: Outbox,
    notice: Mapping[str, Any],
    channel: Channel,
    person: Actor,
    chosen: preferences.Chosen,
) -> None:
    now = app.clock()
    at = chosen.after_quiet(notice["kind"], now)
    told = {name: notice.get(name) for name in _TOLD}
    kept = {**told, "event": notice["id"], "instance_id": row.instance_id, "told_at": row.created_at}
    payload = {"channel": channel.name, "person": person.name, "notice": kept, "may_lapse": at > now}
    new = rows.new_row(row.instance_id, tell.NAME, {**payload, **rows.place_of(row)}, now)
    new.available_at = at
    session.add(new)


def _tell_here(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Carry out a row of the first release, which wrote here only what its step had told."""
    with on_instance(app, row.instance_id or "", SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        audience = Audience("", tuple(wanted["groups"]), tuple(wanted["users"]), opens=True)
        told = {name: wanted[name] for name in ("kind", "subject", "text")}
        step.tell(News(audiences=(audience,), once=row.id, tasks=wanted.get("tasks", {}), **told))


KIND = Kind(NAME, carry_out)
