"""The digest (每日摘要): once a workday, what somebody was told and has not read, in one message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.runtime.effects import lines, preferences, rows, telling
from service.runtime.effects.channel import Channel, Message
from service.runtime.effects.kind import Kind
from service.runtime.step.context import Actor, Application
from service.settings import ZONE
from service.store.models import Notification, Outbox
from service.store.writing import table_of, upsert_of
from service.wording import Text, translated

NAME = "digest"
MOST = 50
"""Lines of one digest; the list in the application has them all."""


def put(app: Application, session: Session, channel: Channel, person: Actor, told_at: datetime) -> None:
    """Have somebody told with the next digest: one row for each person, channel and day."""
    at = preferences.hours(app, session).digest_at
    begins, ends = preferences.digest_span(told_at, at, app.calendar(session=session))
    table = table_of(Outbox)
    row = {
        "id": f"digest/{channel.name}/{person.name}/{ends:%Y-%m-%d}",
        "kind": NAME,
        "payload": {"channel": channel.name, "person": person.name, "begins": begins, "ends": ends},
        "state": "pending",
        "attempts": 0,
        "available_at": ends,
        "created_at": app.clock(),
    }
    session.execute(upsert_of(session.get_bind().dialect.name, table).values(row).on_conflict_do_nothing())


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Tell what has come together; nothing where all of it was read."""
    to = telling.receiver(app, wanted)
    found = [
        (each, told)
        for each, told in lines.unread_between(app, to.person, wanted["begins"], wanted["ends"])
        if to.chosen.mode(to.channel, each.kind) == preferences.DIGEST
    ]
    if not found:
        with app.db.begin() as session:
            rows.take(session, row.id, done_at=app.clock())
        return
    telling.tell(app, row, to, _message(app, to, row, found))


def _message(
    app: Application, to: telling.Receiver, row: Outbox, found: list[tuple[Notification, lines.Told]]
) -> Message:
    say = lines.language_of(to.person)
    day = f"{row.available_at.astimezone(ZONE):%Y-%m-%d}"
    subject = translated(Text("Digest of {day}: {count} to read", day=day, count=len(found)), say)
    said = [_line(app, to.person, each, told) for each, told in found[:MOST]]
    if len(found) > MOST:
        said.append("…")
    return Message(
        id=row.id.replace("/", "-"),
        kind=NAME,
        subject=subject,
        text="\n".join(said),
        line=subject,
        link=f"{app.settings.base_url}/notifications?shown=unread",
        instance_id=None,
        task_id=None,
        reason="",
        on_behalf_of=None,
        told_at=row.available_at,
        address=to.address,
    )


def _line(app: Application, person: Actor, each: Notification, told: lines.Told) -> str:
    say, words = lines.language_of(person), lines.words_of(app, person)
    wording = each.wording or {}
    subject = translated(Text.stored(each.subject, wording.get("subject")), say, words)
    text = translated(Text.stored(each.text, wording.get("text")), say, words)
    return f"{lines.line(say, told, subject, text)} {lines.link(app, each.task_id, told)}"


KIND = Kind(NAME, carry_out, holds_up=False)
