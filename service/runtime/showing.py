"""Rows become views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import ActiveToken, Environment
from service.runtime.step.context import Application
from service.runtime.step.transaction import Step
from service.runtime.views import (
    ActiveView,
    CompletionView,
    ElementView,
    IncidentView,
    InstanceSummary,
    InstanceView,
    StateView,
    TaskView,
)
from service.store.models import Incident, ProcessInstance, UserTask
from service.wording import Text

_OPEN_TASK = {"version": 1, "completed_at": None, "completed_by": None}


def task(row: UserTask | SimpleNamespace, instance: ProcessInstance) -> TaskView:
    """Return a task as shown in lists and on its page."""
    element = None if row.element_index is None else ElementView(row.element_index, row.element_value)
    return TaskView(
        id=row.id,
        name=row.name,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        definition=row.definition,
        form=row.form,
        candidate_groups=tuple(row.candidate_groups),
        assignee=row.assignee,
        due_at=row.due_at,
        instance_id=row.instance_id,
        version=row.version,
        element=element,
        state=row.state,
        candidate_users=tuple(row.candidate_users),
        lane=row.lane,
        business_key=instance.business_key,
        case_name=instance.title,
        applicant=instance.applicant,
        created_at=row.opened_at,
        completed_at=row.completed_at,
        completed_by=row.completed_by,
        properties=dict(row.properties),
        suspended=instance.state == "suspended",
    )


def opened(step: Step) -> tuple[TaskView, ...]:
    """Return the tasks a saved step has opened."""
    rows = step.outcome.opened if step.outcome else ()
    return tuple(task(SimpleNamespace(**_OPEN_TASK, **_without_version(row)), step.instance) for row in rows)


def completion(step: Step) -> CompletionView:
    """Return what a saved step led to."""
    return CompletionView(state(step), opened(step))


def state(step: Step) -> StateView:
    """Return where the instance of a saved step stands."""
    incidents = tuple(map(incident, step.outcome.incidents)) if step.outcome else ()
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


def instance(
    app: Application, session: Session, row: ProcessInstance, engine: Instance | None = None
) -> InstanceView:
    """Return an instance whole. Its tokens come from `engine`, or from the snapshot."""
    model = app.model(row.deployment_id, session=session)
    if engine is None:
        engine = peek(app, row, model)
    return InstanceView(
        id=row.id,
        definition=row.definition,
        version=row.definition_version,
        state=row.state,
        active=active(engine.active()) if engine is not None else (),
        variables=dict(row.variables),
        incidents=open_incidents(session, row),
        started_at=row.started_at,
        ended_at=row.ended_at,
        name=row.title,
        definition_name=_process_name(model, row.definition),
        business_key=row.business_key,
        applicant=row.applicant,
        department=row.department,
        deployment_id=row.deployment_id,
        next_due=row.next_due_at,
    )


def summary(row: ProcessInstance, model: Model, waits_for: tuple[str, ...] = ()) -> InstanceSummary:
    """Return the line of a list; `waits_for` names its open tasks."""
    return InstanceSummary(
        id=row.id,
        definition=row.definition,
        definition_name=_process_name(model, row.definition),
        version=row.definition_version,
        state=row.state,
        name=row.title,
        business_key=row.business_key,
        applicant=row.applicant,
        department=row.department,
        started_at=row.started_at,
        ended_at=row.ended_at,
        incidents=row.open_incidents,
        waits_for=waits_for,
    )


def peek(app: Application, row: ProcessInstance, model: Model) -> Instance | None:
    """Return the running case to look at, None when it has ended. Nothing may be done with it."""
    if row.snapshot is None:
        return None
    return Instance.load(model, row.snapshot, looking(app))


def looking(app: Application) -> Environment:
    """Return what a case is loaded with to look at it: whatever acts on it then raises RuntimeError."""
    return Environment(now=app.clock(), dossier=_refuse, call_handler=_refuse, feel=app.feel)


def _refuse(_: Any) -> Any:
    raise RuntimeError("this instance was loaded to look at, not to act on")


def _process_name(model: Model, key: str) -> str:
    return model.processes[key].name if key in model.processes else key


def _without_version(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _OPEN_TASK}
