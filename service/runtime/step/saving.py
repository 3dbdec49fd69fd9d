"""What a step changed becomes rows: one statement per table, none per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from service.engine.progress import OpenTask, Progress
from service.engine.progress import Step as Move
from service.runtime.incidents import rows as incident_rows
from service.runtime.step import audit, case_facts
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import answering, candidates
from service.store import participants
from service.store.db import after_commit
from service.store.models import (
    NEVER,
    ActivityHistory,
    Incident,
    MessageBuffer,
    Outbox,
    ProcessInstance,
    Submission,
    TaskCandidate,
    Timer,
    UserTask,
    new_id,
)
from service.store.writing import upsert

if TYPE_CHECKING:
    from service.runtime.step.transaction import Step

LEASE = timedelta(minutes=2)
"""How long after its time a row counts as sent: then the sweep takes it for lost and sends it again."""
AHEAD = timedelta(seconds=75)
"""The sweep comes every minute; what falls due before the next one is sent at once, with its delay."""

# Built once, and on the tables: what the ORM adds to a statement costs more than the statement.
_CANDIDATES = TaskCandidate.__table__
_CLOSE_LISTS = delete(_CANDIDATES).where(_CANDIDATES.c.task_id.in_(bindparam("tasks", expanding=True)))
_INSERTS = {
    model: insert(model.__table__)
    for model in (ActivityHistory, Incident, Outbox, Submission, TaskCandidate, UserTask)
}


@dataclass(frozen=True)
class Outcome:
    """What a step led to, for the views: progress, rows of the tasks it opened, incidents still open."""

    progress: Progress | None
    opened: tuple[dict[str, Any], ...] = ()
    incidents: tuple[Incident, ...] = ()


def save(step: Step) -> Outcome:
    """Write everything the step changed into its transaction; dispatch follows the commit."""
    progress = step.engine.progress() if step.is_engine_loaded else None
    opened = tuple(task_row(step, task) for task in progress.opened) if progress else ()
    facts = case_facts.new_rows(step, progress.facts) if progress else []
    if progress:
        _note_progress(step.instance, progress, step.now)
        incident_rows.save(step, progress, opened)
    step.instance.updated_at = step.now
    _save_instance(step)
    if progress:
        _close_tasks(step, progress)
    _open_tasks(step, opened)
    case_facts.save(step, facts)
    _save_record(step, progress)
    _save_timer(step)
    _save_effects(step, progress)
    return Outcome(progress, opened, incident_rows.still_open(step))


def _note_progress(instance: ProcessInstance, progress: Progress, now: datetime) -> None:
    instance.variables = dict(progress.variables)
    instance.next_due_at = progress.next_due
    instance.snapshot = progress.snapshot
    if progress.state != "active":
        instance.state = progress.state
        instance.ended_at = now
        instance.next_due_at = None
        # Nothing can be done with an ended case: its record is in the tables.
        instance.snapshot = None


def _save_instance(step: Step) -> None:
    for action, facts in step.audits:
        audit.append(step.app, step.session, step.instance, action, by=step.actor.name, **facts)
    if step.is_new:
        step.session.add(step.instance)
    if step.instance.state in ("completed", "cancelled") and step.instance.buffered_messages:
        step.instance.buffered_messages = 0
        step.session.execute(delete(MessageBuffer).where(MessageBuffer.instance_id == step.instance.id))
    # Before the rows that refer to it, and only once: from here on the row stays as it is.
    step.session.flush()
    _insert(step.session, Incident, step.new_incidents)
    answering.adopt_files(step)


def _close_tasks(step: Step, progress: Progress) -> None:
    tokens = [closed.token_id for closed in progress.closed if closed.reason == "cancelled"]
    if tokens:
        statement = (
            update(UserTask)
            .where(
                UserTask.instance_id == step.instance.id,
                UserTask.token_id.in_(tokens),
                UserTask.state == "open",
            )
            .values(state="cancelled", completed_at=step.now, version=UserTask.version + 1)
            .returning(UserTask.id)
            .execution_options(synchronize_session=False)
        )
        step.closed_task_ids += step.session.scalars(statement)
    if step.closed_task_ids:
        step.session.execute(_CLOSE_LISTS, {"tasks": step.closed_task_ids})


def task_row(step: Step, task: OpenTask) -> dict[str, Any]:
    """Return the row of a user task as its drawing, its scope and the organisation make it."""
    who = candidates.of(step, task)
    properties = {**task.properties, "notBy": ",".join(task.not_by)} if task.not_by else {**task.properties}
    if who.is_nobody:
        properties[candidates.DRAWN_FOR] = ",".join(who.drawn_for)
    return {
        "id": new_id(),
        "version": 1,
        "instance_id": step.instance.id,
        "token_id": task.token_id,
        "activity_id": task.activity_id,
        "activity_path": task.activity_path,
        "definition": task.definition,
        "name": task.name,
        "form": task.form,
        "lane": task.lane,
        "candidate_groups": list(who.groups),
        "candidate_users": list(who.users),
        "assignee": who.assignee,
        "barred_users": list(who.barred),
        "properties": properties,
        "inputs": dict(task.inputs),
        "element_index": task.element_index,
        "element_value": task.element_value,
        "state": "open",
        "kind": "drawn",
        "opened_at": step.now,
        "due_at": task.due_at,
        "due_order": task.due_at or NEVER,
    }


def _open_tasks(step: Step, rows: Sequence[dict[str, Any]]) -> None:
    _insert(step.session, UserTask, rows)
    seers = [participants.user(step.instance.applicant)] if step.is_new else []
    if step.actor.user_id != SYSTEM.user_id:
        seers.append(participants.user(step.actor.name))
    offer(step, [(row["id"], row["due_order"], who) for row in rows for who in principals(row)], seers)


def offer(step: Step, places: Sequence[tuple[str, datetime, str]], seers: Sequence[str] = ()) -> None:
    """Put (task id, due order, principal) into task lists; who is offered a task sees the case.

    `seers` are further principals that may see it.
    """
    _insert(
        step.session,
        TaskCandidate,
        [{"task_id": task_id, "due_order": due, "principal": who} for task_id, due, who in places],
    )
    participants.add(step.session, step.instance.id, [*seers, *(who for _, _, who in places)])


def principals(row: dict[str, Any]) -> tuple[str, ...]:
    """Return under which names a task's row stands in task lists."""
    return candidates.Candidates(
        tuple(row["candidate_groups"]), tuple(row["candidate_users"]), row["assignee"]
    ).principals


def _save_record(step: Step, progress: Progress | None) -> None:
    place = {"instance_id": step.instance.id, "definition": step.instance.definition, "at": step.now}
    blank = {"activity_id": "", "activity_path": "", "kind": "", "name": "", "token_id": None, "flow": None}
    own = [{**place, **blank, "actor": step.actor.name, **line} for line in step.lines]
    moves = [_move_row(step, move) for move in progress.history] if progress else []
    _insert(step.session, ActivityHistory, _interleaved(own, moves))
    if "submissions" in step.__dict__:
        _insert(step.session, Submission, step.submissions.added)


def _move_row(step: Step, move: Move) -> dict[str, Any]:
    return {
        "instance_id": step.instance.id,
        "definition": move.definition,
        "activity_id": move.activity_id,
        "activity_path": move.activity_path,
        "kind": move.kind,
        "name": move.name,
        "token_id": move.token_id,
        "event": move.event,
        "at": move.at,
        "actor": step.doers.get(move.token_id),
        "note": None,
        "flow": move.flow,
    }


def _interleaved(own: list[dict[str, Any]], moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines in the order of events: a note follows its token's arrival, the rest comes first."""
    arrived = {move["token_id"] for move in moves if move["event"] == "entered"}
    rows = [line for line in own if line["token_id"] not in arrived]
    notes = [line for line in own if line["token_id"] in arrived]
    for move in moves:
        rows.append(move)
        if move["event"] == "entered":
            rows += [line for line in notes if line["token_id"] == move["token_id"]]
    return rows


def _save_timer(step: Step) -> None:
    due = step.instance.next_due_at if step.instance.state == "active" else None
    if due == step.armed_for:
        return
    if due is None:
        step.session.execute(delete(Timer).where(Timer.instance_id == step.instance.id))
        return
    _arm(step, due)


def rearm(step: Step) -> None:
    """Let the timers of an instance run again after they were given up."""
    if step.instance.next_due_at is not None:
        _arm(step, step.instance.next_due_at)


def _arm(step: Step, due: datetime) -> None:
    """Set when the instance must be looked at next; forgets that an earlier time was already sent."""
    values = {"due_at": due, "lease_until": _lease(step, due), "attempts": 0}
    statement = upsert(step.session, Timer).values(instance_id=step.instance.id, **values)
    step.session.execute(statement.on_conflict_do_update(index_elements=["instance_id"], set_=values))
    dispatch(step, "wake", step.instance.id, due)


def _lease(step: Step, due: datetime) -> datetime | None:
    """Return until when a row counts as sent: None when nothing will be sent with this commit."""
    is_sent = step.app.dispatch is not None and due <= step.now + AHEAD
    return due + LEASE if is_sent else None


def _save_effects(step: Step, progress: Progress | None) -> None:
    for sent in progress.sent if progress else ():
        step.queue(f"{sent.kind}.send", {"name": sent.name, "payload": sent.payload, "case": step.case})
    rows = [
        {
            "instance_id": step.instance.id,
            "state": "pending",
            "available_at": step.now,
            "lease_until": _lease(step, step.now),
            "attempts": 0,
            "created_at": step.now,
            **effect,
        }
        for effect in step.effects
    ]
    _insert(step.session, Outbox, rows)
    for row in rows:
        dispatch(step, "deliver", row["id"], step.now)


def send_pending(step: Step) -> None:
    """Send at once what was put off while the instance was suspended."""
    statement = update(Outbox).where(Outbox.instance_id == step.instance.id, Outbox.state == "pending")
    statement = statement.values(available_at=step.now, lease_until=_lease(step, step.now))
    ids = step.session.scalars(
        statement.returning(Outbox.id).execution_options(synchronize_session=False)
    ).all()
    for outbox_id in ids:
        dispatch(step, "deliver", outbox_id, step.now)


def dispatch(step: Step, kind: str, row_id: str, due: datetime) -> None:
    if step.app.dispatch is not None:
        dispatch = step.app.dispatch
        after_commit(step.session, lambda: dispatch(kind, row_id, due))


def _insert(session: Session, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    # The table, not the class: the ORM would make one statement for every set of columns that are None.
    if rows:
        session.execute(_INSERTS[model], rows)
