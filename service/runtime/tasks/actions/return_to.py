"""Return (退回): send the case back to an activity that the drawing allows and that was visited before."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import FieldError, InvalidInput, ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.tasks import rights
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.closing import closed, moving, return_targets
from service.runtime.tasks.seen import Seen
from service.runtime.tasks.views import CompletionView
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """Where to, one of the task's return targets, and why."""

    activity_id: str
    reason: str


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever may answer a task whose drawing names activities to return to."""
    if refused := rights.refusal(seen, actor):
        return refused
    return None if return_targets(seen.task) else _nowhere()


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Refuse an activity the task does not name."""
    if given.activity_id not in return_targets(seen.task):
        raise _nowhere()
    return given


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Cancel what grew out of that activity's branch, and begin there again; the record stays."""
    stood_for = rights.stood_for(seen, step.actor)
    with moving():
        step.engine.return_to(seen.task.token_id, given.activity_id)
    return Deed(
        closed(step, stood_for, None),
        event="returned",
        note=given.reason,
        audit="task.returned",
        facts={"to": given.activity_id, "reason": given.reason},
    )


def _nowhere() -> InvalidInput:
    return InvalidInput(errors=[FieldError("activity_id", "this task cannot be returned there")])


ACTION = Action(
    "return",
    Text("Send back"),
    Given,
    offered,
    do,
    prepare,
    reason_required=True,
    version_required=True,
    answers=CompletionView,
    done=Text("The case has been sent back."),
)
