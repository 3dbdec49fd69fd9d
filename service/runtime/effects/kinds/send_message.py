"""A message from one process of a case to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.cases import beginning
from service.runtime.effects import delivering, rows
from service.runtime.effects.kind import Kind
from service.runtime.step.context import SYSTEM, Application, Live
from service.store.models import Outbox, ProcessInstance
from service.wording import Text

NOT_AWAITED = "not_awaited"


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Hand a message to the first instance of the case that waits for it, else to the process it begins.

    Where nothing waits and nothing will, the sender learns it by the error code it named.
    """
    if delivering.deliver(app, row, wanted, lambda step: {}) or _begin(app, row, wanted):
        rows.finish(app, row)
        return
    text = Text("Nothing in {case} waits for the message {name}.", case=wanted["case"], name=wanted["name"])
    rows.refuse(app, row, "message_refused", wanted.get("error_code") or NOT_AWAITED, text)


def _begin(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> bool:
    """Begin a process in the case, on the drawings of the sender; False when the message begins none."""
    with app.db.begin() as session:
        sender = session.get_one(ProcessInstance, row.instance_id)
        model = app.model(sender.deployment_id, session=session)
        process = model.begun_by_message(wanted["name"])
        if process is None or process.key == model.case.main:
            return False
        rows.take(session, row.id, done_at=app.clock())
        step = beginning.begin(
            app,
            session,
            SYSTEM,
            Live(sender.deployment_id, model),
            process,
            wanted["payload"],
            business_key=wanted["case"],
            by=sender,
        )
        rows.add_outcome(step, row, {"sent_at": step.now})
    return True


KIND = Kind("message.send", carry_out)
