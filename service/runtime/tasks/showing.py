"""User tasks become views: what their rows say, of which case they are, and what the reader may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import select

from service.runtime.step.context import Actor, Application
from service.runtime.step.showing import state
from service.runtime.step.step import Step
from service.runtime.step.views import ElementView
from service.runtime.tasks.action import Action
from service.runtime.tasks.actions import actions
from service.runtime.tasks.closing import return_targets
from service.runtime.tasks.seen import Seen, opened_in
from service.runtime.tasks.views import ActionView, CompletionView, ReturnTarget, SignerView, TaskView
from service.store.models import ActivityHistory, TaskRow


def task(app: Application, seen: Seen, actor: Actor) -> TaskView:
    """Return a task as the actor sees it, in lists, on its page and in the API alike."""
    row, case = seen.task, seen.case
    element = None if row.element_index is None else ElementView(row.element_index, row.element_value)
    return TaskView(
        **vars(row),
        element=element,
        created_at=row.opened_at,
        business_key=case.business_key,
        case_name=case.title,
        applicant=case.applicant,
        suspended=case.state == "suspended",
        actions=tuple(_view(each) for each in actions().values() if _is_shown(each, seen, actor)),
        return_targets=_targets(app, seen),
        signers=_signers(app, seen),
    )


def completion(app: Application, step: Step, absent: tuple[Actor, ...]) -> CompletionView:
    """Return what a saved step led to, as its actor sees it, who stands in for `absent`."""
    met = opened_in(step.instance, step.opened, absent)
    return CompletionView(state(step), tuple(task(app, each, step.actor) for each in met))


def _is_shown(action: Action[Any], seen: Seen, actor: Actor) -> bool:
    if action.is_idle(seen, actor) or action.is_done(seen, actor):
        return False
    return action.offered(seen, actor) is None


def _view(action: Action[Any]) -> ActionView:
    asked = [each for each in fields(action.given) if each.name != "reason"]
    optional = tuple(each.name for each in asked if each.default is None)
    return ActionView(
        action.name, action.title, action.reason_required, tuple(each.name for each in asked), optional
    )


def _signers(app: Application, seen: Seen) -> tuple[SignerView, ...]:
    added = [each for each in seen.signers if each.state != "cancelled"]
    if not added:
        return ()
    organisation = app.model(seen.case.deployment_id).organisation
    return tuple(_signer(each, organisation.tone_of(each.conclusion)) for each in added)


def _signer(row: TaskRow, tone: str) -> SignerView:
    return SignerView(
        user=row.assignee or "",
        mode=row.added_as or "",
        state="signed" if row.state == "completed" else row.state,
        conclusion=row.conclusion,
        tone=tone,
        opinion=row.opinion,
        task_id=row.id,
        signed_at=row.completed_at,
    )


def _targets(app: Application, seen: Seen) -> tuple[ReturnTarget, ...]:
    wanted = return_targets(seen.task)
    if not wanted or seen.task.state != "open":
        return ()
    known = app.model(seen.case.deployment_id).activities(seen.task.definition)
    visited = _visited(app, seen.task, wanted)
    return tuple(ReturnTarget(each, known[each].name or each) for each in wanted if each in visited)


def _visited(app: Application, row: TaskRow, wanted: Iterable[str]) -> set[str]:
    """Return which of these activities the process of a task has been at."""
    around = row.activity_path.rpartition("/")[0]
    paths = [f"{around}/{each}" if around else each for each in wanted]
    line = ActivityHistory
    query = select(line.activity_id).where(
        line.instance_id == row.instance_id, line.activity_path.in_(paths), line.event == "entered"
    )
    with app.db.read() as session:
        return set(session.scalars(query.distinct()))
