"""Unclaim (放回): put a task back to its candidates."""

from __future__ import annotations

from dataclasses import replace

from service.errors import Conflict, Forbidden, ServiceError
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, rows
from service.runtime.tasks.action import Action, Deed, Nothing
from service.runtime.tasks.seen import Seen
from service.wording import Text


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever holds the task, and admins; not where it is meant for its holder alone."""
    task = seen.task
    if at_rest := rights.at_rest(seen):
        return at_rest
    if task.assignee is None:
        return None
    if task.assignee != actor.name and not actor.is_admin:
        return Forbidden("Only whoever holds the task can put it back.")
    if task.lender is not None:
        return Conflict("This task is lent: it goes back to its owner, not to its group.")
    if task.held is not None:
        return Conflict("You have concluded: the task waits for the signers who were added.")
    if not task.candidate_groups and not task.candidate_users:
        return Conflict("This task is meant for this person alone: there is nobody to put it back to.")
    return None


def do(step: Step, seen: Seen, given: Nothing) -> Deed:
    """Let go of the task. Whoever was named for it has it in their list no longer."""
    if seen.task.claimed_at is None:
        rows.reoffer(step, replace(seen.task, assignee=None))
    changes = {"assignee": None, "claimed_at": None}
    return Deed(changes, event="unclaimed", audit="task.unclaimed", facts={"holder": seen.task.assignee})


def is_free(seen: Seen, actor: Actor) -> bool:
    """Say whether nobody holds the task."""
    return seen.task.assignee is None


ACTION = Action(
    "unclaim",
    Text("Give back to the group"),
    Nothing,
    offered,
    do,
    is_done=is_free,
    done=Text("“{name}” is open to its group again."),
)
