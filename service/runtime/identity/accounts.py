"""Accounts, the groups they belong to, and the heads of departments, as admins keep them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.engine.organisation.rights import ADMIN
from service.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from service.runtime.identity.passwords import hash_password, is_password
from service.runtime.identity.people import require_still
from service.runtime.identity.rights import require
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import ApiToken, OrganisationUnit, User, UserGroup, WebSession
from service.wording import Text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_PASSWORD_LENGTH = range(8, 201)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class UserView(View):
    """An account as admins see it."""

    id: str
    name: str
    display_name: str
    email: str | None
    department: str | None
    groups: tuple[str, ...]
    is_active: bool


def create_user(
    app: Application,
    by: Actor,
    name: str,
    *,
    display_name: str | None = None,
    password: str | None = None,
    groups: Iterable[str] = (),
    department: str | None = None,
    email: str | None = None,
) -> UserView:
    """Add an account; without a password it can only use tokens. Conflict when the name is taken."""
    require(by, "user.manage")
    wanted = tuple(dict.fromkeys(groups))
    _check_new(app, name, password, (*wanted, *filter(None, [department])))
    password_hash = None if password is None else hash_password(password)
    with app.db.begin() as session:
        require_still(app, session, by, "user.manage")
        if _row(session, name) is not None:
            raise Conflict("This user name is taken.", name=name)
        row = User(
            name=name,
            display_name=(display_name or name).strip(),
            email=email,
            department=department,
            password_hash=password_hash,
            created_at=app.clock(),
        )
        session.add(row)
        session.flush()
        session.add_all(UserGroup(user_id=row.id, group_name=group) for group in wanted)
        audit.append_system(app, session, "user.created", by=by.name, user=name, groups=list(wanted))
        session.flush()
        return _view(session, row)


def update_user(app: Application, by: Actor, name: str, **changes: Any) -> UserView:
    """Change display_name, department, email or is_active; what is left out stays.

    A deactivated account is signed out everywhere and its tokens stop working.
    """
    require(by, "user.manage")
    unknown = changes.keys() - {"display_name", "department", "email", "is_active"}
    if unknown:
        raise InvalidInput(errors=[FieldError(field, "cannot be changed") for field in sorted(unknown)])
    _check_groups(app, filter(None, [changes.get("department")]), path="department")
    with app.db.begin() as session:
        require_still(app, session, by, "user.manage")
        row = _existing(session, name)
        for field, value in changes.items():
            setattr(row, field, value)
        if not row.is_active:
            sign_out_everywhere(session, row.id, app.clock())
        audit.append_system(app, session, "user.changed", by=by.name, user=name, fields=sorted(changes))
        return _view(session, row)


def set_groups(app: Application, by: Actor, name: str, groups: Iterable[str]) -> UserView:
    """Make these the person's groups, no others."""
    require(by, "user.manage")
    wanted = tuple(dict.fromkeys(groups))
    _check_groups(app, wanted)
    with app.db.begin() as session:
        require_still(app, session, by, "user.manage")
        row = _existing(session, name)
        before = _groups(session, row.id)
        session.execute(delete(UserGroup).where(UserGroup.user_id == row.id))
        session.add_all(UserGroup(user_id=row.id, group_name=group) for group in wanted)
        audit.append_system(
            app, session, "user.groups", by=by.name, user=name, before=list(before), after=list(wanted)
        )
        session.flush()
        return _view(session, row)


def set_password(
    app: Application, by: Actor, name: str, password: str, *, current: str | None = None
) -> None:
    """Give a new password and end all sessions and tokens of the account: who knew the old one is out.

    Admins do so for anybody; others for themselves, with their current password.
    """
    if by.name != name:
        require(by, "user.manage")
    _check_password(password)
    with app.db.read() as session:
        known = _existing(session, name).password_hash
    if by.name == name and not is_password(known, current or ""):
        raise Forbidden("The current password is not right.")
    fresh = hash_password(password)
    with app.db.begin() as session:
        if by.name != name:
            require_still(app, session, by, "user.manage")
        row = _existing(session, name)
        row.password_hash = fresh
        sign_out_everywhere(session, row.id, app.clock())
        audit.append_system(app, session, "user.password", by=by.name, user=name)


def with_password(app: Application, names: Iterable[str], password: str) -> tuple[str, ...]:
    """Return which of these active accounts have this password."""
    with app.db.read() as session:
        query = select(User.name, User.password_hash).where(User.name.in_(tuple(names)), User.is_active)
        known = session.execute(query.order_by(User.name)).all()
    return tuple(name for name, kept in known if kept and is_password(kept, password))


def set_language(app: Application, actor: Actor, language: str | None) -> None:
    """Remember the language of a person's screens; None follows the browser."""
    if language is not None and language not in LANGUAGES:
        raise InvalidInput(
            errors=[FieldError("language", Text("one of {choices}", choices=", ".join(LANGUAGES)))]
        )
    with app.db.begin() as session:
        _existing(session, actor.name).language = language


def users(app: Application, by: Actor) -> tuple[UserView, ...]:
    """Return all accounts by name."""
    require(by, "user.manage")
    with app.db.read() as session:
        return tuple(_view(session, row) for row in session.scalars(select(User).order_by(User.name)))


def user(app: Application, by: Actor, name: str) -> UserView:
    """Return one account: one's own, or any for admins."""
    if by.name != name:
        require(by, "user.manage")
    with app.db.read() as session:
        return _view(session, _existing(session, name))


def groups(app: Application) -> tuple[str, ...]:
    """Return the groups the live organisation declares, and `admin`."""
    return tuple(sorted({*(_declared(app) or ()), ADMIN}))


def set_head(app: Application, by: Actor, department: str, user_name: str | None) -> None:
    """Make somebody the head of a department; None: nobody is."""
    require(by, "user.manage")
    _check_groups(app, [department], path="department")
    with app.db.begin() as session:
        require_still(app, session, by, "user.manage")
        head = None if user_name is None else _existing(session, user_name).id
        session.merge(OrganisationUnit(name=department, head_user_id=head))
        audit.append_system(
            app, session, "department.head", by=by.name, department=department, head=user_name
        )


def sign_out_everywhere(session: Session, user_id: str, now: datetime) -> None:
    """End all sessions and tokens of an account."""
    for kind in (WebSession, ApiToken):
        running = update(kind).where(kind.user_id == user_id, kind.revoked_at.is_(None))
        session.execute(running.values(revoked_at=now).execution_options(synchronize_session=False))


def _row(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.name == name))


def _existing(session: Session, name: str) -> User:
    row = _row(session, name)
    if row is None:
        raise NotFound("There is no such user.", user=name)
    return row


def _groups(session: Session, user_id: str) -> tuple[str, ...]:
    query = select(UserGroup.group_name).where(UserGroup.user_id == user_id)
    return tuple(session.scalars(query.order_by(UserGroup.group_name)))


def _view(session: Session, row: User) -> UserView:
    return UserView(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        email=row.email,
        department=row.department,
        groups=_groups(session, row.id),
        is_active=row.is_active,
    )


def _check_new(app: Application, name: str, password: str | None, belongs_to: Iterable[str]) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(errors=[FieldError("name", "letters, digits and . _ @ -, at most 64")])
    if password is not None:
        _check_password(password)
    _check_groups(app, belongs_to)


def _check_password(password: str) -> None:
    if len(password) not in _PASSWORD_LENGTH:
        raise InvalidInput(errors=[FieldError("password", "8 to 200 characters")])


def _check_groups(app: Application, names: Iterable[str], *, path: str = "groups") -> None:
    declared = _declared(app)
    if declared is None:
        return
    unknown = [name for name in names if name != ADMIN and name not in declared]
    if unknown:
        message = Text("not declared in organisation.yaml: {groups}", groups=", ".join(unknown))
        raise InvalidInput(errors=[FieldError(path, message)])


def _declared(app: Application) -> frozenset[str] | None:
    """Return the groups of the live organisation; None where there is none yet, so nothing is unknown."""
    try:
        organisation = app.live().model.organisation
    except NotFound:
        return None
    return frozenset(organisation.groups) or None
