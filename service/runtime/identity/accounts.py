"""Accounts, the groups they belong to, and the heads of departments, as admins keep them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, aliased

from service.engine.organisation.rights import ADMIN
from service.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from service.runtime.identity.passwords import hash_password, is_password
from service.runtime.identity.people import is_member, require_still
from service.runtime.identity.rights import require
from service.runtime.step import audit
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.views import View
from service.store.models import ApiToken, OrganisationUnit, User, UserGroup, WebSession
from service.wording import Text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_PASSWORD_LENGTH = range(8, 201)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class UserView(View):
    """An account as admins see it. `heads` are the departments this person is the head of."""

    id: str
    name: str
    display_name: str
    email: str | None
    department: str | None
    groups: tuple[str, ...]
    active: bool
    superior: str | None
    heads: tuple[str, ...]


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
    superior: str | None = None,
) -> UserView:
    """Add an account; without a password it can only use tokens. Conflict when the name is taken."""
    require(by, "user.manage")
    wanted = tuple(dict.fromkeys(groups))
    check_new(app, name, groups=wanted, department=department, password=password)
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
            superior_id=_superior_id(session, name, superior),
            created_at=app.clock(),
        )
        session.add(row)
        session.flush()
        session.add_all(UserGroup(user_id=row.id, group_name=group) for group in wanted)
        told = {"groups": list(wanted), "department": department, "superior": superior or None}
        audit.append_system(app, session, "user.created", by=by.name, user=name, **told)
        session.flush()
        return _view(session, row)


Leaving = Callable[[Session, Actor, User], None]
"""What else is done, in the same transaction, when somebody's account is deactivated."""


def update_user(
    app: Application, by: Actor, name: str, *, leaving: Leaving | None = None, **changes: Any
) -> UserView:
    """Change display_name, department, email, groups, superior or active; what is left out stays.

    A deactivated account is signed out everywhere and its tokens stop working; `leaving` is asked before,
    under the lock. Conflict when nobody would be left who may manage accounts.
    """
    require(by, "user.manage")
    _check_changes(app, changes)
    with app.db.begin() as session:
        now = require_still(app, session, by, "user.manage")
        row = _existing(session, name, is_locked=True)
        before = _told(session, row)
        leaves = row.is_active and changes.get("active") is False
        if leaves and leaving is not None:
            leaving(session, now, row)
        _change(session, row, changes)
        if not row.is_active:
            sign_out_everywhere(session, row.id, app.clock())
        _refuse_without_admin(session, by, changes)
        after = _told(session, row)
        differing = {field: [before[field], after[field]] for field in after if after[field] != before[field]}
        audit.append_system(app, session, "user.changed", by=by.name, user=name, changes=differing)
        session.flush()
        return _view(session, row)


def set_groups(app: Application, by: Actor, name: str, groups: Iterable[str]) -> UserView:
    """Make these the person's groups, no others."""
    return update_user(app, by, name, groups=tuple(groups))


_CHANGED_COLUMNS = {
    "display_name": "display_name",
    "department": "department",
    "email": "email",
    "active": "is_active",
}


def _check_changes(app: Application, changes: Mapping[str, Any]) -> None:
    unknown = changes.keys() - {*_CHANGED_COLUMNS, "groups", "superior"}
    wrong = [FieldError(field, "cannot be changed") for field in sorted(unknown)]
    if "display_name" in changes and not (changes["display_name"] or "").strip():
        wrong.append(FieldError("display_name", "a person has a name"))
    if wrong:
        raise InvalidInput(errors=wrong)
    _check_groups(app, filter(None, [changes.get("department")]), path="department")
    _check_groups(app, changes.get("groups") or ())


def _change(session: Session, row: User, changes: Mapping[str, Any]) -> None:
    for field, column in _CHANGED_COLUMNS.items():
        if field in changes:
            value = changes[field]
            setattr(row, column, value.strip() if isinstance(value, str) else value)
    if "superior" in changes:
        row.superior_id = _superior_id(session, row.name, changes["superior"])
    if changes.get("active"):
        row.successor_id = None
    if changes.get("groups") is not None:
        session.execute(delete(UserGroup).where(UserGroup.user_id == row.id))
        wanted = dict.fromkeys(changes["groups"])
        session.add_all(UserGroup(user_id=row.id, group_name=group) for group in wanted)
    session.flush()


def _told(session: Session, row: User) -> dict[str, Any]:
    """Return what an entry of the audit says of an account."""
    view = _view(session, row)
    told = {field: getattr(view, field) for field in (*_CHANGED_COLUMNS, "superior")}
    return {**told, "groups": list(view.groups)}


def _superior_id(session: Session, name: str, superior: str | None) -> str | None:
    if not superior:
        return None
    row = _row(session, superior)
    if row is None or not row.is_active or superior == name:
        raise InvalidInput(errors=[FieldError("superior", "somebody else with an active account")])
    return row.id


def _refuse_without_admin(session: Session, by: Actor, changes: Mapping[str, Any]) -> None:
    # Whoever has the command line can always name another.
    if by.user_id == SYSTEM.user_id or changes.keys().isdisjoint(("active", "groups")):
        return
    query = select(func.count()).select_from(User).join(UserGroup, UserGroup.user_id == User.id)
    if not session.scalar(query.where(UserGroup.group_name == ADMIN, User.is_active)):
        raise Conflict("Nobody would be left who may manage accounts: make somebody else an admin first.")


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
    require(by, "user.read")
    with app.db.read() as session:
        return _views(session, session.scalars(select(User).order_by(User.name)))


def user(app: Application, by: Actor, name: str) -> UserView:
    """Return one account: one's own, or any for who may read them."""
    if by.name != name:
        require(by, "user.read")
    with app.db.read() as session:
        return _view(session, _existing(session, name))


def groups(app: Application) -> tuple[str, ...]:
    """Return the groups the live organisation declares, and `admin`."""
    return tuple(sorted({*(_declared(app) or ()), ADMIN}))


def set_head(app: Application, by: Actor, department: str, user_name: str | None) -> None:
    """Make somebody the head of a department; None: nobody is.

    InvalidInput for who cannot sign in, or is no member.
    """
    require(by, "user.manage")
    _check_groups(app, [department], path="department")
    with app.db.begin() as session:
        require_still(app, session, by, "user.manage")
        head = None
        if user_name is not None:
            row = _row(session, user_name)
            if row is None or not row.is_active:
                raise InvalidInput(errors=[FieldError("head", "somebody with an active account")])
            if not is_member(session, user_name, department):
                text = Text("{department} is headed only by one of its members.", department=department)
                raise InvalidInput(errors=[FieldError("head", text)])
            head = row.id
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


def _existing(session: Session, name: str, *, is_locked: bool = False) -> User:
    query = select(User).where(User.name == name)
    row = session.scalar(query.with_for_update() if is_locked else query)
    if row is None:
        raise NotFound("There is no such user.", user=name)
    return row


def _groups(session: Session, user_id: str) -> tuple[str, ...]:
    query = select(UserGroup.group_name).where(UserGroup.user_id == user_id)
    return tuple(session.scalars(query.order_by(UserGroup.group_name)))


def _view(session: Session, row: User) -> UserView:
    return _views(session, [row])[0]


def _views(session: Session, rows: Iterable[User]) -> tuple[UserView, ...]:
    """Return accounts as admins see them, with three queries however many they are."""
    wanted = list(rows)
    ids = [row.id for row in wanted]
    groups, heads = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    belongs = select(UserGroup.user_id, UserGroup.group_name).where(UserGroup.user_id.in_(ids))
    for user_id, group in session.execute(belongs.order_by(UserGroup.group_name)):
        groups[user_id].append(group)
    headed = select(OrganisationUnit.head_user_id, OrganisationUnit.name)
    for head, name in session.execute(
        headed.where(OrganisationUnit.head_user_id.in_(ids)).order_by(OrganisationUnit.name)
    ):
        heads[head or ""].append(name)
    above = aliased(User)
    led = select(User.id, above.name).join(above, above.id == User.superior_id).where(User.id.in_(ids))
    superiors = {user_id: name for user_id, name in session.execute(led)}
    return tuple(
        UserView(
            id=row.id,
            name=row.name,
            display_name=row.display_name,
            email=row.email,
            department=row.department,
            groups=tuple(groups[row.id]),
            active=row.is_active,
            superior=superiors.get(row.id),
            heads=tuple(heads[row.id]),
        )
        for row in wanted
    )


def check_new(
    app: Application,
    name: str,
    *,
    groups: Iterable[str] = (),
    department: str | None = None,
    password: str | None = None,
) -> None:
    """Raise InvalidInput for what no new account can have."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(errors=[FieldError("name", "letters, digits and . _ @ -, at most 64")])
    if password is not None:
        _check_password(password)
    _check_groups(app, groups)
    _check_groups(app, filter(None, [department]), path="department")


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
