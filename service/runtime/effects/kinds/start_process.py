"""Starting another process of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.runtime.cases import starting
from service.runtime.effects import rows
from service.runtime.effects.kind import Kind
from service.runtime.step import saving
from service.runtime.step.context import SYSTEM, Application
from service.store.models import Outbox, ProcessInstance


def carry_out(app: Application, row: Outbox, wanted: Mapping[str, Any]) -> None:
    """Start it on the drawings of the instance that asks for it; not when that was cancelled meanwhile."""
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


KIND = Kind("process.start", carry_out)
