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
from service.store.models import APPLIED, TASKS, CaseFact, Draft, LastAnswer, ProcessInstance, TaskRow
from service.store.prepared import Prepared

SIGNER = "signer"
"""Kind of the task of a signer who was added to another task (加签)."""
BEFORE, AFTER, BESIDE = "before", "after", "beside"
WAITING = "waiting"
"""State of the task of a signer who is asked once the task itself is concluded."""
UNSIGNED = ("open", WAITING)


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
    # Its answer is the last that has moved its case.
    is_last: bool = False
    # Facts of its case have changed since it opened.
    is_overtaken: bool = False
    # The tasks of signers who were added to it.
    signers: tuple[TaskRow, ...] = ()

    @property
    def unsigned(self) -> tuple[TaskRow, ...]:
        """Return the added signers who have not signed: asked now, or not yet."""
        return tuple(each for each in self.signers if each.state in UNSIGNED)

    @property
    def awaited(self) -> tuple[TaskRow, ...]:
        """Return the added signers whom the task waits for now; none while it waits for its holder."""
        return awaited(self.task, self.signers)


_CASE = tuple(getattr(ProcessInstance, each.name) for each in fields(TaskCase))
_WIDTH = len(TASKS.c)
_ADDED = TASKS.alias()
# Built once: on the way of every answer, putting a statement together would cost more than running it.
_LOOK = Prepared(
    select(
        TASKS,
        *_CASE,
        exists().where(Draft.subject == TASKS.c.id, Draft.user_name == bindparam("user")),
        is_standing_in(bindparam("user"), bindparam("now")),
        exists().where(_ADDED.c.parent_task_id == TASKS.c.id),
        exists().where(LastAnswer.task_id == TASKS.c.id),
        exists().where(
            CaseFact.number == ProcessInstance.business_key,
            CaseFact.state == APPLIED,
            CaseFact.at > TASKS.c.opened_at,
        ),
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
    *case, has_draft, stands_in, has_signers, is_last, is_overtaken = row[_WIDTH:]
    absent = _absent(app, actor, now) if stands_in else ()
    signers = _signers(app, task_id) if has_signers else ()
    about = TaskCase(*case)
    return Seen(TaskRow(*row[:_WIDTH]), about, absent, has_draft, is_last, is_overtaken, signers)


def _absent(app: Application, actor: Actor, now: datetime) -> tuple[Actor, ...]:
    with app.db.read() as session:
        return identity.absent(app, session, actor.name, now)


def _signers(app: Application, task_id: str) -> tuple[TaskRow, ...]:
    with app.db.read() as session:
        return signers_of(session, [task_id]).get(task_id, ())


def awaited(task: TaskRow, signers: Iterable[TaskRow]) -> tuple[TaskRow, ...]:
    """Return of a task's signers whom it waits for: those before its holder, all once it is concluded."""
    asked = tuple(each for each in signers if each.state == "open")
    is_kept = task.held is not None or any(each.added_as == BEFORE for each in asked)
    return asked if is_kept else ()


def at_turn(tasks: Sequence[TaskRow]) -> list[TaskRow]:
    """Return of the open tasks of a case those whose people can go on: not those that wait for signers."""
    signers: dict[str | None, list[TaskRow]] = {}
    for each in tasks:
        signers.setdefault(each.parent_task_id, []).append(each)
    return [each for each in tasks if not awaited(each, signers.get(each.id, ()))]


def signers_of(session: Session, task_ids: Iterable[str]) -> dict[str, tuple[TaskRow, ...]]:
    """Return the tasks of signers who were added to tasks, by those, in the order in which they were."""
    query = select(TASKS).where(TASKS.c.parent_task_id.in_(tuple(task_ids))).order_by(TASKS.c.id)
    found: dict[str, tuple[TaskRow, ...]] = {}
    for row in session.execute(query):
        task = TaskRow(*row)
        found[task.parent_task_id or ""] = (*found.get(task.parent_task_id or "", ()), task)
    return found


def with_cases(session: Session, tasks: Sequence[TaskRow], absent: tuple[Actor, ...]) -> tuple[Seen, ...]:
    """Return these tasks with their cases, read in one query, as somebody meets them who stands in so."""
    wanted = {task.instance_id for task in tasks}
    query = select(*_CASE).where(ProcessInstance.id.in_(wanted))
    cases = {row.id: TaskCase(*row) for row in session.execute(query)} if wanted else {}
    signers = signers_of(session, [task.id for task in tasks]) if tasks else {}
    last = _last_answers(session, [task.id for task in tasks if task.state == "completed"])
    return tuple(
        Seen(
            task,
            cases[task.instance_id],
            absent,
            is_last=task.id in last,
            signers=signers.get(task.id, ()),
        )
        for task in tasks
    )


def _last_answers(session: Session, task_ids: Sequence[str]) -> set[str]:
    query = select(LastAnswer.task_id).where(LastAnswer.task_id.in_(task_ids))
    return set(session.scalars(query)) if task_ids else set()


def opened_in(case: ProcessInstance, tasks: Iterable[TaskRow], absent: tuple[Actor, ...]) -> tuple[Seen, ...]:
    """Return tasks just opened in a case, as somebody meets them who stands in so."""
    about = TaskCase(*(getattr(case, each.name) for each in fields(TaskCase)))
    return tuple(Seen(task, about, absent) for task in tasks)
