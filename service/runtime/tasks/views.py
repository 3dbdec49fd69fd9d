"""User tasks as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from service.domain.workdays import official_calendar
from service.runtime.step.views import ElementView, StateView, View
from service.store.models import TaskRow


@dataclass(frozen=True)
class ActionView(View):
    """Something the reader may do with a task now: a POST to its address with this name.

    `title` is what it is called on a button; `asks` what is said with it beside a reason, by name, and
    `optional` what of that may be left out.
    """

    name: str
    title: str
    reason_required: bool = False
    asks: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReturnTarget(View):
    """An activity a task may send its case back to."""

    activity_id: str
    name: str


@dataclass(frozen=True)
class SignerView(View):
    """A signer who was added to a task (加签). `state`: waiting to be asked, open, or signed."""

    user: str
    mode: str
    state: str
    conclusion: str | None
    tone: str
    opinion: str | None
    task_id: str
    signed_at: datetime | None


@dataclass(frozen=True)
class TaskView(TaskRow, View):
    """One user task as somebody sees it: its row, its case, and what they may do with it now."""

    hidden: ClassVar[frozenset[str]] = frozenset(
        {"barred_users", "inputs", "element_index", "element_value", "due_order", "held"}
    )

    element: ElementView | None = None
    created_at: datetime | None = None
    # Its year's calendar is not announced: the deadline may still move.
    due_is_provisional: bool = False
    business_key: str | None = None
    case_name: str | None = None
    applicant: str | None = None
    suspended: bool = False
    actions: tuple[ActionView, ...] = ()
    return_targets: tuple[ReturnTarget, ...] = ()
    signers: tuple[SignerView, ...] = ()

    @property
    def waits_for_signers(self) -> bool:
        """Say whether added signers keep its holder from going on."""
        asked = [each for each in self.signers if each.state == "open"]
        return bool(asked) and (self.held is not None or any(each.mode == "before" for each in asked))

    def __post_init__(self) -> None:
        moves = self.due_at is not None and official_calendar().is_provisional(self.due_at)
        object.__setattr__(self, "due_is_provisional", moves)

    def offers(self, name: str) -> bool:
        """Say whether the reader may do this with the task now."""
        return any(action.name == name for action in self.actions)

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
class ReopenedView(View):
    """The task that is open again, after its answer was taken back."""

    reopened: TaskView


@dataclass(frozen=True)
class DraftView(View):
    """When a draft was kept, and the hash of its answers: what the next one is written `over`."""

    saved_at: datetime
    kept: str


@dataclass(frozen=True)
class FormView(View):
    """A form and what it starts with: the inputs, and over them the reader's own draft.

    `recalled` are the paths of what the reader answered in an earlier round, and finds answered again.
    `deployment_id` is the manifest it stands in, `documentation` what the drawing says about the task.
    """

    schema: Mapping[str, Any]
    data: Mapping[str, Any]
    deployment_id: str
    draft_saved_at: datetime | None = None
    draft_kept: str = ""
    seen_hash: str = ""
    documentation: str = ""
    recalled: tuple[str, ...] = ()
