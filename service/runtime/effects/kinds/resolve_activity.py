"""Letting an activity go on with the outcome of the effect it waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.effects import rows
from service.runtime.effects.kind import Kind
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import on_instance
from service.store.models import Outbox


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Hand the outputs over, where the activity still waits."""
    with on_instance(app, row.instance_id or "", SYSTEM, states=("active", *rows.ENDED)) as step:
        rows.take(step.session, row.id, done_at=step.now)
        if step.instance.state == "active" and rows.is_waiting(step, row.token_id or ""):
            step.engine.resolve(row.token_id or "", wanted["outputs"])


KIND = Kind(rows.RESOLVE, carry_out)
