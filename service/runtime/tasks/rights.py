"""Who may answer a task: its assignee, else its candidates; never those whom four eyes keep away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.engine.extensions import split_list
from service.errors import FourEyes, NotACandidate, NotFound
from service.runtime.identity import visibility
from service.runtime.step.context import Actor, Application
from service.runtime.step.transaction import Step
from service.runtime.tasks import candidates
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
) -> str | None:
    """Return for whom the actor answers this task: None for themselves, else somebody they stand in for.

    Without `on_behalf_of` their own right comes first. FourEyes when the actor or who they stand in for is
    barred, NotACandidate when the task is nobody's of them, NotFound when they do not even see the case.
    """
    if on_behalf_of is None and may_answer(task, actor):
        return None
    people = visibility.absent(app, session, actor)
    if on_behalf_of is not None:
        people = tuple(each for each in people if each.name == on_behalf_of)
    able = [each.name for each in people if may_answer(task, each)]
    if able and actor.name not in task.barred_users:
        return able[0]
    known = any(_is_meant(task, each) for each in (actor, *people))
    if not known and visibility.find(app, session, actor, task.instance_id) is None:
        raise NotFound(task=task.id)
    if actor.name in task.barred_users or any(each.name in task.barred_users for each in people):
        raise FourEyes(task=task.id)
    raise NotACandidate(task=task.id, assignee=task.assignee)


def may_read(app: Application, session: Session, task: UserTask, actor: Actor) -> bool:
    """Say whether the task may be shown: it is meant for the actor, or they see its case."""
    if _is_meant(task, actor):
        return True
    return visibility.find(app, session, actor, task.instance_id) is not None


def _is_meant(task: UserTask, actor: Actor) -> bool:
    return task.assignee == actor.name or is_candidate(task, actor)


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
    return split_list(task.properties.get("notBy"))
