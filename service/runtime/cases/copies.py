"""The copies (抄送) one was sent: cases to read, and when one did."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from service.errors import Conflict, Unavailable
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.store import copies
from service.store import cursor as cursors
from service.store.models import CarbonCopy, ProcessInstance


@dataclass(frozen=True)
class CopyView(View):
    """A case one was sent a copy of. `task_id`: from which task, None where the process sent it."""

    instance_id: str
    business_key: str | None
    case_name: str
    state: str
    sent_by: str
    sent_at: datetime
    read_at: datetime | None
    task_id: str | None
    note: str | None


def find(
    app: Application, actor: Actor, *, unread: bool = False, limit: int = 50, cursor: str | None = None
) -> Page[CopyView]:
    """Return the copies the actor was sent, newest first; `unread`: only what they have not read yet."""
    query = select(CarbonCopy, ProcessInstance.business_key, ProcessInstance.title, ProcessInstance.state)
    query = query.join(ProcessInstance, ProcessInstance.id == CarbonCopy.instance_id)
    query = query.where(CarbonCopy.user_name == actor.name)
    if unread:
        query = query.where(CarbonCopy.read_at.is_(None))
    if cursor:
        at, instance_id = cursors.decode(cursor, datetime, str)
        before = or_(CarbonCopy.sent_at < at, CarbonCopy.instance_id < instance_id)
        query = query.where(CarbonCopy.sent_at <= at, before)
    query = query.order_by(CarbonCopy.sent_at.desc(), CarbonCopy.instance_id.desc())
    with app.db.read() as session:
        rows = session.execute(query.limit(limit + 1)).all()
        items = tuple(_view(*row) for row in rows[:limit])
    last = items[-1] if len(rows) > limit else None
    return Page(items, cursors.encode(last.sent_at, last.instance_id) if last else None)


def note_read(app: Application, actor: Actor, instance_id: str) -> None:
    """Keep when the actor first looked at a case they were sent a copy of."""
    with app.db.read() as session:
        if not copies.is_unread(session, instance_id, actor.name):
            return
    # Who may only look needs no database that can be written to.
    with suppress(Unavailable, Conflict), app.db.begin() as session:
        copies.note_read(session, [instance_id], actor.name, app.clock())


def _view(row: CarbonCopy, business_key: str | None, title: str, state: str) -> CopyView:
    return CopyView(
        instance_id=row.instance_id,
        business_key=business_key,
        case_name=title,
        state=state,
        sent_by=row.sent_by,
        sent_at=row.sent_at,
        read_at=row.read_at,
        task_id=row.task_id,
        note=row.note,
    )
