"""Who sees a case: the applicant, whoever has or had a task in it, copies, and the groups that see all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.runtime import identity
from service.runtime.identity.rights import may
from service.runtime.step.context import Actor, Application
from service.store import participants
from service.store.models import CarbonCopy, ProcessInstance


def condition(actor: Actor) -> ColumnElement[bool]:
    """Return a condition on ProcessInstance: the actor sees it, for themselves."""
    return true() if may(actor, "case.see_all") else takes_part(actor)


def takes_part(actor: Actor) -> ColumnElement[bool]:
    """Return a condition on ProcessInstance: the actor applied for it, had a task in it, or got a copy."""
    copied = exists().where(CarbonCopy.instance_id == ProcessInstance.id, CarbonCopy.user_name == actor.name)
    return or_(ProcessInstance.applicant == actor.name, participants.visible_to(actor.principals), copied)


def may_see(app: Application, actor: Actor, instance_id: str) -> bool:
    """Say whether the actor sees this case; False also when there is none."""
    with app.db.read() as session:
        return find(app, session, actor, instance_id) is not None


def require_visible(app: Application, session: Session, actor: Actor, instance_id: str) -> ProcessInstance:
    """Return the row of a case the actor sees. NotFound otherwise: what one may not see is not there."""
    found = find(app, session, actor, instance_id)
    if found is None:
        raise NotFound(instance=instance_id)
    return found


def find(app: Application, session: Session, actor: Actor, instance_id: str) -> ProcessInstance | None:
    """Return the row of a case the actor sees, for themselves or for somebody they stand in for, or None."""
    query = select(ProcessInstance).where(ProcessInstance.id == instance_id)
    found = session.scalars(query.where(condition(actor))).one_or_none()
    if found is not None:
        return found
    people = identity.absent(app, session, actor.name, app.clock())
    if not people:
        return None
    return session.scalars(query.where(or_(*map(takes_part, people)))).one_or_none()


def sees_key(session: Session, actor: Actor, business_key: str) -> bool | None:
    """Say whether the actor sees an instance with this business key; None when there is none at all."""
    query = select(ProcessInstance.id).where(ProcessInstance.business_key == business_key)
    if session.scalars(query.limit(1)).first() is None:
        return None
    return session.scalars(query.where(condition(actor)).limit(1)).first() is not None


def seen_of(session: Session, actor: Actor, instances: Sequence[str]) -> frozenset[str]:
    """Return which of these instances somebody sees."""
    query = select(ProcessInstance.id).where(ProcessInstance.id.in_(instances), condition(actor))
    return frozenset(session.scalars(query))
