"""Substitutes (代理): a dated standing rule that somebody may act for somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.identity.people import actor_of, anew, by_initials, require_still, with_groups
from service.runtime.identity.rights import may, require
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import Substitution, User


@dataclass(frozen=True)
class SubstitutionView(View):
    """`substitute` may act for `user` from `starts_at` until `ends_at`."""

    id: str
    user: str
    substitute: str
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class ColleagueView(View):
    """Somebody with an account, as others know them."""

    name: str
    display_name: str
    department: str | None


def colleagues(
    app: Application,
    actor: Actor,
    *,
    q: str | None = None,
    limit: int | None = None,
    with_oneself: bool = False,
) -> tuple[ColleagueView, ...]:
    """Return everybody else with an active account, by department; `q` is part of a name or department."""
    query = select(User.name, User.display_name, User.department).where(User.is_active).limit(limit)
    if not with_oneself:
        query = query.where(User.id != actor.user_id)
    with app.db.read() as session:
        if q:
            named = (User.name, User.display_name, User.department)
            parts = (each.icontains(q, autoescape=True) for each in named)
            query = query.where(or_(*parts, User.name.in_(by_initials(session, q))))
        rows = session.execute(query.order_by(User.department, User.display_name))
        return tuple(ColleagueView(*row) for row in rows)


def substitute(
    app: Application,
    actor: Actor,
    substitute_name: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    for_user: str | None = None,
) -> SubstitutionView:
    """Let somebody act for the actor (for `for_user`, if an admin asks) during that time."""
    name = for_user or actor.name
    if name != actor.name:
        require(actor, "user.manage")
    if ends_at <= starts_at:
        raise InvalidInput(errors=[FieldError("ends_at", "must be later than the start")])
    with app.db.begin() as session:
        if name != actor.name:
            require_still(app, session, actor, "user.manage")
        absent, standing_in = _user(session, name), _user(session, substitute_name)
        if absent.id == standing_in.id:
            raise InvalidInput(errors=[FieldError("substitute", "must be somebody else")])
        row = Substitution(
            user_id=absent.id,
            substitute_id=standing_in.id,
            starts_at=starts_at,
            ends_at=ends_at,
            created_by=actor.name,
            created_at=app.clock(),
        )
        session.add(row)
        session.flush()
        audit.append_system(
            app, session, "substitution.created", by=actor.name, user=name, substitute=substitute_name,
            starts_at=starts_at, ends_at=ends_at,
        )  # fmt: skip
        return _view(row, name, substitute_name)


def substitutions(app: Application, actor: Actor) -> tuple[SubstitutionView, ...]:
    """Return the rules that concern the actor, or all for admins, the newest first."""
    absent, standing_in = aliased(User), aliased(User)
    query = (
        select(Substitution, absent.name, standing_in.name)
        .join(absent, absent.id == Substitution.user_id)
        .join(standing_in, standing_in.id == Substitution.substitute_id)
        .order_by(Substitution.id.desc())
    )
    if not may(actor, "user.manage"):
        query = query.where(
            or_(Substitution.user_id == actor.user_id, Substitution.substitute_id == actor.user_id)
        )
    with app.db.read() as session:
        return tuple(_view(*row) for row in session.execute(query))


def end_substitution(app: Application, actor: Actor, substitution_id: str) -> None:
    """Take a rule back: one's own, or any for admins."""
    with app.db.begin() as session:
        row, actor = session.get(Substitution, substitution_id), anew(app, session, actor)
        if row is None or (row.user_id != actor.user_id and not may(actor, "user.manage")):
            raise NotFound(substitution=substitution_id)
        if row.revoked_at is None:
            row.revoked_at = app.clock()
            audit.append_system(app, session, "substitution.ended", by=actor.name, rule=substitution_id)


def absent(app: Application, session: Session, name: str, at: datetime) -> tuple[Actor, ...]:
    """Return the active people this user may act for at that moment; the rule does not pass on."""
    query = with_groups(select(User.name.label("absent"))).where(
        User.is_active, exists(_standing_in(name, at).where(Substitution.user_id == User.id))
    )
    found = session.execute(query.order_by(User.name)).all()
    return tuple(actor_of(app, list(rows)) for _, rows in groupby(found, key=lambda row: row.absent))


def is_standing_in(name: ColumnElement[str], at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return an expression: this user may act for somebody at that moment."""
    return exists(_standing_in(name, at))


def _standing_in(name: Any, at: Any) -> Select[str]:
    substitute = aliased(User)
    return (
        select(Substitution.id)
        .join(substitute, substitute.id == Substitution.substitute_id)
        .where(substitute.name == name, Substitution.revoked_at.is_(None))
        .where(Substitution.starts_at <= at, Substitution.ends_at > at)
    )


def _user(session: Session, name: str) -> User:
    row = session.scalar(select(User).where(User.name == name, User.is_active))
    if row is None:
        raise NotFound("There is no such user.", user=name)
    return row


def _view(row: Substitution, user: str, standing_in: str) -> SubstitutionView:
    return SubstitutionView(row.id, user, standing_in, row.starts_at, row.ends_at, row.revoked_at)
