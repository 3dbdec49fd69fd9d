"""Outbox rows as their effects handle them: done once, refused, tried again, and the activity that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.errors import BpmnError
from service.runtime.step import saving
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import Outbox
from service.store.writing import written

ENDED = ("completed", "cancelled")
RESOLVE = "activity.resolve"
EFFECT_FAILED = "effect_failed"
"""The code of an incident: an effect was tried again and again, and never came about."""


class AlreadyDone(Exception):
    """The row is no longer pending: its effect has happened."""


def take(session: Session, outbox_id: str, state: str = "done", **values: Any) -> None:
    """Mark a row in the transaction of its effect; AlreadyDone (and so a rollback) when it is not pending."""
    statement = update(Outbox).where(Outbox.id == outbox_id, Outbox.state == "pending")
    marked = statement.values(state=state, lease_until=None, **values)
    if written(session, marked.execution_options(synchronize_session=False)) != 1:
        raise AlreadyDone(outbox_id)


def token_of(outbox_id: str) -> str:
    """Return the name under which an effect that nobody waits for appears in an incident."""
    return f"outbox:{outbox_id}"


def outbox_of(token: str) -> str | None:
    """Return the row that `token_of` named, None for the token of an activity."""
    kind, _, outbox_id = token.partition(":")
    return outbox_id if kind == "outbox" else None


def is_waiting(step: Step, token_id: str) -> bool:
    """Say whether an activity still waits for the outcome of its effect."""
    return step.engine.state == "active" and any(
        token.token_id == token_id and token.state == "waiting" for token in step.engine.active()
    )


def try_again(step: Step, outbox_id: str) -> None:
    """Make a row that was given up pending again."""
    step.session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.state == "failed")
        .values(state="pending", attempts=0, available_at=step.now, last_error=None)
        .execution_options(synchronize_session=False)
    )
    saving.dispatch(step, "deliver", outbox_id, step.now)


def new_row(instance_id: str | None, kind: str, payload: Mapping[str, Any], now: datetime) -> Outbox:
    return Outbox(instance_id=instance_id, kind=kind, payload=dict(payload), available_at=now, created_at=now)


def place_of(row: Outbox) -> dict[str, str]:
    """Return the activity that asked for the effect, as far as it was an activity."""
    return {name: row.payload[name] for name in ("activity_id", "activity_path") if name in row.payload}


def add_outcome(step: Step, row: Outbox, outputs: Mapping[str, Any]) -> None:
    """Write the row that lets the asking activity go on: with the effect, so that neither is lost."""
    if row.token_id is None:
        return
    payload = {"outputs": dict(outputs), "outcome_of": row.id, **place_of(row)}
    outcome = new_row(row.instance_id, RESOLVE, payload, step.now)
    outcome.token_id = row.token_id
    step.session.add(outcome)


def finish(app: Application, row: Outbox) -> None:
    """Let the asking activity go on at once; should this be interrupted, the sweep finds the row."""
    if row.token_id is None:
        return
    with app.db.read() as session:
        query = select(Outbox).where(
            Outbox.token_id == row.token_id, Outbox.kind == RESOLVE, Outbox.state == "pending"
        )
        outcome = session.scalars(query.limit(1)).first()
    if outcome is not None and app.dispatch is not None:
        app.dispatch("deliver", outcome.id, app.clock())


def refuse(app: Application, row: Outbox, event: str, code: str, text: str) -> None:
    """Tell the asking activity by an error that the drawing may catch; `event` is the line of the record."""
    with on_instance(app, row.instance_id or "", SYSTEM, states=(*RUNNING, *ENDED)) as step:
        take(step.session, row.id, done_at=step.now, last_error=str(text))
        if step.instance.state not in RUNNING:
            return
        step.line(event, str(text), **place_of(row))
        if row.token_id is not None and is_waiting(step, row.token_id):
            step.engine.fail(row.token_id, BpmnError(code, text))
