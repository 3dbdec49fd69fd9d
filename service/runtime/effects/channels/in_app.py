"""In the application (站内通知): the list everybody finds here, and the right to read what it is about."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.runtime.effects.channel import InnerChannel, Notice
from service.runtime.step.context import SYSTEM
from service.store.models import CarbonCopy, Notification
from service.store.writing import upsert


def write(session: Session, notices: dict[str, Notice]) -> None:
    """Keep what each of these people is told, and let them read the case it is about."""
    session.execute(insert(Notification), [_line(name, notice) for name, notice in notices.items()])
    copies = [_copy(name, notice) for name, notice in notices.items() if notice.instance_id is not None]
    if copies:
        # A copy (抄送) once per person and case.
        session.execute(upsert(session, CarbonCopy).on_conflict_do_nothing(), copies)


def _line(name: str, notice: Notice) -> dict[str, object]:
    return {
        "user_name": name,
        "kind": notice.kind,
        "subject": notice.subject,
        "text": notice.text,
        "instance_id": notice.instance_id,
        "task_id": notice.task_id,
        "outbox_id": notice.id,
        "created_at": notice.told_at,
    }


def _copy(name: str, notice: Notice) -> dict[str, object]:
    return {
        "instance_id": notice.instance_id,
        "user_name": name,
        "sent_by": SYSTEM.name,
        "wants_comment": False,
        "sent_at": notice.told_at,
    }


CHANNEL = InnerChannel("in_app", write)
