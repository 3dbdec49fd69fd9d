"""The time has come that begins a process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.engine.drawing import Process
from service.engine.schedule import next_turn
from service.runtime import identity
from service.runtime.cases import beginning
from service.runtime.effects import rows, schedule
from service.runtime.effects.kind import Kind
from service.runtime.step import audit
from service.runtime.step.context import SYSTEM, Actor, Application
from service.store.models import Outbox


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Begin it on the drawings that are live now, and write the row of its next turn, in one transaction.

    Nothing happens where the live drawing has no such timer any more. Deployments wait meanwhile.
    """
    with app.db.begin() as session:
        audit.lock_system(session)
        rows.take(session, row.id, done_at=app.clock())
        live = app.live(session=session)
        process = live.model.processes.get(wanted["process"])
        if process is None or schedule.written(process) != wanted["timer"]:
            return
        schedule.put(app, session, process, next_turn(schedule.turn_of(wanted), app.clock()))
        applicant = _applicant(app, session, process)
        beginning.begin(
            app, session, SYSTEM, live, process, {}, applicant=applicant.name, department=applicant.department
        )


def _applicant(app: Application, session: Session, process: Process) -> Actor:
    """Return in whose name it is begun: the declared account while it can sign in, else the system."""
    declared = identity.actors(app, session, [process.drawn_for] if process.drawn_for else [])
    return next(iter(declared), SYSTEM)


KIND = Kind(schedule.NAME, carry_out)
