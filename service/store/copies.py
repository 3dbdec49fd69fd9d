"""Copies (抄送): who may read a case because a person or the process sent them one, and whether they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.store.models import CarbonCopy
from service.store.writing import upsert


def send(
    session: Session, instance_id: str, people: Iterable[str], copy: Mapping[str, Any]
) -> tuple[str, ...]:
    """Give people a copy that a person sends; return those who had none of a person yet.

    One that the process gave becomes this one, still to be read.
    """
    rows = [{"instance_id": instance_id, "user_name": name, **copy} for name in people]
    statement = upsert(session, CarbonCopy).values(rows)
    renewed = {name: statement.excluded[name] for name in copy} | {"read_at": None}
    statement = statement.on_conflict_do_update(
        index_elements=["instance_id", "user_name"], set_=renewed, where=CarbonCopy.task_id.is_(None)
    )
    sent = set(session.scalars(statement.returning(CarbonCopy.user_name)))
    return tuple(row["user_name"] for row in rows if row["user_name"] in sent)


def is_unread(session: Session, instance_id: str, user_name: str) -> bool:
    """Say whether somebody has a copy of this instance that they have not read."""
    query = select(CarbonCopy.user_name).where(*_unread([instance_id], user_name))
    return session.scalar(query) is not None


def note_read(session: Session, instance_ids: Iterable[str], user_name: str, now: datetime) -> None:
    """Keep when somebody first read the copies of these instances."""
    statement = update(CarbonCopy).where(*_unread(instance_ids, user_name)).values(read_at=now)
    session.execute(statement.execution_options(synchronize_session=False))


def _unread(instance_ids: Iterable[str], user_name: str) -> tuple[Any, ...]:
    return (
        CarbonCopy.user_name == user_name,
        CarbonCopy.instance_id.in_(tuple(instance_ids)),
        CarbonCopy.read_at.is_(None),
    )
