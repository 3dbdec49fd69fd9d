"""Remove a signer (减签): one who was added and has not signed yet."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import Conflict, NotFound, ServiceError
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, rows, signing, telling
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """Who shall not sign after all."""

    user: str


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever decides the task, or a substitute of theirs, while an added signer has not signed."""
    if refused := rights.refusal(seen, actor, may=rights.may_decide):
        return refused
    return None if seen.unsigned else Conflict("Whoever was added has signed: there is nobody to remove.")


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Take their task away. Without anybody else to sign, what was concluded goes on."""
    stood_for = rights.stood_for(seen, step.actor, may=rights.may_decide)
    removed = [each for each in seen.unsigned if each.assignee == given.user]
    if not removed:
        if any(each.assignee == given.user and each.state == "completed" for each in seen.signers):
            raise Conflict("Who has signed cannot be removed.")
        raise NotFound(user=given.user)
    rows.drop(step, removed)
    telling.removed(step, seen.task, [given.user])
    changes = signing.let_go(step, seen) if len(removed) == len(seen.unsigned) else {}
    return Deed(
        changes or {"assignee": seen.task.assignee},
        event="signer_removed",
        note=telling.shown(step, [given.user]),
        audit="task.signer_removed",
        facts={"user": given.user, "on_behalf_of": stood_for},
        changes_signers=True,
    )


ACTION = Action(
    "remove-signer",
    Text("Remove a signer"),
    Given,
    offered,
    do,
    served=("DELETE", "signers/<user>"),
    done=Text("“{name}” no longer waits for this signer."),
)
