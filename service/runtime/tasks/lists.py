"""Lists of user tasks: mine, a group's, a case's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from service.errors import FieldError, Forbidden, InvalidInput
from service.runtime import identity
from service.runtime.identity import visibility
from service.runtime.identity.rights import may
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.runtime.tasks import showing
from service.runtime.tasks.seen import Seen, with_cases
from service.runtime.tasks.views import TaskView
from service.store import cursor as cursors
from service.store import limits, participants, task_list
from service.store.base import Instant
from service.store.models import NEVER, TASKS, ProcessInstance, TaskCandidate, TaskRow
from service.wording import Text

_TASK = TASKS.c
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
    everything for admins, `mine` for others. What the people could do for whom the actor stands in is
    theirs too. `q` is part of a task's or case's name.
    """
    if state not in STATES:
        raise InvalidInput(errors=[FieldError("state", Text("one of {choices}", choices=", ".join(STATES)))])
    if group is not None and group not in actor.groups and not may(actor, "task.see_all"):
        raise Forbidden("You do not belong to this group.", group=group)
    after = cursors.decode(cursor, datetime, str) if cursor else None
    of_case = instance is not None or business_key is not None
    mine = mine or not (of_case or group or may(actor, "task.see_all"))
    with app.db.read() as session, limits.searching(session, q):
        absent = identity.absent(app, session, actor.name, app.clock())
        people = (actor, *absent) if mine or of_case else (actor,)
        if state == "open" and not of_case and (mine or group):
            rows = _offered(session, people, mine, group, q, limit, after)
        else:
            query = _query(people, mine, group, instance, business_key, state, q)
            rows = _page(session, query, limit, after, is_narrow=of_case or bool(q))
        return _shown(app, actor, with_cases(session, rows[:limit], absent), is_last=len(rows) <= limit)


def count(app: Application, actor: Actor) -> int:
    """Return how many open tasks the actor holds or may take, counting no further than 1 000."""
    with app.db.read() as session:
        return task_list.count_open(
            session, principals=actor.principals, assignees=[actor.name], free_for=_free_for([actor])
        )


def _free_for(people: Sequence[Actor]) -> task_list.Barred:
    """Return by principal who must not be barred: whoever looks, and for whom they would act.

    What they may do for themselves nobody else's bar takes from their list.
    """
    actor, *absent = people
    found = {principal: {actor.name, each.name} for each in absent for principal in each.principals}
    return {**found, **{principal: {actor.name} for principal in actor.principals}}


def _offered(
    session: Session,
    people: Sequence[Actor],
    mine: bool,
    group: str | None,
    q: str | None,
    limit: int,
    after: After,
) -> Sequence[TaskRow]:
    principals = [principal for each in people for principal in each.principals]
    return task_list.open_tasks(
        session,
        principals=principals if group is None else [participants.group(group)],
        assignees=[each.name for each in people] if group is None else [],
        unassigned_only=mine,
        free_for=_free_for(people) if mine else task_list.NOBODY,
        q=q,
        limit=limit + 1,
        after=after,
    )


def _query(
    people: Sequence[Actor],
    mine: bool,
    group: str | None,
    instance: str | None,
    business_key: str | None,
    state: str,
    q: str | None,
) -> Select[Any]:
    query = select(TASKS).join(ProcessInstance, ProcessInstance.id == _TASK.instance_id)
    query = query.where(_TASK.state == state)
    actor, *absent = people
    if not mine:
        query = query.where(or_(visibility.condition(actor), *map(visibility.takes_part, absent)))
    elif state == "open":
        free = _TASK.assignee.is_(None) & or_(*_offered_to(people))
        query = query.where(or_(_TASK.assignee.in_([each.name for each in people]), free))
    else:
        query = query.where(_TASK.completed_by == actor.name)
    if group is not None:
        offered = select(TaskCandidate.task_id).where(TaskCandidate.principal == participants.group(group))
        query = query.where(_TASK.id.in_(offered))
    if instance is not None:
        query = query.where(_TASK.instance_id == instance)
    if business_key is not None:
        query = query.where(ProcessInstance.business_key == business_key)
    if q:
        found = ProcessInstance.search_text.contains(q.lower(), autoescape=True)
        query = query.where(or_(found, _TASK.name.contains(q, autoescape=True)))
    return query


def _offered_to(people: Sequence[Actor]) -> Iterator[ColumnElement[bool]]:
    """Yield when a task is offered to these people and not barred to them."""
    alike: dict[frozenset[str], list[str]] = {}
    for principal, names in _free_for(people).items():
        alike.setdefault(frozenset(names), []).append(principal)
    for names, principals in alike.items():
        offered = select(TaskCandidate.task_id).where(TaskCandidate.principal.in_(principals))
        yield and_(_TASK.id.in_(offered), *map(task_list.is_free_for, sorted(names)))


def _page(
    session: Session, query: Select[Any], limit: int, after: After, *, is_narrow: bool
) -> Sequence[TaskRow]:
    due: Any = _TASK.due_order
    if is_narrow:
        # Few rows match: sort them. By the bare column SQLite would walk the index of all open tasks instead.
        due = func.coalesce(due, literal(NEVER, Instant))
    if after is not None:
        due_before, task_id = after
        query = query.where(due >= due_before, or_(due > due_before, _TASK.id > task_id))
    return task_list.rows(session, query.order_by(due, _TASK.id).limit(limit + 1))


def _shown(app: Application, actor: Actor, tasks: Sequence[Seen], *, is_last: bool) -> Page[TaskView]:
    items = tuple(showing.task(app, seen, actor) for seen in tasks)
    return Page(items, None if is_last else cursors.encode(items[-1].due_order, items[-1].id))
