"""Where a step left its instance, as a view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.progress import ActiveToken, Environment
from service.runtime.step.context import Application
from service.runtime.step.step import Step
from service.runtime.step.views import ActiveView, IncidentView, StateView
from service.store.models import Incident, ProcessInstance
from service.wording import Text


def state(step: Step) -> StateView:
    """Return where the instance of a saved step stands."""
    incidents = tuple(map(incident, step.open_incidents))
    return StateView(step.instance.id, step.instance.state, active(step.engine.active()), incidents)


def active(tokens: Iterable[ActiveToken]) -> tuple[ActiveView, ...]:
    """Return the places where tokens wait."""
    return tuple(
        ActiveView(
            token.activity_id, token.activity_path, token.token_id, token.definition, token.kind, token.name
        )
        for token in tokens
    )


def incident(row: Incident) -> IncidentView:
    return IncidentView(
        id=row.id,
        activity_id=row.activity_id,
        code=row.code,
        message=Text.from_record(row.wording) if row.wording else row.message,
        activity_path=row.activity_path,
        token_id=row.token_id,
        instance_id=row.instance_id,
        attempts=row.attempts,
        created_at=row.created_at,
        resolved_at=row.resolved_at,
    )


def open_incidents(session: Session, instance: ProcessInstance) -> tuple[IncidentView, ...]:
    """Return the open incidents of an instance, oldest first; asks nothing when it has none."""
    if not instance.open_incidents:
        return ()
    query = select(Incident).where(Incident.instance_id == instance.id, Incident.state == "open")
    return tuple(incident(row) for row in session.scalars(query.order_by(Incident.id)))


def looking(app: Application) -> Environment:
    """Return what a case is loaded with to look at it: whatever acts on it then raises RuntimeError."""
    return Environment(app.clock(), _refuse, _refuse, feel=app.feel, facts=_refuse)


def _refuse(*_: Any) -> Any:
    raise RuntimeError("this instance was loaded to look at, not to act on")
