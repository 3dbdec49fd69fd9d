"""Guessing passwords is slowed down, and nobody is locked out by what others guess.

Counted are failures of a name from a place: an address, or a browser that has signed this name in before and
proves it. Whoever guesses waits longer with each failure, and so do all who guess one name from many
addresses or many names from one. A place from which the name was signed in before is not held up by any of
that, and by its own failures for seconds only: the right password comes through whatever others try.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from service.errors import Throttled
from service.runtime.step.context import Application
from service.store.models import LoginAttempt, User, WebSession
from service.store.writing import upsert

FREE_FAILURES = 5
"""Wrong passwords of one name from one place before waiting begins; then the wait doubles each time."""
FREE_FAILURES_PER_ADDRESS = 100
FREE_FAILURES_PER_NAME = 50
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=15)
_WAIT_WHERE_KNOWN = timedelta(seconds=2)
_DEVICE = "device "


def count(app: Application, name: str, address: str, device: str | None) -> None:
    """Count an attempt to sign in as a failure, until `forget` is called. Throttled when it comes too early.

    `device` names a browser that is known to have signed this name in before.
    """
    now, place = app.clock(), _place(address, device)
    with app.db.begin() as session:
        fresh = {"failures": 0, "first_failed_at": now, "last_failed_at": now}
        session.execute(
            upsert(session, LoginAttempt).on_conflict_do_nothing(),
            {"user_name": name, "address": place, **fresh},
        )
        row = session.get_one(LoginAttempt, (name, place), with_for_update=True)
        if now - row.last_failed_at > _LONGEST_WAIT:
            row.failures, row.first_failed_at = 0, now
        if device is not None or _has_signed_in(session, name, address):
            _refuse(row, now, _WAIT_WHERE_KNOWN)
        else:
            _refuse(row, now, _FIRST_WAIT * 2 ** min(max(0, row.failures - FREE_FAILURES), 10))
            _refuse_many(session, LoginAttempt.address, place, FREE_FAILURES_PER_ADDRESS, now)
            _refuse_many(session, LoginAttempt.user_name, name, FREE_FAILURES_PER_NAME, now)
        row.failures += 1
        row.last_failed_at = now


def forget(app: Application, name: str, address: str, device: str | None) -> None:
    """Forget the failures of a place from which somebody has signed in now."""
    here = LoginAttempt.user_name == name, LoginAttempt.address == _place(address, device)
    with app.db.begin() as session:
        session.execute(delete(LoginAttempt).where(*here))


def purge(session: Session, now: datetime) -> None:
    """Forget failures that are no longer counted."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.last_failed_at < now - timedelta(days=1)))


def _place(address: str, device: str | None) -> str:
    return address if device is None else f"{_DEVICE}{device}"


def _has_signed_in(session: Session, name: str, address: str) -> bool:
    """Say whether a session of this account was ever opened from there, as far back as they are kept."""
    known = exists().where(WebSession.user_id == User.id, WebSession.address == address[:64])
    return session.scalar(select(User.id).where(User.name == name, known)) is not None


def _refuse(row: LoginAttempt, now: datetime, wait: timedelta) -> None:
    left = min(wait, _LONGEST_WAIT) - (now - row.last_failed_at)
    if row.failures >= FREE_FAILURES and left > timedelta(0):
        raise Throttled(retry_after_seconds=int(left.total_seconds()) + 1)


def _refuse_many(
    session: Session, column: InstrumentedAttribute[str], value: str, free: int, now: datetime
) -> None:
    recent = select(func.coalesce(func.sum(LoginAttempt.failures), 0)).where(
        column == value, LoginAttempt.last_failed_at > now - _LONGEST_WAIT
    )
    if (session.scalar(recent) or 0) >= free:
        raise Throttled(retry_after_seconds=int(_LONGEST_WAIT.total_seconds()))
