"""A message from one process of a case to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.effects import delivering, rows
from service.runtime.effects.kind import Kind
from service.runtime.step.context import Application
from service.store.models import Outbox

NOT_AWAITED = "not_awaited"


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Hand a message to the first instance of the case that waits for it.

    Where nothing waits and nothing will, the sender learns it by the error code it named.
    """
    if delivering.deliver(app, row, wanted, lambda step: {}):
        rows.finish(app, row)
        return
    text = f"Nothing in {wanted['case']} waits for the message {wanted['name']}."
    rows.refuse(app, row, "message_refused", wanted.get("error_code") or NOT_AWAITED, text)


KIND = Kind("message.send", carry_out)
