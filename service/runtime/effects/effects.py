"""What outbox rows of each kind do, each in one transaction together with marking the row as done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.errors import BpmnError, HandlerFailed
from service.runtime import identity
from service.runtime.cases import buffer, instances, messages, starting
from service.runtime.step import saving
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import RUNNING, Step, on_instance
from service.store.models import CarbonCopy, Notification, Outbox, ProcessInstance
from service.store.writing import upsert
from service.wording import Text

RESOLVE = "activity.resolve"
SIGNAL = "signal.hear"
ENDED = ("completed", "cancelled")


class AlreadyDone(Exception):
    """The row is no longer pending: its effect has happened."""


def carry_out(app: Application, row: Outbox) -> None:
    """Do what a row asks for. AlreadyDone when it was done meanwhile; any other exception: not done."""
    act = _KINDS.get(row.kind)
    if act is None:
        raise HandlerFailed(
            Text("Nothing is known about effects of the kind {kind!r}.", kind=row.kind), kind=row.kind
        )
    act(app, row, row.payload)


def take(session: Session, outbox_id: str, state: str = "done", **values: Any) -> None:
    """Mark a row in the transaction of its effect; AlreadyDone (and so a rollback) when it is not pending."""
    statement = update(Outbox).where(Outbox.id == outbox_id, Outbox.state == "pending")
    done = session.execute(
        statement.values(state=state, lease_until=None, **values).execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise AlreadyDone(outbox_id)


def token_of(outbox_id: str) -> str:
    """Return the name under which an effect that nobody waits for appears in an incident."""
    return f"outbox:{outbox_id}"


def is_waiting(step: Step, token_id: str) -> bool:
    """Say whether an activity still waits for the outcome of its effect."""
    return step.engine.state == "active" and any(
        token.token_id == token_id and token.state == "waiting" for token in step.engine.active()
    )


def outbox_of(token: str) -> str | None:
    """Return the row that `token_of` named, None for the token of an activity."""
    kind, _, outbox_id = token.partition(":")
    return outbox_id if kind == "outbox" else None


def try_again(step: Step, outbox_id: str) -> None:
    """Make a row that was given up pending again."""
    step.session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.state == "failed")
        .values(state="pending", attempts=0, available_at=step.now, last_error=None)
        .execution_options(synchronize_session=False)
    )
    saving.dispatch(step, "deliver", outbox_id, step.now)


def _notify(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    with app.db.begin() as session:
        take(session, row.id, done_at=app.clock())
        people = list(wanted["users"])
        for group in wanted["groups"]:
            people += identity.members(session, group)
        lines = [
            {
                "user_name": name,
                "kind": wanted["kind"],
                "subject": wanted["subject"],
                "text": wanted["text"],
                "instance_id": row.instance_id,
                "task_id": wanted.get("tasks", {}).get(name),
                "outbox_id": row.id,
                "created_at": app.clock(),
            }
            for name in dict.fromkeys(people)
        ]
        if lines:
            session.execute(insert(Notification), lines)
            _copy(session, row, [line["user_name"] for line in lines], app.clock())


def _copy(session: Session, row: Outbox, people: Sequence[str], now: datetime) -> None:
    """Let those who were told read the case they were told of (抄送), once per person and case."""
    if row.instance_id is None:
        return
    common = {"instance_id": row.instance_id, "sent_by": SYSTEM.name, "wants_comment": False, "sent_at": now}
    statement = upsert(session, CarbonCopy).on_conflict_do_nothing()
    session.execute(statement, [{**common, "user_name": name} for name in people])


def _start_process(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    with app.db.begin() as session:
        take(session, row.id, done_at=app.clock())
        source = session.get_one(ProcessInstance, row.instance_id)
        if source.state == "cancelled":
            return
        model = app.model(source.deployment_id, session=session)
        step = starting.begin(
            app,
            session,
            SYSTEM,
            source.deployment_id,
            model,
            model.process(wanted["key"]),
            wanted["business_key"],
            None,
            started_by=source,
            applicant=source.applicant,
            department=source.department,
        )
        step.start_engine({**starting.context(step), **wanted["variables"]}, None)
        saving.save(step)


def _send_message(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Hand a message to the first instance of the case that waits for it.

    A receiver that is held up (suspended, or stopped by an incident) finds it later; where nothing waits
    and nothing will, the sender learns it by the error code it named.
    """
    with app.db.read() as session:
        query = select(ProcessInstance.id).where(
            ProcessInstance.business_key == wanted["case"],
            ProcessInstance.state.in_(RUNNING),
            ProcessInstance.id != row.instance_id,
        )
        receivers = list(session.scalars(query.order_by(ProcessInstance.id)))
    delivered = any(_hand_over(app, row, wanted, receiver, may_keep=False) for receiver in receivers)
    delivered = delivered or any(_hand_over(app, row, wanted, each, may_keep=True) for each in receivers)
    if not delivered:
        _refuse(app, row, wanted)
        return
    _finish(app, row)


def _hand_over(
    app: Application, row: Outbox, wanted: Mapping[str, Any], receiver: str, *, may_keep: bool
) -> bool:
    with on_instance(app, receiver, SYSTEM, states=(*RUNNING, *ENDED)) as step:
        held_up = step.instance.state == "suspended" or step.instance.open_incidents > 0
        if step.instance.state not in RUNNING:
            step.drop()
            return False
        if not messages.hand_over(step, wanted["name"], wanted["payload"]):
            if not (may_keep and held_up):
                step.drop()
                return False
            buffer.keep(step, wanted["name"], wanted["payload"])
        step.audit("message.received", name=wanted["name"], source=row.instance_id)
        take(step.session, row.id, done_at=step.now)
        if row.token_id is not None:
            step.session.add(_outcome(step, row))
        return True


def _outcome(step: Step, row: Outbox) -> Outbox:
    """Return the row that lets the sender go on: written with the delivery, so that neither is lost."""
    payload = {"outputs": {"sent_at": step.now}, "outcome_of": row.id, **_place(row)}
    outcome = _new_row(row.instance_id, RESOLVE, payload, step.now)
    outcome.token_id = row.token_id
    return outcome


def _finish(app: Application, row: Outbox) -> None:
    """Let the sender go on at once; should this be interrupted, the sweep finds the row."""
    if row.token_id is None:
        return
    with app.db.read() as session:
        query = select(Outbox).where(
            Outbox.token_id == row.token_id, Outbox.kind == RESOLVE, Outbox.state == "pending"
        )
        outcome = session.scalars(query.limit(1)).first()
    if outcome is not None and app.dispatch is not None:
        app.dispatch("deliver", outcome.id, app.clock())


def _refuse(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    text = f"Nothing in {wanted['case']} waits for the message {wanted['name']}."
    with on_instance(app, row.instance_id or "", SYSTEM, states=(*RUNNING, *ENDED)) as step:
        take(step.session, row.id, done_at=step.now, last_error=text)
        if step.instance.state not in RUNNING:
            return
        step.line("message_refused", text, **_place(row))
        if row.token_id is not None and is_waiting(step, row.token_id):
            step.engine.fail(row.token_id, BpmnError(wanted.get("error_code") or "not_awaited", text))


def _send_signal(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Make one row per running instance of the case: each hears the signal in its own transaction."""
    with app.db.begin() as session:
        take(session, row.id, done_at=app.clock())
        query = select(ProcessInstance.id).where(
            ProcessInstance.business_key == wanted["case"],
            ProcessInstance.state.in_(RUNNING),
            ProcessInstance.id != row.instance_id,
        )
        for receiver in session.scalars(query).all():
            payload = {"name": wanted["name"], "payload": wanted["payload"]}
            session.add(_new_row(receiver, SIGNAL, payload, app.clock()))


def _hear_signal(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    with on_instance(app, row.instance_id or "", SYSTEM, states=("active", *ENDED)) as step:
        take(step.session, row.id, done_at=step.now)
        if step.instance.state == "active":
            step.engine.broadcast(wanted["name"], wanted["payload"])


def _new_row(instance_id: str | None, kind: str, payload: Mapping[str, Any], now: datetime) -> Outbox:
    return Outbox(instance_id=instance_id, kind=kind, payload=dict(payload), available_at=now, created_at=now)


def _resolve(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    with on_instance(app, row.instance_id or "", SYSTEM, states=("active", *ENDED)) as step:
        take(step.session, row.id, done_at=step.now)
        if step.instance.state == "active" and is_waiting(step, row.token_id or ""):
            step.engine.resolve(row.token_id or "", wanted["outputs"])


def _cancel(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    states = (*RUNNING, *ENDED)
    with on_instance(app, wanted["instance"], SYSTEM, states=states) as step:
        take(step.session, row.id, done_at=step.now)
        if step.instance.state in RUNNING:
            instances.end(step, wanted["reason"])


def _place(row: Outbox) -> dict[str, str]:
    return {name: row.payload[name] for name in ("activity_id", "activity_path") if name in row.payload}


_KINDS: Mapping[str, Callable[[Application, Outbox, Mapping[str, Any]], None]] = {
    "notify": _notify,
    "process.start": _start_process,
    "message.send": _send_message,
    "signal.send": _send_signal,
    SIGNAL: _hear_signal,
    "instance.cancel": _cancel,
    RESOLVE: _resolve,
}
