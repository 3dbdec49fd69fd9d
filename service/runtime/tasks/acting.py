"""Acting on a task: one way for every action, with the rights judged at the moment of the act."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.errors import FieldError, InvalidInput, NotFound, ServiceError, StaleVersion, TaskFinished
from service.runtime import identity
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import on_instance
from service.runtime.step.views import View
from service.runtime.tasks import renewing, rights, rows, showing
from service.runtime.tasks.action import MOST_REASON, Action, Deed, Given
from service.runtime.tasks.seen import SIGNER, Seen, look
from service.runtime.tasks.views import CompletionView, ReopenedView
from service.store.models import TASKS, Draft, TaskRow
from service.wording import Text


def perform(
    app: Application,
    actor: Actor,
    task_id: str,
    action: Action[Given],
    given: Given,
    *,
    version: int | None = None,
) -> View:
    """Carry out an action and return what it answers. `version` None means: the task as it is now.

    What can be refused or checked without a lock is, first. Under the lock of the case the actor's groups,
    the people they stand in for and four eyes are read again, and the task changes only if it still is what
    was seen. After any error nothing has changed.
    """
    _require_reason(action, given)
    seen = look(app, actor, task_id)
    if not rights.may_read(app, seen, actor):
        raise NotFound(task=task_id)
    _refuse(action.offered(seen, actor))
    if action.renews:
        seen = renewing.renewed(app, actor, seen)
    if action.is_done(seen, actor):
        return showing.task(app, seen, actor)
    if version not in (None, seen.task.version):
        raise StaleVersion(task=task_id, version=seen.task.version)
    checked = action.prepare(app, actor, seen, given)
    with on_instance(app, seen.case.id, actor, states=action.states) as step:
        now, deed = _done(app, step, seen, action, checked)
    if deed.answer is not None:
        return deed.answer
    if action.answers is CompletionView:
        return showing.completion(app, step, now.absent)
    if action.answers is ReopenedView:
        return ReopenedView(showing.task(app, look(app, step.actor, task_id), step.actor))
    left = look(app, step.actor, task_id) if deed.changes_signers else _after(now, deed)
    return showing.task(app, left, step.actor)


def perform_in(app: Application, step: Step, task_id: str, action: Action[Given], given: Given) -> None:
    """Carry out an action in a step that has begun already, as somebody who may."""
    seen = look(app, step.actor, task_id)
    _done(app, step, seen, action, action.prepare(app, step.actor, seen, given))


def _done(app: Application, step: Step, seen: Seen, action: Action[Given], given: Given) -> tuple[Seen, Deed]:
    """Do it under the lock; return what was seen there, and what was done."""
    now = _again(app, step, seen)
    _refuse(action.offered(now, step.actor))
    deed = action.do(step, now, given)
    _apply(step, now, deed)
    return now, deed


def _again(app: Application, step: Step, seen: Seen) -> Seen:
    """Return what was seen as it is under the lock, and the step its actor with the groups of this moment."""
    step.actor = identity.anew(app, step.session, step.actor)
    absent = identity.absent(app, step.session, step.actor.name, step.now) if seen.absent else ()
    barred = rights.barred_now(step.session, seen.task)
    task = seen.task if barred == seen.task.barred_users else replace(seen.task, barred_users=barred)
    case = replace(seen.case, state=step.instance.state, deployment_id=step.instance.deployment_id)
    return replace(seen, task=task, case=case, absent=absent)


def _apply(step: Step, seen: Seen, deed: Deed) -> None:
    """Write what an action wants done; StaleVersion or TaskFinished when somebody was faster."""
    task = seen.task
    if deed.changes:
        if not rows.change(step, task, deed.changes):
            _raise_overtaken(step.session, task.id)
        if deed.changes.get("state", "open") != "open":
            _note_closed(step, seen)
    if deed.event is not None:
        step.line(deed.event, deed.note, **_place(task))
    if deed.audit is not None:
        step.audit(deed.audit, task=task.id, activity=task.activity_path, **deed.facts)


def _after(seen: Seen, deed: Deed) -> Seen:
    """Return what was seen as the action has left it."""
    task = seen.task
    return replace(seen, task=replace(task, version=task.version + bool(deed.changes), **deed.changes))


def _note_closed(step: Step, seen: Seen) -> None:
    step.closed_task_ids.append(seen.task.id)
    if seen.task.kind != SIGNER:
        step.doers.setdefault(seen.task.token_id, step.actor.name)
    rows.drop(step, seen.unsigned)
    if seen.has_draft:
        own = Draft.subject == seen.task.id, Draft.user_name == step.actor.name
        step.session.execute(delete(Draft).where(*own).execution_options(synchronize_session=False))


def _raise_overtaken(session: Session, task_id: str) -> None:
    state = session.scalar(select(TASKS.c.state).where(TASKS.c.id == task_id))
    raise StaleVersion(task=task_id) if state == "open" else TaskFinished(task=task_id, state=state)


def _require_reason(action: Action[Given], given: Given) -> None:
    if not action.reason_required:
        return
    reason = str(getattr(given, "reason", "") or "").strip()
    if not reason:
        raise InvalidInput(errors=[FieldError("reason", Text("Say why."))])
    if len(reason) > MOST_REASON:
        raise InvalidInput(
            errors=[FieldError("reason", Text("At most {most} characters.", most=MOST_REASON))]
        )


def _refuse(why_not: ServiceError | None) -> None:
    if why_not is not None:
        raise why_not


def _place(task: TaskRow) -> dict[str, Any]:
    return {
        "definition": task.definition,
        "activity_id": task.activity_id,
        "activity_path": task.activity_path,
        "kind": "userTask",
        "name": task.name,
        "token_id": task.token_id,
    }
