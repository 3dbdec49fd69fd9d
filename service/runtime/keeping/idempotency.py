"""Requests carried out once, whatever the network repeats and whenever the power goes.

A key is claimed first, so that twins at the same moment do not both run. The transaction that does the work
marks the claim in the same commit: after a crash it is known whether the work was done or may be tried again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from service.errors import Conflict, FieldError, InvalidInput
from service.runtime.step.context import Actor, Application
from service.store.db import in_each_commit
from service.store.models import IdempotencyKey
from service.store.writing import upsert

KEPT_FOR = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Kept:
    """An answer as it was given."""

    status: int
    content_type: str
    location: str | None
    body: bytes


def claim(app: Application, actor: Actor, key: str, request_hash: str) -> Kept | None:
    """Reserve a key for this request; return the answer it was given before, if any.

    InvalidInput when the key was used for another request, Conflict while the first one still runs, or when
    its work is done but its answer was lost in a crash.
    """
    now = app.clock()
    fresh = {"request_hash": request_hash, "created_at": now, "claimed_at": now, "is_done": False}
    with app.db.begin() as session:
        statement = upsert(session, IdempotencyKey).values(actor=actor.name, key=key, **fresh)
        # Not by its row count: PostgreSQL's driver does not tell one for an INSERT made by the ORM.
        claimed = session.execute(statement.on_conflict_do_nothing().returning(IdempotencyKey.key))
        if claimed.first() is not None:
            return None
        row = session.get_one(IdempotencyKey, (actor.name, key), with_for_update=True)
        return _answer_of(row, request_hash, now)


@contextmanager
def marking(app: Application, actor: Actor, key: str) -> Iterator[None]:
    """Have whatever is committed inside the block mark the key as done in the same commit."""
    done = update(IdempotencyKey).where(_is(actor, key)).values(is_done=True)

    def mark(session: Session) -> None:
        session.execute(done.execution_options(synchronize_session=False))

    with in_each_commit(mark):
        yield


def keep(app: Application, actor: Actor, key: str, answer: Kept) -> None:
    """Remember the answer for the day."""
    with app.db.begin() as session:
        row = session.get_one(IdempotencyKey, (actor.name, key))
        row.status, row.content_type = answer.status, answer.content_type
        row.location, row.body = answer.location, answer.body


def release(app: Application, actor: Actor, key: str) -> None:
    """Give a key back whose request failed; one whose work is committed stays taken."""
    with app.db.begin() as session:
        session.execute(delete(IdempotencyKey).where(_is(actor, key), IdempotencyKey.is_done.is_(False)))


def purge(session: Session, now: datetime) -> None:
    """Forget keys of yesterday."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_FOR))


def _answer_of(row: IdempotencyKey, request_hash: str, now: datetime) -> Kept | None:
    if row.request_hash != request_hash:
        raise InvalidInput(errors=[FieldError("Idempotency-Key", "was used for another request")])
    if row.status is not None:
        return Kept(row.status, row.content_type or "", row.location, row.body or b"")
    if row.is_done:
        raise Conflict(
            "This request was carried out; its answer was lost, or is not kept because it told a secret. "
            "Look at what it changed."
        )
    if now - row.claimed_at < _ABANDONED_AFTER:
        raise Conflict("The same request is still being carried out.")
    row.claimed_at = now
    return None


def _is(actor: Actor, key: str) -> ColumnElement[bool]:
    return (IdempotencyKey.actor == actor.name) & (IdempotencyKey.key == key)
