"""Signing in: passwords checked, sessions that can be ended from elsewhere and end by themselves."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.orm import Session

from service.errors import Conflict, NotFound, NotSignedIn, Unavailable
from service.runtime.identity import throttle
from service.runtime.identity.passwords import is_password
from service.runtime.identity.people import actor_of, with_groups
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import User, WebSession
from service.store.prepared import Prepared

_SEEN_EVERY = timedelta(minutes=5)
_NAME_LENGTH = 64

# Built once: asked with every request.
_SIGNED_IN = Prepared(
    with_groups(select(WebSession.id, WebSession.seen_at).join(User, User.id == WebSession.user_id)).where(
        WebSession.secret_hash == bindparam("secret_hash"),
        WebSession.revoked_at.is_(None),
        WebSession.expires_at > bindparam("now"),
        User.is_active,
    )
)


@dataclass(frozen=True)
class SessionView(View):
    """One place somebody is signed in."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    is_current: bool


def authenticate(
    app: Application, name: str, password: str, *, address: str, device: str | None = None
) -> Actor:
    """Return who this is. NotSignedIn whatever was wrong, Throttled after too many failures.

    `device`: what a browser keeps that has signed this person in before, see `throttle`.
    """
    name = name.strip()[:_NAME_LENGTH]
    # Counted before the password is looked at: guesses in parallel all count.
    throttle.count(app, name, address, device)
    with app.db.read() as session:
        query = with_groups(select(User.password_hash)).where(User.name == name, User.is_active)
        found = session.execute(query).all()
    # An unknown name takes as long as a wrong password.
    if not is_password(found[0].password_hash if found else None, password):
        raise NotSignedIn("User name or password is not right.")
    throttle.forget(app, name, address, device)
    return actor_of(app, found)


def sign_in(app: Application, actor: Actor, *, address: str = "", user_agent: str = "") -> str:
    """Open a session and return the secret for its cookie; only a hash of it is kept."""
    secret, now = secrets.token_urlsafe(32), app.clock()
    row = WebSession(
        secret_hash=hash_of(secret),
        user_id=actor.user_id,
        created_at=now,
        seen_at=now,
        expires_at=_end_of(app, now, now),
        address=address[:64],
        user_agent=user_agent[:200],
    )
    with app.db.begin() as session:
        session.add(row)
    return secret


def sign_out(app: Application, secret: str) -> None:
    """End the session of this secret; nothing happens when it has ended already."""
    with app.db.begin() as session:
        row = session.scalar(select(WebSession).where(WebSession.secret_hash == hash_of(secret)))
        if row is not None and row.revoked_at is None:
            row.revoked_at = app.clock()


def actor_for_session(app: Application, secret: str) -> Actor | None:
    """Return who is signed in with this secret, None when nobody is any more. Use prolongs the session."""
    now = app.clock()
    found = app.db.ask(_SIGNED_IN, {"secret_hash": hash_of(secret), "now": now})
    if not found:
        return None
    session_id, seen_at, *_ = found[0]
    if now - seen_at >= _SEEN_EVERY:
        _prolong(app, session_id, now)
    return actor_of(app, found)


def sessions(app: Application, actor: Actor, *, secret: str | None = None) -> tuple[SessionView, ...]:
    """Return where the person is signed in, the latest first; `secret` tells which session asks."""
    asking = hash_of(secret) if secret else None
    query = select(WebSession).where(WebSession.user_id == actor.user_id, *_running(app.clock()))
    with app.db.read() as session:
        rows = session.scalars(query.order_by(WebSession.id.desc()))
        return tuple(
            SessionView(
                id=row.id,
                created_at=row.created_at,
                seen_at=row.seen_at,
                expires_at=row.expires_at,
                address=row.address,
                user_agent=row.user_agent,
                is_current=row.secret_hash == asking,
            )
            for row in rows
        )


def revoke_session(app: Application, actor: Actor, session_id: str) -> None:
    """End one of the person's own sessions."""
    with app.db.begin() as session:
        row = session.get(WebSession, session_id)
        if row is None or row.user_id != actor.user_id:
            raise NotFound(session=session_id)
        row.revoked_at = row.revoked_at or app.clock()


def hash_of(secret: str) -> str:
    """Return what is kept of a secret. The secret is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def purge(session: Session, now: datetime) -> None:
    """Forget failures no longer counted and sessions long over."""
    throttle.purge(session, now)
    session.execute(delete(WebSession).where(WebSession.expires_at < now - timedelta(days=30)))


def _running(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return WebSession.revoked_at.is_(None), WebSession.expires_at > now


def _end_of(app: Application, begun: datetime, now: datetime) -> datetime:
    """Return when a session ends unless it is used: however much it is, not later than its absolute end."""
    settings = app.settings
    unused, longest = (
        timedelta(seconds=n) for n in (settings.session_seconds, settings.session_most_seconds)
    )
    return min(now + unused, begun + longest)


def _prolong(app: Application, session_id: str, now: datetime) -> None:
    # Who may only look needs no database that can be written to.
    with suppress(Unavailable, Conflict), app.db.begin() as session:
        row = session.get(WebSession, session_id)
        if row is not None and row.revoked_at is None:
            row.seen_at = now
            row.expires_at = _end_of(app, row.created_at, now)
