"""Lists of user tasks: mine, a group's, a case's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from service.errors import FieldError, Forbidden, InvalidInput
from service.runtime import showing, visibility
from service.runtime.context import Actor, Application
from service.runtime.rights import may
from service.runtime.views import Page, TaskView
from service.store import cursor as cursors
from service.store import participants, task_list
from service.store.models import ProcessInstance, TaskCandidate, UserTask

STATES = ("open", "completed", "cancelled")
After = tuple[datetime, str] | None


def find(
    app: Application,
    actor: Actor,
    *,
    mine: bool = False,
    group: str | None = None,
    instance: str | None = None,
    business_key: str | None = None,
    state: str = "open",
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TaskView]:
    """Return tasks by due date, those without one last.

    `mine`: what the actor holds or may take (completed: what the actor did). `instance`, `business_key`: all
    tasks of cases the actor sees. `group`: what is offered to a group the actor belongs to. None of these:
    everything for admins, `mine` for others. `q` is part of a task's or case's name.
    """
    if state not in STATES:
        raise InvalidInput(errors=[FieldError("state", f"one of {', '.join(STATES)}")])
    if group is not None and group not in actor.groups and not may(actor, "task.see_all"):
        raise Forbidden("You do not belong to this group.", group=group)
    after = cursors.decode(cursor, datetime, str) if cursor else None
    of_case = instance is not None or business_key is not None
    mine = mine or not (of_case or group or may(actor, "task.see_all"))
    with app.db.read() as session:
        if state == "open" and not of_case and not q and (mine or group):
            rows = _offered(session, actor, mine, group, limit, after)
        else:
            query = _query(actor, mine, group, instance, business_key, state, q)
            rows = _page(session, query, limit, after)
        return _shown(session, rows, limit)


def count(app: Application, actor: Actor) -> int:
    """Return how many open tasks the actor holds or may take, counting no further than 1 000."""
    with app.db.read() as session:
        return task_list.count_open(session, principals=actor.principals, assignee=actor.name)


def _offered(
    session: Session, actor: Actor, mine: bool, group: str | None, limit: int, after: After
) -> Sequence[UserTask]:
    if mine and group is None:
        return task_list.open_tasks(
            session,
            principals=actor.principals,
            assignee=actor.name,
            unassigned_only=True,
            limit=limit + 1,
            after=after,
        )
    principals = [participants.group(group or "")]
    return task_list.open_tasks(
        session, principals=principals, unassigned_only=mine, limit=limit + 1, after=after
    )


def _query(
    actor: Actor,
    mine: bool,
    group: str | None,
    instance: str | None,
    business_key: str | None,
    state: str,
    q: str | None,
) -> Select[tuple[UserTask]]:
    query = select(UserTask).join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    query = query.where(UserTask.state == state)
    if not mine:
        query = query.where(visibility.condition(actor))
    elif state == "open":
        offered = select(TaskCandidate.task_id).where(TaskCandidate.principal.in_(actor.principals))
        free = UserTask.assignee.is_(None) & UserTask.id.in_(offered)
        query = query.where(or_(UserTask.assignee == actor.name, free))
    else:
        query = query.where(UserTask.completed_by == actor.name)
    if group is not None:
        offered = select(TaskCandidate.task_id).where(TaskCandidate.principal == participants.group(group))
        query = query.where(UserTask.id.in_(offered))
    if instance is not None:
        query = query.where(UserTask.instance_id == instance)
    if business_key is not None:
        query = query.where(ProcessInstance.business_key == business_key)
    if q:
        found = ProcessInstance.search_text.contains(q.lower(), autoescape=True)
        query = query.where(or_(found, UserTask.name.contains(q, autoescape=True)))
    return query


def _page(session: Session, query: Select, limit: int, after: After) -> Sequence[UserTask]:
    if after is not None:
        due, task_id = after
        later = or_(UserTask.due_order > due, UserTask.id > task_id)
        query = query.where(UserTask.due_order >= due, later)
    return session.scalars(query.order_by(UserTask.due_order, UserTask.id).limit(limit + 1)).all()


def _shown(session: Session, rows: Sequence[UserTask], limit: int) -> Page[TaskView]:
    shown = rows[:limit]
    wanted = {row.instance_id for row in shown}
    query = select(ProcessInstance).where(ProcessInstance.id.in_(wanted))
    instances = {row.id: row for row in session.scalars(query)} if wanted else {}
    items = tuple(showing.task(row, instances[row.instance_id]) for row in shown)
    last = shown[-1] if len(rows) > limit else None
    return Page(items, cursors.encode(last.due_order, last.id) if last else None)
