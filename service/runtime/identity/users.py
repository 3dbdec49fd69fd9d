"""Accounts, the groups they belong to, and the heads of departments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import Session

from service.engine.organisation.rights import ADMIN
from service.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from service.runtime.identity.passwords import hash_password, is_password
from service.runtime.identity.rights import require
from service.runtime.step import audit
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.views import View
from service.store import manifests
from service.store.models import OrganisationUnit, User, UserGroup, WebSession
from service.store.prepared import Prepared

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_PASSWORD_LENGTH = range(8, 201)
LANGUAGES = ("zh", "en")
# Columns, not the mapped class: asked with every request.
_ACCOUNT = (
    User.id.label("account_id"),
    User.name,
    User.display_name,
    User.department,
    User.language,
    User.email,
    manifests.LIVE.label("live_deployment"),
)

# Built once: asked with every task that opens.
_ACTIVE = Prepared(select(User.id).where(User.name == bindparam("name"), User.is_active))


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
        row = _existing(session, name)
        for field, value in changes.items():
            setattr(row, field, value)
        if not row.is_active:
            end_sessions(session, row.id, app.clock())
        audit.append_system(app, session, "user.changed", by=by.name, user=name, fields=sorted(changes))
        return _view(session, row)


def set_groups(app: Application, by: Actor, name: str, groups: Iterable[str]) -> UserView:
    """Make these the person's groups, no others."""
    require(by, "user.manage")
    wanted = tuple(dict.fromkeys(groups))
    _check_groups(app, wanted)
    with app.db.begin() as session:
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
    """Give a new password and end all sessions of the account.

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
        row = _existing(session, name)
        row.password_hash = fresh
        end_sessions(session, row.id, app.clock())
        audit.append_system(app, session, "user.password", by=by.name, user=name)


def set_language(app: Application, actor: Actor, language: str | None) -> None:
    """Remember the language of a person's screens; None follows the browser."""
    if language is not None and language not in LANGUAGES:
        raise InvalidInput(errors=[FieldError("language", "one of " + ", ".join(LANGUAGES))])
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


def actor(app: Application, name: str) -> Actor:
    """Return this person as somebody who asks. NotFound when unknown or deactivated."""
    with app.db.read() as session:
        query = with_groups(select(User.is_active)).where(User.name == name, User.is_active)
        found = session.execute(query).all()
    if not found:
        raise NotFound("There is no such user.", user=name)
    return actor_of(app, found)


def actors(app: Application, session: Session, names: Iterable[str]) -> tuple[Actor, ...]:
    """Return these people, as far as they have an active account."""
    query = with_groups(select(User.is_active)).where(User.name.in_(tuple(names)), User.is_active)
    found = session.execute(query.order_by(User.name)).all()
    return tuple(actor_of(app, list(rows)) for _, rows in groupby(found, key=lambda row: row.name))


def anew(app: Application, session: Session, actor: Actor) -> Actor:
    """Return somebody with their groups and rights of this moment. Forbidden once deactivated."""
    if actor.user_id == SYSTEM.user_id:
        return actor
    found = _ANEW.rows(session, {"user": actor.user_id})
    if not found:
        raise Forbidden("This account has been deactivated.")
    return actor_of(app, found)


def with_groups(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return a query over accounts with the columns `actor_of` needs: a row for each of their groups."""
    return query.add_columns(*_ACCOUNT, UserGroup.group_name).outerjoin(
        UserGroup, UserGroup.user_id == User.id
    )


def actor_of(app: Application, rows: Sequence[Any]) -> Actor:
    """Return an account as somebody who asks, from the rows of `with_groups`."""
    row = rows[0]
    belongs = frozenset(each.group_name for each in rows if each.group_name is not None)
    return Actor(
        user_id=row.account_id,
        name=row.name,
        display_name=row.display_name,
        groups=belongs,
        rights=_rights_of(app, row.live_deployment, belongs),
        department=row.department,
        is_admin=ADMIN in belongs,
        language=row.language,
        email=row.email,
    )


def _rights_of(app: Application, live_deployment: str | None, groups: frozenset[str]) -> frozenset[str]:
    """Return what the live organisation gives to these groups: nothing while nothing is deployed."""
    # Admins hold every right: they get in to mend it even where the live drawings cannot be loaded.
    if live_deployment is None or ADMIN in groups:
        return frozenset()
    return app.model(live_deployment).organisation.rights_of(groups)


# Built once: asked with every act on a task.
_ANEW = Prepared(with_groups(select(User.id)).where(User.id == bindparam("user"), User.is_active))


def members(session: Session, group: str) -> tuple[str, ...]:
    """Return the names of a group's active members."""
    query = select(User.name).join(UserGroup, UserGroup.user_id == User.id)
    query = query.where(UserGroup.group_name == group, User.is_active).order_by(User.name)
    return tuple(session.scalars(query))


def able(session: Session, names: Iterable[str], *, without: Iterable[str]) -> tuple[str, ...]:
    """Return which of these people can sign in, leaving out those named in `without`."""
    wanted = tuple(name for name in dict.fromkeys(names) if name not in {*without})
    return tuple(name for name in wanted if _ACTIVE.rows(session, {"name": name}))


def has_able_member(session: Session, groups: Iterable[str], *, without: Iterable[str]) -> bool:
    """Say whether somebody in one of these groups can sign in, leaving out those named in `without`."""
    kept_away = tuple(without)
    asked = {f"without_{number}": name for number, name in enumerate(kept_away)}
    member = _able_member(len(kept_away))
    return any(member.rows(session, {**asked, "group": group}) for group in groups)


@cache
def _able_member(kept_away: int) -> Prepared:
    """Return the query for an active member of a group, but for so many people."""
    others = [User.name != bindparam(f"without_{number}") for number in range(kept_away)]
    query = select(User.id).join(UserGroup, UserGroup.user_id == User.id)
    return Prepared(query.where(UserGroup.group_name == bindparam("group"), User.is_active, *others).limit(1))


def head_of(session: Session, department: str) -> str | None:
    """Return the name of a department's active head, None when nobody is."""
    query = select(User.name).join(OrganisationUnit, OrganisationUnit.head_user_id == User.id)
    return session.scalar(query.where(OrganisationUnit.name == department, User.is_active))


def set_head(app: Application, by: Actor, department: str, user_name: str | None) -> None:
    """Make somebody the head of a department; None: nobody is."""
    require(by, "user.manage")
    _check_groups(app, [department], path="department")
    with app.db.begin() as session:
        head = None if user_name is None else _existing(session, user_name).id
        session.merge(OrganisationUnit(name=department, head_user_id=head))
        audit.append_system(
            app, session, "department.head", by=by.name, department=department, head=user_name
        )


def display_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return how these people are shown; a name without an account stands for itself."""
    wanted = tuple(dict.fromkeys(names))
    known = session.execute(select(User.name, User.display_name).where(User.name.in_(wanted)))
    return {name: name for name in wanted} | {name: shown for name, shown in known}


def end_sessions(session: Session, user_id: str, now: datetime) -> None:
    """Sign an account out everywhere."""
    query = select(WebSession).where(WebSession.user_id == user_id, WebSession.revoked_at.is_(None))
    for row in session.scalars(query):
        row.revoked_at = now


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
        message = f"not declared in organisation.yaml: {', '.join(unknown)}"
        raise InvalidInput(errors=[FieldError(path, message)])


def _declared(app: Application) -> frozenset[str] | None:
    """Return the groups of the live organisation; None where there is none yet, so nothing is unknown."""
    try:
        organisation = app.live().model.organisation
    except NotFound:
        return None
    return frozenset(organisation.groups) or None
