"""Assign (指派): say who shall do a task, or give it back to those it is offered to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.errors import Conflict, Forbidden, ServiceError
from service.runtime.identity.rights import may
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.tasks import offering, rights, rows, takers
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """Who shall do it, None for whomever it is offered to; and why."""

    reason: str
    to: str | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever holds the right, over every open task: the answer to one that nobody may do."""
    if not may(actor, "task.assign"):
        return Forbidden(action="task.assign")
    return rights.at_rest(seen) or rights.is_signers(seen)


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Take an empty name for nobody."""
    return replace(given, to=given.to or None)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Name them, take it off the lists of others, and settle that nobody could be found."""
    task = replace(seen.task, assignee=given.to, claimed_at=None)
    if given.to is not None:
        takers.require_able(step.session, seen.task, {"to": given.to})
    if task.is_for_nobody:
        raise Conflict("There is nobody to give this task back to.")
    rows.reoffer(step, task)
    step.tell(offering.news(step, task))
    step.settled_tokens.append(task.token_id)
    return Deed(
        {"assignee": given.to, "claimed_at": None, "lender": None, "held": None},
        event="assigned",
        note=given.reason,
        audit="task.assigned",
        facts={"to": given.to, "reason": given.reason},
    )


ACTION = Action(
    "assign",
    Text("Assign"),
    Given,
    offered,
    do,
    prepare,
    reason_required=True,
    done=Text("“{name}” has been assigned."),
)
