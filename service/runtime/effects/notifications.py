"""Notifications (通知): what the process told one person. Everybody sees and marks only their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, or_, select, update
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.runtime import identity
from service.runtime.identity import visibility
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.store import cursor as cursors
from service.store.models import CarbonCopy, Notification, ProcessInstance
from service.wording import Text

_About = Row[str, str | None, str | None]
"""What a notification is about: the id of its instance, the case's number, its title."""

COUNTED = 100
"""Unread notifications are counted no further than this."""
_LONGEST_ID = 18  # digits: whatever is longer is no number a database has given


@dataclass(frozen=True)
class NotificationView(View):
    """One thing told. `kind` is an event of the organisation, remind, escalate, copy, consult, or a drawing's
    own word.

    `instance_id` and `task_id` lead to what it is about; both are None where the reader does not see that.
    `reason` is why the reader is told, `on_behalf_of` in whose stead. It is read when `read_at` says so, and
    need not be any more once it is settled: the task it tells of is done.
    """

    id: str
    kind: str
    subject: str
    text: str
    reason: str
    on_behalf_of: str | None
    instance_id: str | None
    task_id: str | None
    business_key: str | None
    case_name: str | None
    created_at: datetime
    read_at: datetime | None
    settled_at: datetime | None

    @property
    def is_unread(self) -> bool:
        return self.read_at is None and self.settled_at is None


def find(
    app: Application,
    actor: Actor,
    *,
    unread: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[NotificationView]:
    """Return what the actor was told, newest first; `unread`: only what they have not read yet."""
    wanted = _unread(actor) if unread else (Notification.user_name == actor.name,)
    query = select(Notification).where(*wanted)
    if cursor:
        at, seq = cursors.decode(cursor, datetime, int)
        told_at = Notification.created_at
        query = query.where(told_at <= at, or_(told_at < at, Notification.seq < seq))
    query = query.order_by(Notification.created_at.desc(), Notification.seq.desc())
    with app.db.read() as session:
        rows = session.scalars(query.limit(limit + 1)).all()
        shown = _shown(app, session, actor, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(shown, cursors.encode(last.created_at, last.seq) if last else None)


def get(app: Application, actor: Actor, notification_id: str) -> NotificationView:
    """Return one. NotFound for somebody else's."""
    with app.db.read() as session:
        [view] = _shown(app, session, actor, [_own(session, actor, notification_id)])
    return view


def unread_count(app: Application, actor: Actor) -> int:
    """Return how many notifications the actor has not read, counting no further than COUNTED."""
    with app.db.read() as session:
        found = select(Notification.seq).where(*_unread(actor)).limit(COUNTED)
        return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def read(app: Application, actor: Actor, notification_id: str) -> NotificationView:
    """Mark one as read and return it; the time it was first read stays. NotFound for somebody else's."""
    with app.db.begin() as session:
        row = _own(session, actor, notification_id)
        if row.read_at is None:
            row.read_at = app.clock()
            _note_copies_read(session, actor, {row.instance_id}, app.clock())
        [view] = _shown(app, session, actor, [row])
    return view


def read_all(app: Application, actor: Actor, *, told_before: datetime | None = None) -> int:
    """Mark all the actor has not read, or what they were told before then; return how many those were."""
    wanted = (
        _unread(actor) if told_before is None else (*_unread(actor), Notification.created_at < told_before)
    )
    with app.db.begin() as session:
        marked = session.execute(
            update(Notification)
            .where(*wanted)
            .values(read_at=app.clock())
            .returning(Notification.instance_id)
            .execution_options(synchronize_session=False)
        ).all()
        _note_copies_read(session, actor, {instance_id for (instance_id,) in marked}, app.clock())
    return len(marked)


def _unread(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Notification.user_name == actor.name,
        Notification.read_at.is_(None),
        Notification.settled_at.is_(None),
    )


def _note_copies_read(session: Session, actor: Actor, instance_ids: set[str | None], now: datetime) -> None:
    """Keep when the copies (抄送) of these cases were read: who reads what they were told has."""
    session.execute(
        update(CarbonCopy)
        .where(CarbonCopy.user_name == actor.name, CarbonCopy.instance_id.in_(instance_ids - {None}))
        .where(CarbonCopy.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def _own(session: Session, actor: Actor, notification_id: str) -> Notification:
    is_number = notification_id.isascii() and notification_id.isdecimal()
    seq = int(notification_id) if is_number and len(notification_id) <= _LONGEST_ID else None
    row = session.get(Notification, seq) if seq is not None else None
    if row is None or row.user_name != actor.name:
        raise NotFound(notification=notification_id)
    return row


def _shown(
    app: Application, session: Session, actor: Actor, rows: Iterable[Notification]
) -> tuple[NotificationView, ...]:
    rows = tuple(rows)
    about = _instances(session, {row.instance_id for row in rows if row.instance_id})
    stands_in = any(row.on_behalf_of for row in rows)
    absent = identity.absent(app, session, actor.name, app.clock()) if stands_in else ()
    seen = _visible(
        session, or_(visibility.condition(actor), *map(visibility.takes_part, absent)), about.values()
    )
    return tuple(_view(row, about.get(row.instance_id or ""), seen) for row in rows)


def _instances(session: Session, ids: set[str]) -> dict[str, _About]:
    if not ids:
        return {}
    query = select(ProcessInstance.id, ProcessInstance.business_key, ProcessInstance.title)
    return {row.id: row for row in session.execute(query.where(ProcessInstance.id.in_(ids)))}


def _visible(session: Session, is_seen: ColumnElement[bool], about: Iterable[_About]) -> Mapping[str, str]:
    """Return what somebody sees of these cases: instance ids, and by business key the campaign's own.

    Who was told of a day's deviation may see the campaign, but not the process that watches the day.
    """
    keys = {row.business_key for row in about}
    if not keys:
        return {}
    query = select(ProcessInstance.id, ProcessInstance.business_key).where(
        ProcessInstance.business_key.in_(keys), is_seen
    )
    seen: dict[str, str] = {}
    for instance_id, key in session.execute(query.order_by(ProcessInstance.id)):
        seen[instance_id] = instance_id
        seen.setdefault(key, instance_id)
    return seen


def _view(row: Notification, about: _About | None, seen: Mapping[str, str]) -> NotificationView:
    place = None
    if about is not None:
        place = seen.get(about.id) or seen.get(about.business_key or "")
    return NotificationView(
        id=str(row.seq),
        kind=row.kind,
        subject=Text.stored(row.subject, (row.wording or {}).get("subject")),
        text=Text.stored(row.text, (row.wording or {}).get("text")),
        reason=row.reason,
        on_behalf_of=row.on_behalf_of,
        instance_id=place,
        task_id=row.task_id if place else None,
        business_key=about.business_key if about else None,
        case_name=about.title if about else None,
        created_at=row.created_at,
        read_at=row.read_at,
        settled_at=row.settled_at,
    )
