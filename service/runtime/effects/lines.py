"""What a channel says: one line with who wants what by when, and the way there, in the person's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from service.errors import NotFound
from service.languages import CHINESE, ENGLISH, catalogue
from service.runtime.effects.channel import Message
from service.runtime.step.context import Actor, Application
from service.store.models import Notification, ProcessInstance, User
from service.wording import Text, translated

LONGEST = 300
"""Characters of a line: what people have written may be a page."""


@dataclass(frozen=True)
class Told:
    """A notice as it is kept, with what it is about. `is_over`: read, or its task is done."""

    seq: int
    is_over: bool
    line_about: str
    who: str


def language_of(person: Actor) -> Callable[[str], str]:
    """Return what says our texts in somebody's language: Chinese where they have chosen none."""
    return catalogue(ENGLISH if person.language == ENGLISH else CHINESE).gettext


def words_of(app: Application, person: Actor) -> Callable[[str], str]:
    """Return what says the owners' words in somebody's language."""
    if person.language != ENGLISH:
        return str
    try:
        table = app.live().model.english
    except NotFound:  # nothing is deployed yet
        return str
    return lambda words: table.get(words, words)


def message(
    app: Application,
    person: Actor,
    message_id: str,
    notice: Mapping[str, Any],
    address: str,
    told: Told | None,
) -> Message:
    """Return what somebody is told of a notice (as a row of the outbox has it)."""
    say, words = language_of(person), words_of(app, person)
    wording = notice.get("wording") or {}
    subject, text = (
        translated(Text.stored(notice[name], wording.get(name)), say, words) for name in ("subject", "text")
    )
    return Message(
        id=message_id,
        kind=notice["kind"],
        subject=subject,
        text=text,
        line=line(say, told, subject, text),
        link=link(app, notice["task_id"], told),
        instance_id=notice["instance_id"],
        task_id=notice["task_id"],
        reason=notice["reason"],
        on_behalf_of=notice["on_behalf_of"],
        told_at=notice["told_at"],
        address=address,
    )


def line(say: Callable[[str], str], told: Told | None, subject: str, text: str) -> str:
    """Return who wants what by when, in one line."""
    said = " ".join(f"{subject} {text}".split())
    whole = said
    if told is not None and told.line_about:
        about = Text("{who}, “{case}”: {said}", who=told.who, case=told.line_about, said=said)
        whole = translated(about, say)
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def link(app: Application, task_id: str | None, told: Told | None) -> str:
    """Return the way to the task; from what is about none, by its notice to what its reader may see."""
    if task_id:
        return f"{app.settings.base_url}/tasks/{task_id}"
    return f"{app.settings.base_url}/notifications{f'/{told.seq}' if told else ''}"


def told_of(app: Application, person: Actor, event: str) -> Told | None:
    """Return what somebody was told of an event; None where nothing was kept."""
    query = _kept().where(Notification.event == event, Notification.user_name == person.name)
    with app.db.read() as session:
        row = session.execute(query).first()
    return _told(row) if row is not None else None


def unread_between(
    app: Application, person: Actor, begins: datetime, ends: datetime
) -> list[tuple[Notification, Told]]:
    """Return what somebody was told in that time and has not read, oldest first."""
    query = _kept().where(
        Notification.user_name == person.name,
        Notification.created_at >= begins,
        Notification.created_at < ends,
        Notification.read_at.is_(None),
        Notification.settled_at.is_(None),
    )
    with app.db.read() as session:
        rows = session.execute(query.order_by(Notification.seq)).all()
    return [(row[0], _told(row)) for row in rows]


def _kept() -> Any:
    query = select(Notification, ProcessInstance.title, ProcessInstance.business_key, User.display_name)
    query = query.outerjoin(ProcessInstance, ProcessInstance.id == Notification.instance_id)
    return query.outerjoin(User, User.name == ProcessInstance.applicant)


def _told(row: Row[Any]) -> Told:
    notification, title, number, applicant = tuple(row)
    is_over = notification.read_at is not None or notification.settled_at is not None
    return Told(notification.seq, is_over, title or number or "", applicant or "")
