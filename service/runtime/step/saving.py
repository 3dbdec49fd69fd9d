"""What a step changed becomes rows: one statement per table, none per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from service.engine.progress import Progress
from service.engine.progress import Step as Move
from service.errors import StaleVersion
from service.runtime.step import audit, evaluation_rows, fact_rows
from service.runtime.step.step import Step
from service.store.covering import AsRow
from service.store.db import after_commit
from service.store.models import (
    ActivityHistory,
    DecisionEvaluation,
    MessageBuffer,
    Outbox,
    ProcessInstance,
    Submission,
    Timer,
)
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert

LEASE = timedelta(minutes=2)
"""How long after its time a row counts as sent: then the sweep takes it for lost and sends it again."""
AHEAD = timedelta(seconds=75)
"""The sweep comes every minute; what falls due before the next one is sent at once, with its delay."""

# Built once, and on the tables: what the ORM adds to a statement costs more than the statement.
_INSTANCES = table_of(ProcessInstance)
_UPDATE = Prepared(
    update(_INSTANCES).where(
        _INSTANCES.c.id == bindparam("instance"), _INSTANCES.c.version == bindparam("seen")
    )
)
_WRITTEN = (ActivityHistory, DecisionEvaluation, Outbox, Submission)
_INSERTS = {model: Prepared(insert(table_of(model))) for model in _WRITTEN}


def save(step: Step) -> None:
    """Write everything the step changed into its transaction; dispatch follows the commit."""
    progress = step.engine.progress() if step.is_engine_loaded else None
    if progress:
        _note_progress(step.instance, progress, step.now)
    for keeper in step.parts.keepers:
        keeper.decide(step, progress)
    facts = fact_rows.new_rows(step, (*(progress.facts if progress else ()), *step.new_facts))
    evaluations = evaluation_rows.new_rows(step, progress)
    record = _record(step, progress)
    _cover(step, record)
    step.instance.updated_at = step.now
    _save_instance(step)
    for keeper in step.parts.keepers:
        keeper.write(step, progress)
    fact_rows.save(step, facts)
    _INSERTS[ActivityHistory].write_all(step.session, record)
    _INSERTS[Submission].write_all(step.session, _submissions(step))
    _INSERTS[DecisionEvaluation].write_all(step.session, evaluations)
    _save_timer(step)
    _save_effects(step, progress)


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


def _cover(step: Step, record: Sequence[Mapping[str, Any]]) -> None:
    for line in record:
        step.cover("activity_history", line)
    for submission in _submissions(step):
        step.cover("submission", submission)
    step.cover("process_instance", AsRow(step.instance))


def _save_audit(step: Step) -> None:
    """Add the entries of this step; the first one, what was done, vouches for all its rows."""
    given: dict[str, Any] = {"by": step.actor.name, "at": step.now}
    covers = step.covered.taken()
    for action, facts in step.audits or [("instance.moved", {})]:
        entry = audit.append(
            step.audit_keys, step.session, step.instance, action, covers=covers, **given, **facts
        )
        covers = {}
    if step.is_new or step.instance.ended_at == step.now:
        audit.register(step.audit_keys, step.session, step.instance, entry, **given)


def _save_instance(step: Step) -> None:
    _save_audit(step)
    if step.instance.state in ("completed", "cancelled") and step.instance.buffered_messages:
        step.instance.buffered_messages = 0
        step.session.execute(delete(MessageBuffer).where(MessageBuffer.instance_id == step.instance.id))
    # Before the rows that refer to it, and only once: from here on the row stays as it is.
    if step.stored is None:
        step.session.add(step.instance)
    else:
        _update(step.session, step.instance, step.stored)
    step.session.flush()


def _update(session: Session, instance: ProcessInstance, stored: Mapping[str, Any]) -> None:
    """Write what differs from the row as it was stored. StaleVersion when it was written without its lock."""
    now = vars(instance)
    changes = {name: now[name] for name, before in stored.items() if now[name] != before}
    instance.version += 1
    changes |= {"version": instance.version, "instance": instance.id, "seen": stored["version"]}
    if _UPDATE.write(session, changes) != 1:
        raise StaleVersion()


def _record(step: Step, progress: Progress | None) -> list[dict[str, Any]]:
    """Return the lines of the timeline that this step adds."""
    place = {"instance_id": step.instance.id, "definition": step.instance.definition, "at": step.now}
    blank = {
        "activity_id": "",
        "activity_path": "",
        "kind": "",
        "name": "",
        "token_id": None,
        "flow": None,
        "files": None,
    }
    own = [{**place, **blank, "actor": step.actor.name, **line} for line in step.lines]
    moves = [_move_row(step, move) for move in progress.history] if progress else []
    return _interleaved(own, moves)


def _submissions(step: Step) -> list[dict[str, Any]]:
    return step.submissions.added if "submissions" in step.__dict__ else []


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
        "files": None,
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
    is_sent = step.send is not None and due <= step.now + AHEAD
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
    _INSERTS[Outbox].write_all(step.session, rows)
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
    if step.send is not None:
        after_commit(step.session, partial(step.send, kind, row_id, due))
