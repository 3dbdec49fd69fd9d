"""Delegate (委派): lend a task to somebody who prepares it and gives it back with an opinion."""

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
    """Who shall prepare it, and why."""

    to: str
    reason: str


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever could answer the task themselves, or a substitute of theirs."""
    return rights.refusal(seen, actor) or rights.is_signers(seen)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Lend the task: its owner, who is stood in for or acts, still decides."""
    stood_for = rights.stood_for(seen, step.actor)
    takers.require_free(step, seen.task, {"to": given.to})
    # Who held nothing yet takes it with this: afterwards it comes back to them as if they had claimed it.
    claimed_at = seen.task.claimed_at if seen.task.assignee else step.now
    lent = {"assignee": given.to, "lender": stood_for or step.actor.name, "claimed_at": claimed_at}
    rows.reoffer(step, replace(seen.task, assignee=given.to))
    telling.delegated(step, seen.task, given.to, given.reason, stood_for)
    return Deed(
        lent,
        event="delegated",
        note=telling.handing(step, given.to, stood_for=stood_for, why=given.reason),
        audit="task.delegated",
        facts={"to": given.to, "reason": given.reason, "on_behalf_of": stood_for},
    )


ACTION = Action(
    "delegate",
    Text("Delegate"),
    Given,
    offered,
    do,
    reason_required=True,
    done=Text("“{name}” is lent: it comes back to you with an opinion."),
)
