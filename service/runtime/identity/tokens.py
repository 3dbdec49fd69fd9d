"""Bearer tokens for the HTTP API: shown once, kept as a hash, always with an end."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from service.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable
from service.runtime.identity.people import actor_of, anew, require_still, with_groups
from service.runtime.identity.rights import may, require
from service.runtime.identity.sessions import hash_of
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import ApiToken, User
from service.store.prepared import Prepared
from service.wording import Text

PREFIX = "csgn_"
"""Begins every token, so that scanners for leaked secrets can know it."""
LONGEST_DAYS = 366
_USED_EVERY = timedelta(minutes=5)

# Built once: asked with every request that brings a token.
_HOLDER = Prepared(
    with_groups(select(ApiToken.id, ApiToken.used_at).join(User, User.id == ApiToken.user_id)).where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
        User.is_active,
    )
)


@dataclass(frozen=True)
class TokenView(View):
    """A token as its owner recognises it."""

    id: str
    user: str
    title: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewToken:
    """A token just made: the only time its text is known."""

    token: str
    view: TokenView


def create_token(app: Application, by: Actor, user_name: str, *, title: str = "", days: int = 90) -> NewToken:
    """Make a token that acts as this person for `days`. One's own, or anybody's for admins."""
    if by.name != user_name:
        require(by, "token.manage_all")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(
            errors=[FieldError("days", Text("1 to {longest_days}", longest_days=LONGEST_DAYS))]
        )
    text, now = PREFIX + secrets.token_urlsafe(32), app.clock()
    with app.db.begin() as session:
        if by.name != user_name:
            require_still(app, session, by, "token.manage_all")
        owner = session.scalar(select(User).where(User.name == user_name))
        if owner is None:
            raise NotFound("There is no such user.", user=user_name)
        row = ApiToken(
            token_hash=hash_of(text),
            prefix=text[: len(PREFIX) + 4],
            title=title[:100],
            user_id=owner.id,
            created_by=by.name,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        session.add(row)
        session.flush()
        audit.append_system(app, session, "token.created", by=by.name, user=user_name, token=row.id)
        return NewToken(text, _view(row, user_name))


def actor_for_token(app: Application, token: str) -> Actor | None:
    """Return who this token acts as, None when it is unknown, over or revoked."""
    now = app.clock()
    found = app.db.ask(_HOLDER, {"token_hash": hash_of(token), "now": now})
    if not found:
        return None
    token_id, used_at, *_ = found[0]
    if used_at is None or now - used_at >= _USED_EVERY:
        # Who may only look needs no database that can be written to.
        with suppress(Unavailable, Conflict), app.db.begin() as session:
            session.get_one(ApiToken, token_id).used_at = now
    return actor_of(app, found)


def tokens(app: Application, actor: Actor) -> tuple[TokenView, ...]:
    """Return the person's tokens, or everybody's for admins, the newest first."""
    query = select(ApiToken, User.name).join(User, User.id == ApiToken.user_id)
    if not may(actor, "token.manage_all"):
        query = query.where(ApiToken.user_id == actor.user_id)
    with app.db.read() as session:
        return tuple(_view(row, name) for row, name in session.execute(query.order_by(ApiToken.id.desc())))


def revoke_token(app: Application, actor: Actor, token_id: str) -> None:
    """End a token at once: one's own, or anybody's for admins."""
    with app.db.begin() as session:
        row, actor = session.get(ApiToken, token_id), anew(app, session, actor)
        if row is None or (row.user_id != actor.user_id and not may(actor, "token.manage_all")):
            raise NotFound(token=token_id)
        if row.revoked_at is None:
            row.revoked_at = app.clock()
            audit.append_system(app, session, "token.revoked", by=actor.name, token=token_id)


def _view(row: ApiToken, user_name: str) -> TokenView:
    return TokenView(
        id=row.id,
        user=user_name,
        title=row.title,
        prefix=row.prefix,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
