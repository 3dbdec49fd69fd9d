"""A task as one person meets it: its row, its case, and whom they stand in for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.runtime import identity
from service.runtime.identity.substitutes import is_standing_in
from service.runtime.step.context import Actor, Application
from service.store.models import TASKS, Draft, ProcessInstance, TaskRow
from service.store.prepared import Prepared


@dataclass(frozen=True)
class TaskCase:
    """The case of a task, as far as its tasks tell of it."""

    id: str
    state: str
    deployment_id: str
    business_key: str | None
    title: str
    applicant: str


@dataclass(frozen=True)
class Seen:
    """A task as it was read: nothing is decided on it that its version, or the lock, does not guard.

    `absent`: whom the person stands in for.
    """

    task: TaskRow
    case: TaskCase
    absent: tuple[Actor, ...] = ()
    has_draft: bool = False


_CASE = tuple(getattr(ProcessInstance, each.name) for each in fields(TaskCase))
_WIDTH = len(TASKS.c)
# Built once: on the way of every answer, putting a statement together would cost more than running it.
_LOOK = Prepared(
    select(
        TASKS,
        *_CASE,
        exists().where(Draft.subject == TASKS.c.id, Draft.user_name == bindparam("user")),
        is_standing_in(bindparam("user"), bindparam("now")),
    )
    .join(ProcessInstance, ProcessInstance.id == TASKS.c.instance_id)
    .where(TASKS.c.id == bindparam("task"))
)


def look(app: Application, actor: Actor, task_id: str) -> Seen:
    """Return a task with its case and the actor's relation to it, in one query. NotFound without it."""
    now = app.clock()
    found = app.db.ask(_LOOK, {"task": task_id, "user": actor.name, "now": now})
    if not found:
        raise NotFound(task=task_id)
    [row] = found
    *case, has_draft, stands_in = row[_WIDTH:]
    return Seen(
        TaskRow(*row[:_WIDTH]), TaskCase(*case), _absent(app, actor, now) if stands_in else (), has_draft
    )


def _absent(app: Application, actor: Actor, now: datetime) -> tuple[Actor, ...]:
    with app.db.read() as session:
        return identity.absent(app, session, actor.name, now)


def with_cases(session: Session, tasks: Sequence[TaskRow], absent: tuple[Actor, ...]) -> tuple[Seen, ...]:
    """Return these tasks with their cases, read in one query, as somebody meets them who stands in so."""
    wanted = {task.instance_id for task in tasks}
    query = select(*_CASE).where(ProcessInstance.id.in_(wanted))
    cases = {row.id: TaskCase(*row) for row in session.execute(query)} if wanted else {}
    return tuple(Seen(task, cases[task.instance_id], absent) for task in tasks)


def opened_in(case: ProcessInstance, tasks: Iterable[TaskRow], absent: tuple[Actor, ...]) -> tuple[Seen, ...]:
    """Return tasks just opened in a case, as somebody meets them who stands in so."""
    about = TaskCase(*(getattr(case, each.name) for each in fields(TaskCase)))
    return tuple(Seen(task, about, absent) for task in tasks)
