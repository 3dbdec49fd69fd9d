"""Rows of user tasks become views."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from service.runtime.step.showing import state
from service.runtime.step.transaction import Step
from service.runtime.step.views import ElementView
from service.runtime.tasks.views import CompletionView, TaskView
from service.store.models import ProcessInstance, UserTask

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


def _without_version(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _OPEN_TASK}
