"""People as others ask for them: who asks, members of a group, the head of a department, shown names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from service.engine.organisation.rights import ADMIN
from service.errors import Forbidden, NotFound
from service.runtime.identity.rights import require
from service.runtime.step.context import SYSTEM, Actor, Application
from service.store import manifests
from service.store.initials import initials, may_be
from service.store.models import OrganisationUnit, User, UserGroup
from service.store.prepared import Prepared

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


def require_still(app: Application, session: Session, actor: Actor, right: str) -> Actor:
    """Return somebody as they are at this moment, if they hold this right. Forbidden otherwise.

    For whatever changes something: asked in the transaction of the act, under its lock.
    """
    now = anew(app, session, actor)
    require(now, right)
    return now


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


def is_member(session: Session, name: str, department: str) -> bool:
    """Say whether somebody who can sign in belongs to a department, by their account or by its group."""
    belongs = select(UserGroup.user_id).where(UserGroup.group_name == department)
    is_of_it = or_(User.department == department, User.id.in_(belongs))
    query = select(User.id).where(User.name == name, User.is_active, is_of_it)
    return session.scalar(query) is not None


def able(session: Session, names: Iterable[str], *, without: Iterable[str]) -> tuple[str, ...]:
    """Return which of these people can sign in, leaving out those named in `without`."""
    wanted = tuple(name for name in dict.fromkeys(names) if name not in {*without})
    return tuple(name for name in wanted if _ACTIVE.rows(session, {"name": name}))


_TAKING = aliased(User)
# Built once: asked with every task that opens. They are few: people who left and were succeeded.
_SUCCESSIONS = Prepared(select(User.name, _TAKING.name).join(_TAKING, _TAKING.id == User.successor_id))


def successors(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return who took over from whom, of these people: the last of a chain, whom tasks go to now."""
    after, found = {name: after for name, after in _SUCCESSIONS.rows(session, {})}, dict[str, str]()
    for name in names if after else ():
        met, last = {name}, name
        while last in after and after[last] not in met:
            last = after[last]
            met.add(last)
        if last != name:
            found[name] = last
    return found


def superiors(session: Session, names: Iterable[str]) -> tuple[str, ...]:
    """Return the superiors of these people, as their accounts name them."""
    above = aliased(User)
    query = select(above.name).join(User, User.superior_id == above.id).where(User.name.in_(tuple(names)))
    return tuple(session.scalars(query.order_by(above.name)))


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


def departments(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return the departments of these people, without those who have none."""
    known = session.execute(select(User.name, User.department).where(User.name.in_(tuple(names))))
    return {name: department for name, department in known if department}


def display_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return how these people are shown; a name without an account stands for itself."""
    wanted = tuple(dict.fromkeys(names))
    known = session.execute(select(User.name, User.display_name).where(User.name.in_(wanted)))
    return {name: name for name in wanted} | {name: shown for name, shown in known}


def named(session: Session, name: str) -> tuple[str, ...]:
    """Return the active accounts that go by a name: their own, or how they are shown."""
    query = select(User.name).where(User.is_active, or_(User.name == name, User.display_name == name))
    return tuple(session.scalars(query.order_by(User.name)))


def by_initials(session: Session, q: str) -> list[str]:
    """Return whose shown name begins with these initials, or has them somewhere: `ly` finds 林悦."""
    if not may_be(q):
        return []
    found = session.execute(select(User.name, User.display_name).where(User.is_active))
    return [name for name, shown in found if q.lower() in initials(shown)]
