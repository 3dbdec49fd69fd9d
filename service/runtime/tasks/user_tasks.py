"""User tasks: listing, claiming, drafting and completing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, defer

from service.engine.extensions import split_list
from service.engine.failures import UnknownToken
from service.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InstanceNotActive,
    InvalidInput,
    NotACandidate,
    NotFound,
    StaleVersion,
    TaskFinished,
)
from service.runtime.identity import visibility
from service.runtime.step.context import Actor, Application
from service.runtime.step.transaction import Step, on_instance
from service.runtime.tasks import answering, rights, showing
from service.runtime.tasks.lists import count, find
from service.runtime.tasks.views import CompletionView, FormView, TaskView
from service.store import participants
from service.store.models import ActivityHistory, Draft, ProcessInstance, UserTask

__all__ = [
    "claim",
    "complete",
    "count",
    "find",
    "form",
    "get",
    "may_complete",
    "return_to",
    "save_draft",
    "unclaim",
]

# Built once: on the way of every answer, putting a statement together would cost more than running it.
_LOOK = (
    select(
        UserTask,
        ProcessInstance,
        exists().where(Draft.subject == UserTask.id, Draft.user_name == bindparam("user")),
    )
    .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    .options(defer(ProcessInstance.variables, raiseload=True))
    .where(UserTask.id == bindparam("task"))
)
_TASKS = UserTask.__table__
_CHANGE_OPEN = update(_TASKS).where(
    _TASKS.c.id == bindparam("task"), _TASKS.c.version == bindparam("seen"), _TASKS.c.state == "open"
)


@dataclass(frozen=True)
class Seen:
    """A task as it was before the lock: nothing is decided on it that its version does not guard."""

    task: UserTask
    instance: ProcessInstance
    has_draft: bool


def get(app: Application, actor: Actor, task_id: str) -> TaskView:
    """Return a task. NotFound unless it is offered to the actor or the actor sees its case."""
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        _require_readable(app, session, seen, actor)
    return showing.task(seen.task, seen.instance)


def form(app: Application, actor: Actor, task_id: str) -> FormView:
    """Return the task's form and what it starts with: its inputs, and over them the actor's own draft."""
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        _require_readable(app, session, seen, actor)
        model = app.model(seen.instance.deployment_id, session=session)
        draft = session.get(Draft, (task_id, actor.name)) if seen.has_draft else None
    schema = answering.schema_of(model, seen.task.form)
    return FormView(
        schema=schema,
        data={**seen.task.inputs, **(draft.answers if draft else {})},
        deployment_id=seen.instance.deployment_id,
        draft_saved_at=draft.saved_at if draft else None,
        seen_hash=answering.seen_hash(model.forms.get(seen.task.form or ""), seen.task.inputs),
        documentation=model.activity(seen.task.definition, seen.task.activity_id).documentation,
    )


def may_complete(app: Application, actor: Actor, task_id: str) -> bool:
    """Say whether the actor could complete this task now."""
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        is_open = seen.task.state == "open" and seen.instance.state == "active"
        people = (actor, *visibility.absent(app, session, actor)) if is_open else ()
    mine = any(rights.may_answer(seen.task, each) for each in people)
    return mine and actor.name not in seen.task.barred_users


def complete(
    app: Application,
    actor: Actor,
    task_id: str,
    version: int | None,
    answers: Mapping[str, Any],
    *,
    on_behalf_of: str | None = None,
) -> CompletionView:
    """Answer a task and move its case on. `version` None means: as it is now.

    A substitute answers for whom they stand in for; `on_behalf_of` says for whom, where it could be several.

    InvalidAnswers, NotACandidate, FourEyes, StaleVersion, TaskFinished, InstanceNotActive, NotFound; after
    any of them nothing has changed. A later automatic step that fails is an incident, not an error.
    """
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        stood_for = rights.require_answerer(app, session, seen.task, actor, on_behalf_of)
        _require_current(seen, version)
        model = app.model(seen.instance.deployment_id, session=session)
    schema = answering.schema_of(model, seen.task.form) if seen.task.form else None
    checked = answering.check(app, schema, answers, seen.task.inputs)
    with on_instance(app, seen.instance.id, actor) as step:
        step.on_behalf_of = stood_for
        rights.require_four_eyes(step, seen.task, stood_for)
        _close(step, seen, stood_for, model.marked(seen.task.form).conclusion_of(checked))
        content_hash = answering.hand_in(step, seen.task, checked, stood_for)
        _engine_does(step, lambda: step.engine.complete(seen.task.token_id, checked))
        step.audit(
            "task.completed",
            task=task_id,
            activity=seen.task.activity_path,
            on_behalf_of=stood_for,
            content_hash=content_hash,
        )
    return showing.completion(step)


def return_to(
    app: Application,
    actor: Actor,
    task_id: str,
    version: int | None,
    activity_id: str,
    *,
    reason: str,
) -> CompletionView:
    """Send the case back from a task to an activity it names in `returnTo` and that was visited before.

    The reason is mandatory and goes into the record. Errors as in `complete`.
    """
    if not reason.strip():
        raise InvalidInput(errors=[FieldError("reason", "say why it goes back")])
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        stood_for = rights.require_answerer(app, session, seen.task, actor)
        _require_current(seen, version)
    if activity_id not in split_list(seen.task.properties.get("returnTo")):
        raise InvalidInput(errors=[FieldError("activity_id", "this task cannot be returned there")])
    with on_instance(app, seen.instance.id, actor) as step:
        rights.require_four_eyes(step, seen.task, stood_for)
        _close(step, seen, stood_for, None)
        _engine_does(step, lambda: step.engine.return_to(seen.task.token_id, activity_id))
        step.line("returned", reason, **_place(seen.task))
        step.audit("task.returned", task=task_id, to=activity_id, reason=reason)
    return showing.completion(step)


def claim(app: Application, actor: Actor, task_id: str, version: int | None = None) -> TaskView:
    """Take a task so that nobody else answers it. Conflict when somebody holds it already."""
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        if seen.task.assignee == actor.name and seen.task.state == "open":
            return showing.task(seen.task, seen.instance)
        if seen.task.assignee and rights.is_candidate(seen.task, actor):
            raise Conflict("A colleague has already taken this task.", assignee=seen.task.assignee)
        if rights.require_answerer(app, session, seen.task, actor) is not None:
            # Held by the substitute it would be lost to the one they stand in for.
            raise NotACandidate("A substitute answers at once: only candidates themselves take a task.")
        _require_current(seen, version)
    return _assign(app, actor, seen, actor.name, "claimed")


def unclaim(app: Application, actor: Actor, task_id: str, version: int | None = None) -> TaskView:
    """Put a task back to its candidates: whoever holds it, or an admin."""
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        _require_readable(app, session, seen, actor)
        _require_current(seen, version)
    task = seen.task
    if task.assignee is None:
        return showing.task(task, seen.instance)
    if task.assignee != actor.name and not actor.is_admin:
        raise Forbidden("Only whoever holds the task can put it back.")
    if not task.candidate_groups and not task.candidate_users:
        raise Conflict("This task is meant for this person alone: there is nobody to put it back to.")
    return _assign(app, actor, seen, None, "unclaimed")


def save_draft(
    app: Application,
    actor: Actor,
    task_id: str,
    answers: Mapping[str, Any],
    version: int | None = None,
) -> datetime:
    """Keep what the actor has filled in so far, unchecked and for nobody else; return when.

    Does not raise the task's version.
    """
    with app.db.read() as session:
        seen = _look(session, actor, task_id)
        rights.require_answerer(app, session, seen.task, actor)
        _require_current(seen, version, states=("active", "suspended"))
    return answering.keep_draft(app, actor, task_id, answers)


def _look(session: Session, actor: Actor, task_id: str) -> Seen:
    """Return a task with its case and whether the actor has a draft, in one query."""
    found = session.execute(_LOOK, {"task": task_id, "user": actor.name}).one_or_none()
    if found is None:
        raise NotFound(task=task_id)
    return Seen(*found)


def _require_readable(app: Application, session: Session, seen: Seen, actor: Actor) -> None:
    if not rights.may_read(app, session, seen.task, actor):
        raise NotFound(task=seen.task.id)


def _require_current(seen: Seen, version: int | None, states: tuple[str, ...] = ("active",)) -> None:
    if seen.task.state != "open":
        raise TaskFinished(task=seen.task.id, state=seen.task.state)
    if version is not None and version != seen.task.version:
        raise StaleVersion(task=seen.task.id, version=seen.task.version)
    if seen.instance.state not in states:
        raise InstanceNotActive(state=seen.instance.state)


def _close(step: Step, seen: Seen, on_behalf_of: str | None, conclusion: str | None) -> None:
    """Complete the task's row, provided that it is still what its answerer saw."""
    values = {
        "state": "completed",
        "completed_at": step.now,
        "completed_by": step.actor.name,
        "on_behalf_of": on_behalf_of,
        "conclusion": conclusion,
    }
    if not _update(step.session, seen.task, values):
        _raise_overtaken(step.session, seen.task)
    step.closed_task_ids.append(seen.task.id)
    step.doers[seen.task.token_id] = step.actor.name
    if seen.has_draft:
        draft = step.session.get(Draft, (seen.task.id, step.actor.name))
        if draft is not None:
            step.session.delete(draft)


def _assign(app: Application, actor: Actor, seen: Seen, assignee: str | None, event: str) -> TaskView:
    task, now = seen.task, app.clock()
    with app.db.begin() as session:
        claimed_at = now if assignee else None
        if not _update(session, task, {"assignee": assignee, "claimed_at": claimed_at}):
            _raise_overtaken(session, task)
        line = {"instance_id": task.instance_id, "event": event, "at": now, "actor": actor.name}
        session.execute(insert(ActivityHistory).values(**_place(task), **line))
        participants.add(session, task.instance_id, [participants.user(actor.name)])
        row = session.get_one(UserTask, task.id)
        return showing.task(row, seen.instance)


def _update(session: Session, task: UserTask, values: Mapping[str, Any]) -> bool:
    """Change an open task and raise its version. False when it is no longer the version that was seen."""
    seen = {"task": task.id, "seen": task.version}
    changed = session.execute(_CHANGE_OPEN, {**seen, "version": task.version + 1, **values})
    return changed.rowcount == 1


def _raise_overtaken(session: Session, task: UserTask) -> None:
    state = session.scalar(select(UserTask.state).where(UserTask.id == task.id))
    raise StaleVersion(task=task.id) if state == "open" else TaskFinished(task=task.id, state=state)


def _engine_does(step: Step, act: Any) -> None:
    try:
        act()
    except UnknownToken as exc:
        raise TaskFinished() from exc


def _place(task: UserTask) -> dict[str, Any]:
    return {
        "definition": task.definition,
        "activity_id": task.activity_id,
        "activity_path": task.activity_path,
        "kind": "userTask",
        "name": task.name,
        "token_id": task.token_id,
    }
