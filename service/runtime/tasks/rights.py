"""Who may answer a task: its holder, else its candidates; never those whom four eyes keep away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from service.engine.drawing.extensions import split_list
from service.errors import Conflict, FourEyes, InstanceNotActive, NotACandidate, ServiceError, TaskFinished
from service.runtime.identity import visibility
from service.runtime.step.context import Actor, Application
from service.runtime.tasks import candidates
from service.runtime.tasks.seen import SIGNER, Seen
from service.store.models import TaskRow


def is_candidate(task: TaskRow, actor: Actor) -> bool:
    """Say whether the task is offered to the actor, by group or by name."""
    return actor.name in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


May = Callable[[TaskRow, Actor], bool]
"""Whether somebody may do something with a task now, for themselves."""


def may_answer(task: TaskRow, actor: Actor) -> bool:
    """Say whether the actor could complete the task now, for themselves.

    Nobody while it is lent, or concluded and waiting for added signers.
    """
    return may_decide(task, actor) and task.held is None


def may_decide(task: TaskRow, actor: Actor) -> bool:
    """Say whether the task is the actor's to decide, whether or not they have concluded already."""
    if actor.name in task.barred_users or task.lender is not None:
        return False
    if task.assignee is None:
        return is_candidate(task, actor)
    # Who took a task and then left its group has no right to it any more; who was named keeps it.
    return task.assignee == actor.name and (task.claimed_at is None or is_candidate(task, actor))


def may_resolve(task: TaskRow, actor: Actor) -> bool:
    """Say whether the task is lent to the actor, who gives it back with an opinion."""
    return task.lender is not None and task.assignee == actor.name not in task.barred_users


def may_prepare(task: TaskRow, actor: Actor) -> bool:
    """Say whether the actor may prepare answers: to hand them in, or to give them back to the owner."""
    return may_answer(task, actor) or may_resolve(task, actor)


def stood_for(
    seen: Seen, actor: Actor, on_behalf_of: str | None = None, *, may: May = may_answer
) -> str | None:
    """Return for whom the actor acts on this task: None for themselves, else somebody they stand in for.

    Without `on_behalf_of` their own right comes first. FourEyes when the actor or who they stand in for is
    barred, NotACandidate when the task is nobody's of them.
    """
    task = seen.task
    if on_behalf_of is None and may(task, actor):
        return None
    people = [each for each in seen.absent if on_behalf_of in (None, each.name)]
    able = [each.name for each in people if may(task, each)]
    if able and actor.name not in task.barred_users:
        return able[0]
    if {actor.name, *(each.name for each in people)} & {*task.barred_users}:
        raise FourEyes(task=task.id)
    raise NotACandidate(task=task.id, assignee=task.assignee)


def refusal(
    seen: Seen, actor: Actor, *, states: Sequence[str] = ("active",), may: May = may_answer
) -> ServiceError | None:
    """Return why the actor cannot answer this task now, None when they can."""
    try:
        stood_for(seen, actor, may=may)
    except FourEyes as error:
        return error
    except NotACandidate as error:
        return _at_others(seen.task, actor) or error
    return at_rest(seen, states=states)


def _at_others(task: TaskRow, actor: Actor) -> Conflict | None:
    """Return what is said to whom the task concerns while it is with others: lent, or to be signed."""
    if actor.name == task.lender:
        return Conflict("You have lent this task: it comes back with an opinion, or you take it back.")
    if task.lender is not None and actor.name == task.assignee:
        return Conflict("This task is lent to you: give it back with your opinion, its owner decides.")
    if task.held is not None and actor.name in (task.assignee, task.held["by"]):
        return Conflict("You have concluded: the task waits for the signers who were added.")
    return None


def at_rest(seen: Seen, *, states: Sequence[str] = ("active",)) -> ServiceError | None:
    """Return why nobody can do anything with this task: it is finished, or its case is in another state."""
    if seen.task.state != "open":
        return TaskFinished(task=seen.task.id, state=seen.task.state)
    if seen.case.state not in states:
        return InstanceNotActive(state=seen.case.state)
    return None


def is_signers(seen: Seen) -> ServiceError | None:
    """Return why nobody else can get this task: who was added signs themselves, and adds nobody."""
    return Conflict("An added signer signs in person.") if seen.task.kind == SIGNER else None


def may_read(app: Application, seen: Seen, actor: Actor) -> bool:
    """Say whether the task may be shown: it is meant for the actor, or they see its case."""
    if actor.name == seen.task.assignee or is_candidate(seen.task, actor):
        return True
    return visibility.may_see(app, actor, seen.case.id)


def barred_now(session: Session, task: TaskRow) -> tuple[str, ...]:
    """Return whom four eyes keep from a task by now: also who has done an activity since it opened, acted for
    the applicant, or took over from somebody who is kept away."""
    done = candidates.barred_since(session, task.instance_id, not_by(task))
    return candidates.with_successors(session, (*task.barred_users, *done))


def not_by(task: TaskRow) -> tuple[str, ...]:
    """Return what the task's `notBy` names: `applicant`, or activities."""
    return split_list(task.properties.get("notBy"))
