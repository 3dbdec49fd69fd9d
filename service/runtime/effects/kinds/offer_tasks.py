"""Looking anew whom the open tasks of an instance are offered to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.effects import rows
from service.runtime.effects.kind import Kind
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.tasks import reoffering
from service.store.models import Outbox


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Look at its tasks, unless it has ended."""
    with on_instance(app, wanted["instance"], SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        if step.instance.state in RUNNING:
            reoffering.look(step)


KIND = Kind(reoffering.OFFER, carry_out)
