"""User tasks as rows: opened by what the engine says, closed when their token moves on or is gone.

A row is made once, by `of`; task lists, pages, the API and incidents read that one shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from service.engine.progress import NewIncident, OpenTask, Progress
from service.runtime.step.context import SYSTEM
from service.runtime.step.step import Step
from service.runtime.tasks import candidates
from service.runtime.tasks.seen import UNSIGNED
from service.store import participants
from service.store.models import NEVER, TASKS, TaskCandidate, TaskRow, new_id
from service.store.prepared import Prepared
from service.store.task_list import rows
from service.store.writing import table_of
from service.wording import Text

NO_CANDIDATES = "no_candidates"

# Built once, and on the tables: putting a statement together would cost more than running it.
_T = TASKS.c
_REMIND = Prepared(
    update(TASKS)
    .where(_T.id == bindparam("task"), _T.state == "open")
    .where(or_(_T.reminded_at.is_(None), _T.reminded_at <= bindparam("before")))
)
_OFFERED = table_of(TaskCandidate)
_UNFINISHED = or_(*(_T.state == each for each in UNSIGNED))
_INSERT = Prepared(insert(TASKS))
_OFFER = Prepared(insert(_OFFERED))
_WITHDRAW = Prepared(delete(_OFFERED).where(_OFFERED.c.task_id == bindparam("task")))
_CHANGE = Prepared(
    update(TASKS).where(_T.id == bindparam("task"), _T.version == bindparam("seen"), _UNFINISHED)
)


def of(step: Step, task: OpenTask) -> TaskRow:
    """Return the row of a task that has just opened: what its drawing and scope say, and who may do it."""
    who = candidates.of(step, task)
    row = TaskRow(
        id=new_id(),
        instance_id=step.instance.id,
        token_id=task.token_id,
        activity_id=task.activity_id,
        activity_path=task.activity_path,
        definition=task.definition,
        name=task.name,
        opened_at=step.now,
        form=task.form,
        lane=task.lane,
        candidate_groups=who.groups,
        candidate_users=who.users,
        assignee=who.assignee,
        barred_users=who.barred,
        properties=dict(task.properties),
        inputs=dict(task.inputs),
        element_index=task.element_index,
        element_value=task.element_value,
        due_at=task.due_at,
        due_order=task.due_at or NEVER,
    )
    if who.superiors:
        step.line("raised", ", ".join(who.superiors), **place_of(row))
    if not row.is_for_nobody:
        return row
    drawn_for = ",".join(who.drawn_for)
    return replace(row, properties={**row.properties, candidates.DRAWN_FOR: drawn_for})


def place_of(row: TaskRow) -> dict[str, Any]:
    """Return what a line of the record says of the place of a task."""
    return {
        "definition": row.definition,
        "activity_id": row.activity_id,
        "activity_path": row.activity_path,
        "kind": "userTask",
        "name": row.name,
        "token_id": row.token_id,
    }


def principals(row: TaskRow) -> tuple[str, ...]:
    """Return under which names a task stands in task lists."""
    groups, people = map(participants.group, row.candidate_groups), map(participants.user, row.people)
    return tuple(dict.fromkeys((*groups, *people)))


def unassignable(row: TaskRow) -> NewIncident:
    """Return the incident of a task that no one may do."""
    return NewIncident(
        token_id=row.token_id,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        code=NO_CANDIDATES,
        message=Text(
            "Nobody may do this task: {where} leads to no person. Name one, then retry.",
            where=row.lane or row.name,
        ),
    )


def decide(step: Step, progress: Progress | None) -> None:
    """Close the tasks whose token was cancelled, make the rows of those that have opened.

    One that no one may do is an incident.
    """
    if progress is None:
        return
    _cancel(step, progress)
    step.opened = tuple(of(step, task) for task in progress.opened)
    for row in step.opened:
        cover(step, row)
        if row.is_for_nobody:
            step.incident(unassignable(row))


def write(step: Step, progress: Progress | None) -> None:
    """Open the new tasks, and take those that were closed in this step off the lists.

    Who is offered one, and who acts, sees the case.
    """
    if progress is not None:
        _WITHDRAW.write_all(step.session, [{"task": task} for task in step.closed_task_ids])
    _INSERT.write_all(step.session, [vars(row) for row in step.opened])
    seers = [participants.user(step.instance.applicant)] if step.is_new else []
    if step.actor.user_id != SYSTEM.user_id:
        seers.append(participants.user(step.actor.name))
    _offer(step, step.opened, seers)


def reoffer(step: Step, row: TaskRow) -> None:
    """Write anew in whose task lists a task stands."""
    _WITHDRAW.write(step.session, {"task": row.id})
    _offer(step, [row])


def change(step: Step, row: TaskRow, values: Mapping[str, Any]) -> bool:
    """Change an unfinished task and raise its version. False when it is not the version that was seen."""
    seen = {"task": row.id, "seen": row.version}
    cover(step, replace(row, **values))
    return _CHANGE.write(step.session, {**seen, **values, "version": row.version + 1}) == 1


def move_due(step: Step, row: TaskRow, due: datetime | None) -> None:
    """Have an open task be due at another moment, in every list where it stands."""
    values: dict[str, Any] = {"due_at": due, "due_order": due or NEVER}
    change(step, row, values)
    reoffer(step, replace(row, **values))


def note_reminder(step: Step, row: TaskRow, again_after: timedelta) -> bool:
    """Note that people were reminded of an open task now; False when that was so less than this ago."""
    asked = {"task": row.id, "before": step.now - again_after, "reminded_at": step.now}
    return _REMIND.write(step.session, asked) == 1


def reminded_at(session: Session, task_id: str) -> datetime | None:
    """Return when people were last reminded of an open task by hand."""
    return session.scalar(select(_T.reminded_at).where(_T.id == task_id, _T.state == "open"))


def cover(step: Step, row: TaskRow) -> None:
    """Have the audit vouch for a task as it is now."""
    step.cover(TASKS.name, vars(row))


def open_in(session: Session, instance_id: str, *, kind: str = "drawn") -> list[TaskRow]:
    """Return the open tasks of an instance, in the order in which they were opened."""
    query = select(TASKS).where(_T.instance_id == instance_id, _T.state == "open", _T.kind == kind)
    return rows(session, query.order_by(_T.id))


def reopen(step: Step, row: TaskRow, holder: str | None, now: datetime) -> None:
    """Open a completed task again, held by somebody."""
    values: dict[str, Any] = {
        **dict.fromkeys(("completed_at", "completed_by", "on_behalf_of", "conclusion", "opinion", "held")),
        "state": "open",
        "assignee": holder,
        "claimed_at": now if row.assignee is None else row.claimed_at,
    }
    again = replace(row, **values)
    statement = update(TASKS).where(_T.id == row.id, _T.state == "completed")
    step.session.execute(statement.values(**values, version=row.version + 1))
    cover(step, again)
    _offer(step, [again])


def add(step: Step, row: TaskRow) -> None:
    """Open a task that no drawing asks for."""
    cover(step, row)
    _INSERT.write(step.session, vars(row))
    _offer(step, [row])


def drop(step: Step, tasks: Iterable[TaskRow]) -> None:
    """Cancel tasks that no drawing asks for, as far as they are not done."""
    cancelled: dict[str, Any] = {"state": "cancelled", "completed_at": step.now}
    for row in tasks:
        statement = update(TASKS).where(_T.id == row.id, _T.state == row.state)
        step.session.execute(statement.values(**cancelled, version=row.version + 1))
        cover(step, replace(row, **cancelled))
        step.closed_task_ids.append(row.id)


def _offer(step: Step, tasks: Iterable[TaskRow], seers: Sequence[str] = ()) -> None:
    places = [(row, who) for row in tasks for who in principals(row)]
    offers = [{"task_id": row.id, "due_order": row.due_order, "principal": who} for row, who in places]
    _OFFER.write_all(step.session, offers)
    participants.add(step.session, step.instance.id, [*seers, *(who for _, who in places)])


def _cancel(step: Step, progress: Progress) -> None:
    tokens = [closed.token_id for closed in progress.closed if closed.reason == "cancelled"]
    if not tokens:
        return
    statement = update(TASKS).where(
        _T.instance_id == step.instance.id, _T.token_id.in_(tokens), _T.state.in_(UNSIGNED)
    )
    cancelled = {"state": "cancelled", "completed_at": step.now, "version": _T.version + 1}
    for found in step.session.execute(statement.values(cancelled).returning(TASKS)):
        row = TaskRow(*found)
        cover(step, row)
        step.closed_task_ids.append(row.id)
