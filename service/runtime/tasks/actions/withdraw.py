"""Withdraw (撤回): take one's own answer back, while nothing after it was touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.errors import Conflict, Forbidden, ServiceError
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, signing, taking_back, telling
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import BEFORE, SIGNER, Seen
from service.runtime.tasks.views import ReopenedView
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """Why."""

    reason: str


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever gave the answer, or for whom it was given, while others have not signed it."""
    task, held = seen.task, seen.task.held
    if held is None and task.state != "completed":
        return Conflict("This task has not been answered: there is nothing to take back.")
    by = (task.completed_by, task.on_behalf_of) if held is None else (held["by"], held["on_behalf_of"])
    if task.kind == SIGNER or actor.name not in by:
        return Forbidden("Only whoever gave an answer can take it back.")
    if any(each.state == "completed" and each.added_as != BEFORE for each in seen.signers):
        return Conflict("Others have signed this answer: it cannot be taken back.")
    return None if held is None else rights.at_rest(seen)


def is_too_late(seen: Seen, actor: Actor) -> bool:
    """Say whether something has moved the case since: then it is refused with what that was."""
    return seen.task.held is None and not seen.is_last


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Open the task again with the answers as a draft, and take away what they led to."""
    if seen.task.held is not None:
        return _deed(given, signing.take_back(step, seen.task, seen.unsigned))
    gone = taking_back.take_back(step, seen.task)
    for row in gone:
        telling.withdrawn(step, row, given.reason)
    return _deed(given, {}, tasks=[row.id for row in gone])


def _deed(given: Given, changes: Mapping[str, Any], **facts: Any) -> Deed:
    return Deed(
        changes,
        event="withdrawn",
        note=given.reason,
        audit="task.withdrawn",
        facts={"reason": given.reason, **facts},
    )


ACTION = Action(
    "withdraw",
    Text("Take back"),
    Given,
    offered,
    do,
    is_idle=is_too_late,
    reason_required=True,
    answers=ReopenedView,
    done=Text("Your answer has been taken back: the task is open again."),
)
