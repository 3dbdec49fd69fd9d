"""What the use cases answer with: frozen views, each with its JSON of the HTTP API.

Moments are aware datetimes in a view and ISO 8601 text in `as_json()`; people are user names.
A view is made of rows that were read already: nothing here reads the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from service.feel import codec

Item = TypeVar("Item")


def to_json(value: Any) -> Any:
    """Return `value` as JSON knows it: numbers, text, lists, objects; views through `as_json()`."""
    if isinstance(value, View):
        return value.as_json()
    if isinstance(value, (tuple, list)):
        return [to_json(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(entry) for key, entry in value.items()}
    return codec.plain(value)


class View:
    """A frozen dataclass whose fields are its JSON; subclasses say where the two differ."""

    def as_json(self) -> dict[str, Any]:
        return {each.name: to_json(getattr(self, each.name)) for each in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True)
class Page(View, Generic[Item]):
    """One page of a list. `next` is the cursor of the following page, None on the last one."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True)
class ElementView(View):
    """Which element of a multi-instance this is, counted from 0, and its value."""

    index: int
    value: Any


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
class ActiveView(View):
    """A place where the instance waits."""

    activity_id: str
    activity_path: str
    token_id: str
    definition: str
    kind: str
    name: str


@dataclass(frozen=True)
class IncidentView(View):
    """What went wrong at an element, and whether it still waits for somebody."""

    id: str
    activity_id: str
    code: str
    message: str
    activity_path: str
    token_id: str
    instance_id: str
    attempts: int
    created_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True)
class InstanceView(View):
    """One process instance. `state` is active, suspended, completed or cancelled.

    `version` is that of the pinned definition; `variables` are those of the root scope.
    """

    id: str
    definition: str
    version: int
    state: str
    active: tuple[ActiveView, ...]
    variables: Mapping[str, Any]
    incidents: tuple[IncidentView, ...]
    started_at: datetime
    ended_at: datetime | None
    name: str
    definition_name: str
    business_key: str | None
    applicant: str | None
    department: str | None
    deployment_id: str | None
    next_due: datetime | None


@dataclass(frozen=True)
class InstanceSummary(View):
    """A line in a list of instances; `incidents` counts the open ones, `waits_for` names the open tasks."""

    id: str
    definition: str
    definition_name: str
    version: int
    state: str
    name: str
    business_key: str | None
    applicant: str | None
    department: str | None
    started_at: datetime
    ended_at: datetime | None
    incidents: int
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class StateView(View):
    """Where an instance stands after a step."""

    id: str
    state: str
    active: tuple[ActiveView, ...]
    incidents: tuple[IncidentView, ...]


@dataclass(frozen=True)
class CompletionView(View):
    """What completing a task led to: the instance, and the tasks opened by it."""

    instance: StateView
    opened: tuple[TaskView, ...]


@dataclass(frozen=True)
class FormView(View):
    """A form and what it starts with: the inputs, and over them the reader's own draft.

    `documentation` is what the drawing says about the task.
    """

    schema: Mapping[str, Any]
    data: Mapping[str, Any]
    draft_saved_at: datetime | None = None
    seen_hash: str = ""
    documentation: str = ""


@dataclass(frozen=True)
class HistoryView(View):
    """A line of the record. `event` is entered, left, cancelled or failed, or the record's own word."""

    seq: int
    activity_id: str
    activity_path: str
    definition: str
    kind: str
    name: str
    event: str
    at: datetime
    by: str | None = None
    token_id: str | None = None
    note: str | None = None
    flow: str | None = None


@dataclass(frozen=True)
class ActivityState(View):
    """What happened at one activity so far: visits, tokens there now, who did it.

    `failed` counts the failures since it was last entered or left.
    """

    visits: int
    active: int
    failed: int
    last_at: datetime | None
    by: tuple[str, ...]


@dataclass(frozen=True)
class DiagramView(View):
    """The diagram of one process that was entered; `path` is empty for the root.

    `flows` counts how often a token came by each sequence flow.
    """

    definition: str
    path: str
    activities: Mapping[str, ActivityState]
    flows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class AttachmentRef(View):
    """A file named by an answer."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class SubmissionView(View):
    """Answers as they were given, with the form they were given on."""

    id: str
    form: str
    activity_id: str
    activity_path: str
    definition: str
    name: str
    by: str
    on_behalf_of: str | None
    at: datetime
    data: Mapping[str, Any]
    schema: Mapping[str, Any]
    content_hash: str
    element: ElementView | None
    latest: bool
    attachments: tuple[AttachmentRef, ...]


@dataclass(frozen=True)
class OpinionView(View):
    """A conclusion and the words it was given with."""

    activity_id: str
    name: str
    department: str | None
    by: str
    at: datetime
    conclusion: str | None
    opinion: str | None
    submission_id: str


@dataclass(frozen=True)
class DossierSection(View):
    """Every submission of one form, oldest first; the last is the value the process reads."""

    form: str
    title: str
    submissions: tuple[SubmissionView, ...]


@dataclass(frozen=True)
class DossierView(View):
    """The answers and opinions of a case."""

    instance_id: str
    sections: tuple[DossierSection, ...]
    opinions: tuple[OpinionView, ...]


@dataclass(frozen=True)
class MessageView(View):
    """Where a message went; not delivered means it is kept until something waits for it."""

    name: str
    delivered: bool
    instance_id: str | None
