"""Claim (领取): take a task for oneself, so that nobody else starts on it."""

from __future__ import annotations

from dataclasses import replace

from service.errors import Conflict, NotACandidate, ServiceError
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, rows, telling
from service.runtime.tasks.action import Action, Deed, Nothing
from service.runtime.tasks.seen import Seen
from service.wording import Text


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Candidates themselves, while nobody holds the task. A substitute answers at once instead.

    Whoever has lent it takes it back so.
    """
    task = seen.task
    if task.lender == actor.name not in task.barred_users:
        return rights.at_rest(seen)
    if task.assignee not in (None, actor.name) and rights.is_candidate(task, actor):
        return Conflict("A colleague has already taken this task.", assignee=task.assignee)
    if refused := rights.refusal(seen, actor):
        return refused
    if not rights.may_answer(task, actor):
        # Held by the substitute it would be lost to the one they stand in for.
        return NotACandidate("A substitute answers at once: only candidates themselves take a task.")
    return None


def do(step: Step, seen: Seen, given: Nothing) -> Deed:
    """Hold the task. From whom it was lent to it comes back as it was."""
    task, changes = seen.task, {"assignee": step.actor.name, "claimed_at": step.now}
    if task.lender is None:
        return Deed(changes, event="claimed", audit="task.claimed")
    rows.reoffer(step, replace(task, assignee=step.actor.name))
    telling.taken_back(step, task)
    return Deed(
        {**changes, "claimed_at": task.claimed_at, "lender": None},
        event="taken_back",
        note=telling.handing(step, step.actor.name, frm=task.assignee),
        audit="task.taken_back",
        facts={"from": task.assignee},
    )


def is_held(seen: Seen, actor: Actor) -> bool:
    """Say whether the actor holds the task."""
    return seen.task.state == "open" and seen.task.assignee == actor.name


def is_theirs_alone(seen: Seen, actor: Actor) -> bool:
    """Say whether nobody else could take the task."""
    return not seen.task.candidate_groups and seen.task.candidate_users == (actor.name,)


ACTION = Action(
    "claim",
    Text("Claim"),
    Nothing,
    offered,
    do,
    is_done=is_held,
    is_idle=is_theirs_alone,
    done=Text("You have claimed “{name}”."),
)
