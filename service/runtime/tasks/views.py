"""User tasks as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.runtime.step.views import ElementView, StateView, View


@dataclass(frozen=True)
class TaskView(View):
    """One user task. `state` is open, completed or cancelled."""

    id: str
    name: str
    activity_id: str
    activity_path: str
    definition: str
    form: str | None
    candidate_groups: tuple[str, ...]
    assignee: str | None
    due_at: datetime | None
    instance_id: str
    version: int
    element: ElementView | None = None
    state: str = "open"
    candidate_users: tuple[str, ...] = ()
    lane: str | None = None
    business_key: str | None = None
    case_name: str | None = None
    applicant: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    suspended: bool = False

    def as_json(self) -> dict[str, Any]:
        shown = super().as_json()
        if self.element is None:
            del shown["element"]
        return shown


@dataclass(frozen=True)
class CompletionView(View):
    """What completing a task led to: the instance, and the tasks opened by it."""

    instance: StateView
    opened: tuple[TaskView, ...]


@dataclass(frozen=True)
class FormView(View):
    """A form and what it starts with: the inputs, and over them the reader's own draft.

    `deployment_id` is the manifest it stands in, `documentation` what the drawing says about the task.
    """

    schema: Mapping[str, Any]
    data: Mapping[str, Any]
    deployment_id: str
    draft_saved_at: datetime | None = None
    seen_hash: str = ""
    documentation: str = ""
