"""Cancelling an instance that a cancelled one has started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.cases import instances
from service.runtime.effects import rows
from service.runtime.effects.kind import Kind
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import Outbox


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """End it, unless it has ended already."""
    with on_instance(app, wanted["instance"], SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        if step.instance.state in RUNNING:
            instances.end(step, wanted["reason"])


KIND = Kind("instance.cancel", carry_out)
