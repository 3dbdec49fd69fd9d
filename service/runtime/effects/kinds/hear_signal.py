"""A signal reaches one instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.effects import rows
from service.runtime.effects.kind import Kind
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import on_instance
from service.store.models import Outbox

NAME = "signal.hear"


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Hand it to everything that waits for it there."""
    with on_instance(app, row.instance_id or "", SYSTEM, states=("active", *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        if step.instance.state == "active":
            step.engine.broadcast(wanted["name"], wanted["payload"])


KIND = Kind(NAME, carry_out)
