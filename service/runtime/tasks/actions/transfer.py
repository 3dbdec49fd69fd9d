"""Transfer (转办): hand a task over for good."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.errors import ServiceError
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, rows, takers, telling
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """Who shall do it from now on, and why."""

    to: str
    reason: str


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever could answer the task themselves, or a substitute of theirs."""
    return rights.refusal(seen, actor) or rights.is_signers(seen)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Name the new holder, whatever groups they belong to, and tell them."""
    stood_for = rights.stood_for(seen, step.actor)
    takers.require_free(step, seen.task, {"to": given.to})
    task = replace(seen.task, assignee=given.to, claimed_at=None)
    rows.reoffer(step, task)
    telling.transferred(step, seen.task, given.to, given.reason, stood_for)
    return Deed(
        {"assignee": given.to, "claimed_at": None},
        event="transferred",
        note=telling.handing(step, given.to, stood_for=stood_for, why=given.reason),
        audit="task.transferred",
        facts={"to": given.to, "reason": given.reason, "on_behalf_of": stood_for},
    )


ACTION = Action(
    "transfer",
    Text("Transfer"),
    Given,
    offered,
    do,
    reason_required=True,
    done=Text("“{name}” has been handed over."),
)
