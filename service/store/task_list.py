"""The task list: open tasks by due date, read off an index however many tasks there are.

Each principal has its own ordered range in the index. They are read separately, a page each, and merged:
one query over several principals would have to sort all their tasks first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, func, or_, select, type_coerce, union
from sqlalchemy.orm import Session

from service.feel import codec
from service.store.models import TASKS, ProcessInstance, TaskCandidate, TaskRow

_TASK = TASKS.c
After = tuple[datetime, str]
"""`due_order` and id of the last task already shown."""
Barred = Mapping[str, Collection[str]]
"""By principal the people none of whom may be barred from a task that is offered to it."""
NOBODY: Barred = MappingProxyType({})


def open_tasks(
    session: Session,
    *,
    principals: Iterable[str] = (),
    assignees: Iterable[str] = (),
    unassigned_only: bool = False,
    free_for: Barred = NOBODY,
    q: str | None = None,
    limit: int = 50,
    after: After | None = None,
) -> list[TaskRow]:
    """Return at most `limit` open tasks after `after`, the earliest due first and those without a date last.

    They are the tasks offered to one of `principals` (with `unassigned_only`: and held by nobody), together
    with those one of `assignees` holds, but for what is offered to a principal and barred to whom `free_for`
    names there; with `q` only those in whose name, or whose case's, this text occurs.
    """
    keys: set[After] = set()
    for branch in _branches(principals, assignees, unassigned_only, free_for, after, q):
        keys.update((due, task_id) for due, task_id in session.execute(branch.limit(limit)))
    ids = [task_id for _, task_id in sorted(keys)[:limit]]
    found = {task.id: task for task in rows(session, select(TASKS).where(_TASK.id.in_(ids)))}
    return [found[task_id] for task_id in ids]


def rows(session: Session, query: Select[Any]) -> list[TaskRow]:
    """Return the tasks of a query over TASKS."""
    return [TaskRow(*values) for values in session.execute(query)]


def count_open(
    session: Session,
    *,
    principals: Iterable[str],
    assignees: Iterable[str],
    free_for: Barred = NOBODY,
    most: int = 1000,
) -> int:
    """Return how many open tasks these people hold or may take, counting no further than `most`."""
    branches = [
        branch.limit(most).subquery()
        for branch in _branches(principals, assignees, True, free_for, None, None)
    ]
    ids = union(*(select(branch.c.id) for branch in branches)).subquery()
    return min(session.scalar(select(func.count()).select_from(ids)) or 0, most)


def _branches(
    principals: Iterable[str],
    assignees: Iterable[str],
    unassigned_only: bool,
    free_for: Barred,
    after: After | None,
    q: str | None,
) -> list[Select[datetime, str]]:
    branches = [
        _offered(principal, unassigned_only, free_for.get(principal, ()), after, q)
        for principal in dict.fromkeys(principals)
    ]
    return branches + [_held(name, after, q) for name in dict.fromkeys(assignees)]


def _held(assignee: str, after: After | None, q: str | None) -> Select[datetime, str]:
    query = select(_TASK.due_order, _TASK.id.label("id"))
    query = query.where(_TASK.assignee == assignee, _TASK.state == "open")
    return _ordered(_named(query, q), _TASK.due_order, _TASK.id, after)


def _offered(
    principal: str, unassigned_only: bool, free_for: Collection[str], after: After | None, q: str | None
) -> Select[datetime, str]:
    query = select(TaskCandidate.due_order, TaskCandidate.task_id.label("id"))
    query = query.where(TaskCandidate.principal == principal)
    if unassigned_only or q or free_for:
        query = query.join(TASKS, _TASK.id == TaskCandidate.task_id)
    if unassigned_only:
        query = query.where(_TASK.assignee.is_(None))
    query = query.where(*map(is_free_for, free_for))
    return _ordered(_named(query, q), TaskCandidate.due_order, TaskCandidate.task_id, after)


def is_free_for(name: str) -> ColumnElement[bool]:
    """Return the condition that four eyes did not keep this person from a task when it opened."""
    return ~type_coerce(_TASK.barred_users, Text).contains(codec.dumps(name), autoescape=True)


def _named(query: Select[datetime, str], q: str | None) -> Select[datetime, str]:
    if not q:
        return query
    of_case = ProcessInstance.search_text.contains(q.lower(), autoescape=True)
    of_task = _TASK.name.contains(q, autoescape=True)
    return query.join(ProcessInstance, ProcessInstance.id == _TASK.instance_id).where(or_(of_case, of_task))


def _ordered(
    query: Select[datetime, str], due: Any, task_id: Any, after: After | None
) -> Select[datetime, str]:
    if after is not None:
        query = query.where(_later(due, task_id, after))
    return query.order_by(due, task_id)


def _later(due: Any, task_id: Any, after: After) -> ColumnElement[bool]:
    # The first condition is a range of the index, the second trims its first day.
    return and_(due >= after[0], or_(due > after[0], task_id > after[1]))
