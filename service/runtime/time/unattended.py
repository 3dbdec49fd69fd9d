"""Open tasks of which nobody is left who can do them: people leave, lose their groups, or are kept away."""

from __future__ import annotations

from sqlalchemy import Text, and_, exists, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from service.errors import InstanceNotActive, NotFound
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import on_instance
from service.runtime.tasks import reoffering
from service.store.models import TASKS, ProcessInstance, TaskCandidate, User, UserGroup

_T = TASKS.c
_QUOTE = '"'


def reoffer(app: Application) -> int:
    """Offer what nobody can do any more to their superiors, or make it an incident; return in how many cases.

    What is found is only looked at more closely, under the lock of its case: twice does nothing more.
    """
    with app.db.read() as session:
        found = _instances(session)
    for instance_id in found:
        try:
            with on_instance(app, instance_id, SYSTEM) as step:
                reoffering.look(step)
        except (InstanceNotActive, NotFound):
            continue
    return len(found)


def _instances(session: Session) -> list[str]:
    """Return the active instances with an open task that was offered to somebody, and nobody can do now."""
    named = literal(_QUOTE) + User.name + _QUOTE
    is_able = and_(User.is_active, ~type_coerce(_T.barred_users, Text).contains(named))
    belongs = exists().where(
        UserGroup.user_id == User.id, TaskCandidate.principal == literal("group:") + UserGroup.group_name
    )
    is_named = TaskCandidate.principal == literal("user:") + User.name
    offered = TaskCandidate.task_id == _T.id
    somebody = exists().where(offered, is_able, or_(is_named, belongs))
    holder = exists().where(User.name == _T.assignee, is_able)
    query = (
        select(_T.instance_id)
        .distinct()
        .join(ProcessInstance, ProcessInstance.id == _T.instance_id)
        .where(
            *(_T.state == "open", _T.kind == "drawn", _T.held.is_(None), ProcessInstance.state == "active"),
            exists().where(offered),
            or_(and_(_T.assignee.is_(None), ~somebody), and_(_T.assignee.is_not(None), ~holder)),
        )
    )
    return list(session.scalars(query))
