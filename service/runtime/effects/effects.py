"""What outbox rows of each kind do, each in one transaction together with marking the row as done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.errors import HandlerFailed
from service.runtime import identity
from service.runtime.cases import instances, starting
from service.runtime.effects import applying, rows, sending
from service.runtime.step import saving
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import CarbonCopy, Notification, Outbox, ProcessInstance
from service.store.writing import upsert
from service.wording import Text


def carry_out(app: Application, row: Outbox) -> None:
    """Do what a row asks for. AlreadyDone when it was done meanwhile; any other exception: not done."""
    act = _KINDS.get(row.kind)
    if act is None:
        raise HandlerFailed(
            Text("Nothing is known about effects of the kind {kind!r}.", kind=row.kind), kind=row.kind
        )
    act(app, row, row.payload)


def _notify(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    with app.db.begin() as session:
        rows.take(session, row.id, done_at=app.clock())
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
        rows.take(session, row.id, done_at=app.clock())
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


def _resolve(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    with on_instance(app, row.instance_id or "", SYSTEM, states=("active", *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        if step.instance.state == "active" and rows.is_waiting(step, row.token_id or ""):
            step.engine.resolve(row.token_id or "", wanted["outputs"])


def _cancel(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    states = (*RUNNING, *rows.ENDED)
    with on_instance(app, wanted["instance"], SYSTEM, states=states) as step:
        rows.take(step.session, row.id, done_at=step.now)
        if step.instance.state in RUNNING:
            instances.end(step, wanted["reason"])


_KINDS: Mapping[str, Callable[[Application, Outbox, Mapping[str, Any]], None]] = {
    "notify": _notify,
    "process.start": _start_process,
    "message.send": sending.send_message,
    "signal.send": sending.send_signal,
    sending.SIGNAL: sending.hear_signal,
    "case.apply": applying.apply,
    "instance.cancel": _cancel,
    rows.RESOLVE: _resolve,
}
