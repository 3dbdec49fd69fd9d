"""Instances become views."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.instance import Instance
from service.runtime.cases import facts, outcomes
from service.runtime.cases.views import InstanceSummary, InstanceView, OutcomeView
from service.runtime.step.context import Application
from service.runtime.step.showing import active, looking, open_incidents
from service.runtime.tasks.seen import at_turn
from service.store.models import ProcessInstance, TaskRow


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
        started_by=row.started_by,
        case=facts.of_case(app, session, row),
        outcome=outcomes.of(app, session, [row]).get(row.id),
        enclosing=active(engine.enclosing()) if engine is not None else (),
    )


def summary(
    row: ProcessInstance,
    model: Model,
    open_tasks: Sequence[TaskRow] = (),
    outcome: OutcomeView | None = None,
) -> InstanceSummary:
    """Return the line of a list, given its open tasks in the order in which they were opened."""
    asked = at_turn(open_tasks)
    held = (who for task in asked for who in ((task.assignee,) if task.assignee else _offered(task)))
    dues = [task.due_at for task in open_tasks if task.due_at is not None]
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
        waits_for=tuple(dict.fromkeys(task.name for task in open_tasks)),
        outcome=outcome,
        held_by=tuple(dict.fromkeys(held)),
        due_at=min(dues, default=None) if open_tasks else row.next_due_at,
        leads=row.definition == model.case.main,
    )


def _offered(task: TaskRow) -> tuple[str, ...]:
    return (*task.candidate_users, *task.candidate_groups)


def peek(app: Application, row: ProcessInstance, model: Model) -> Instance | None:
    """Return the running case to look at, None when it has ended. Nothing may be done with it."""
    if row.snapshot is None:
        return None
    return Instance.load(model, row.snapshot, looking(app))


def _process_name(model: Model, key: str) -> str:
    return model.processes[key].name if key in model.processes else key
