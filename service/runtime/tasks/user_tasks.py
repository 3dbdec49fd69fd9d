"""User tasks as everybody else uses them: listing, showing, and what people do with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from service.errors import NotFound
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.runtime.tasks import acting, answering, recalling, renewing, rights, showing, signing
from service.runtime.tasks.actions import action
from service.runtime.tasks.lists import count, find
from service.runtime.tasks.seen import Seen, look
from service.runtime.tasks.views import CompletionView, DraftView, FormView, TaskView
from service.store.models import Draft

__all__ = [
    "act",
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


def get(app: Application, actor: Actor, task_id: str) -> TaskView:
    """Return a task. NotFound unless it is offered to the actor or the actor sees its case."""
    return showing.task(app, renewing.renewed(app, actor, _readable(app, actor, task_id)), actor)


def form(app: Application, actor: Actor, task_id: str) -> FormView:
    """Return the task's form and what it starts with: its inputs, over them the actor's own draft.

    Without a draft, what the actor answered in an earlier round and need not answer anew.
    """
    seen = renewing.renewed(app, actor, _readable(app, actor, task_id))
    with app.db.read() as session:
        model = app.model(seen.case.deployment_id, session=session)
        draft = session.get(Draft, (task_id, actor.name)) if seen.has_draft else None
        schema = signing.schema_of(model, seen.task) or answering.EMPTY_FORM
        again = (
            {}
            if draft
            else recalling.recalled(session, schema, seen.case.business_key, seen.task, actor.name)
        )
    data: Mapping[str, Any] = {**seen.task.inputs, **(draft.answers if draft else {})}
    for path, value in again.items():
        data = recalling.put(data, path, value)
    return FormView(
        schema=schema,
        data=data,
        recalled=tuple(again),
        deployment_id=seen.case.deployment_id,
        draft_saved_at=draft.saved_at if draft else None,
        draft_kept=answering.kept(draft),
        seen_hash=answering.seen_hash(model.forms.get(seen.task.form or ""), seen.task.inputs),
        documentation=model.activity(seen.task.definition, seen.task.activity_id).documentation,
    )


def may_complete(app: Application, actor: Actor, task_id: str) -> bool:
    """Say whether the actor could complete this task now."""
    return rights.refusal(look(app, actor, task_id), actor) is None


def _readable(app: Application, actor: Actor, task_id: str) -> Seen:
    seen = look(app, actor, task_id)
    if not rights.may_read(app, seen, actor):
        raise NotFound(task=task_id)
    return seen


def act(
    app: Application,
    actor: Actor,
    task_id: str,
    name: str,
    given: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
) -> View:
    """Do something with a task, by the action's name. NotFound for an unknown one; see `acting.perform`."""
    wanted = action(name)
    return acting.perform(app, actor, task_id, wanted, wanted.given(**(given or {})), version=version)


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

    InvalidAnswers, NotACandidate, FourEyes, StaleVersion, TaskFinished, InstanceNotActive, NotFound; after
    any of them nothing has changed. A later automatic step that fails is an incident, not an error.
    """
    given = {"answers": answers, "on_behalf_of": on_behalf_of}
    return cast(CompletionView, act(app, actor, task_id, "complete", given, version=version))


def return_to(
    app: Application, actor: Actor, task_id: str, version: int | None, activity_id: str, *, reason: str
) -> CompletionView:
    """Send the case back from a task to an activity visited before. The reason goes into the record."""
    given = {"activity_id": activity_id, "reason": reason}
    return cast(CompletionView, act(app, actor, task_id, "return", given, version=version))


def claim(app: Application, actor: Actor, task_id: str, version: int | None = None) -> TaskView:
    """Take a task so that nobody else answers it. Conflict when somebody holds it already."""
    return cast(TaskView, act(app, actor, task_id, "claim", version=version))


def unclaim(app: Application, actor: Actor, task_id: str, version: int | None = None) -> TaskView:
    """Put a task back to its candidates: whoever holds it, or an admin."""
    return cast(TaskView, act(app, actor, task_id, "unclaim", version=version))


def save_draft(
    app: Application, actor: Actor, task_id: str, answers: Mapping[str, Any], version: int | None = None
) -> datetime:
    """Keep what the actor has filled in so far; return when. Does not raise the task's version."""
    kept = act(app, actor, task_id, "draft", {"answers": answers}, version=version)
    return cast(DraftView, kept).saved_at
