"""When processes are begun by a timer: a row of the outbox for each, waiting for its time.

The rhythm belongs to the drawing that is live. A deployment that leaves a timer alone leaves its row alone;
one that draws it otherwise reckons it anew from the moment it goes live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.drawing import Process
from service.engine.files.findings import Finding
from service.engine.nodes.memory import Cycle
from service.engine.schedule import Turn, first_turn, timer_of
from service.errors import InvalidDeployment, ServiceError
from service.runtime.effects import rows
from service.runtime.step.context import Application
from service.runtime.step.saving import AHEAD, LEASE
from service.store.db import after_commit
from service.store.models import Outbox
from service.wording import Text

NAME = "process.begin"


def follow(app: Application, session: Session, before: Model | None, after: Model) -> None:
    """Have timers begin what `after` draws, in the transaction in which it goes live instead of `before`.

    InvalidDeployment when a time cannot be reckoned.
    """
    old = before.processes if before is not None else {}
    for key in old.keys() | after.processes.keys():
        was, now = (written(each[key]) if key in each else None for each in (old, after.processes))
        if was == now:
            continue
        for row in _waiting(session):
            if row.payload["process"] == key:
                session.delete(row)
        if now is not None:
            put(app, session, after.processes[key], _first(app, after.processes[key]))


def put(app: Application, session: Session, process: Process, turn: Turn | None) -> None:
    """Write the row of the next turn, and send it when that is soon."""
    if turn is None:
        return
    now = app.clock()
    cycle = [turn.cycle.left, turn.cycle.interval] if turn.cycle is not None else None
    payload = {"process": process.key, "timer": written(process), "due": turn.due, "cycle": cycle}
    row = rows.new_row(None, NAME, payload, now)
    row.available_at = turn.due
    session.add(row)
    session.flush()
    if app.dispatch is not None and turn.due <= now + AHEAD:
        row.lease_until = turn.due + LEASE
        after_commit(session, partial(app.dispatch, "deliver", row.id, turn.due))


def _waiting(session: Session) -> Sequence[Outbox]:
    return session.scalars(select(Outbox).where(Outbox.kind == NAME, Outbox.state == "pending")).all()


def turn_of(wanted: Mapping[str, Any]) -> Turn:
    """Return the turn that a row stands for."""
    return Turn(wanted["due"], Cycle(*wanted["cycle"]) if wanted["cycle"] else None)


def written(process: Process) -> list[str] | None:
    """Return the timer that begins a process as it is written; None where none does."""
    timer = timer_of(process)
    return [timer.kind, timer.text] if timer is not None else None


def _first(app: Application, process: Process) -> Turn | None:
    timer = timer_of(process)
    assert timer is not None, "only what a timer begins is asked for its turn"
    try:
        return first_turn(timer, app.feel, app.clock())
    except ServiceError as error:
        text = Text("The {what} cannot be read: {reason}.", what=Text("timer"), reason=error.message)
        found = Finding(process.file, timer.place.line, timer.place.id, "error", "bad-timer", text)
        raise InvalidDeployment(findings=[found]) from error
