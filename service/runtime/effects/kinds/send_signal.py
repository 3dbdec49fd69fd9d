"""A signal from one process of a case to all the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.effects import delivering, rows
from service.runtime.effects.kind import Kind
from service.runtime.effects.kinds import hear_signal
from service.runtime.step.context import Application
from service.store.models import Outbox


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Make one row per running instance of the case: each hears the signal in its own transaction."""
    with app.db.begin() as session:
        rows.take(session, row.id, done_at=app.clock())
        for receiver in delivering.others(session, row, wanted["case"]):
            payload = {"name": wanted["name"], "payload": wanted["payload"]}
            session.add(rows.new_row(receiver, hear_signal.NAME, payload, app.clock()))


KIND = Kind("signal.send", carry_out)
