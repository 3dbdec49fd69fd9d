"""Who may answer a task: its assignee, else its candidates; never those whom four eyes keep away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.errors import FourEyes, NotACandidate, NotFound
from service.runtime import candidates, identity
from service.runtime.context import Actor, Application
from service.runtime.step import Step
from service.runtime.visibility import find as find_visible
from service.store.models import UserTask


def is_candidate(task: UserTask, actor: Actor) -> bool:
    """Say whether the task is offered to the actor, by group or by name."""
    return actor.name in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def may_answer(task: UserTask, actor: Actor) -> bool:
    """Say whether the actor could complete the task now."""
    if actor.name in task.barred_users:
        return False
    return task.assignee == actor.name if task.assignee else is_candidate(task, actor)


def require_answerer(
    app: Application, session: Session, task: UserTask, actor: Actor, on_behalf_of: str | None = None
) -> None:
    """Raise unless the actor may answer, for themselves or for somebody they stand in for.

    FourEyes when either of the two is barred, NotACandidate when the task is not theirs, NotFound when
    the actor does not even see the case.
    """
    holder = actor
    if on_behalf_of is not None:
        if on_behalf_of not in identity.stands_in_for(session, actor.name, app.clock()):
            raise NotACandidate("You do not stand in for this person.", user=on_behalf_of)
        holder = identity.actor(app, on_behalf_of)
    if not may_answer(task, holder):
        if find_visible(session, actor, task.instance_id) is None and not is_candidate(task, holder):
            raise NotFound(task=task.id)
        if holder.name in task.barred_users:
            raise FourEyes(task=task.id)
        raise NotACandidate(task=task.id, assignee=task.assignee)
    if actor.name in task.barred_users:
        raise FourEyes(task=task.id)


def require_four_eyes(step: Step, task: UserTask, on_behalf_of: str | None) -> None:
    """Raise FourEyes when somebody involved has meanwhile done an activity this task must not follow.

    Read under the lock: who was barred when the task opened stands in its row already.
    """
    activities = [name for name in not_by(task) if name != candidates.APPLICANT]
    if not activities:
        return
    done_by = candidates.doers(step.session, step.instance.id, activities)
    if {step.actor.name, on_behalf_of} & set(done_by):
        raise FourEyes(task=task.id)


def not_by(task: UserTask) -> tuple[str, ...]:
    """Return what the task's `notBy` names: `applicant`, or activities."""
    return tuple(filter(None, (task.properties.get("notBy") or "").split(",")))
