"""User tasks: find, claim, answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import CompletionView, FormView, TaskView
from service.web.api.section import Body, ListOf, Query, Section

section = Section("User tasks")

_CHANGED = (403, 404, 409, 422)


class Tasks(Query):
    """Which tasks to list: `mine` are those one holds or may take."""

    mine: bool = False
    group: str | None = None
    instance: str | None = None
    business_key: str | None = None
    state: str = "open"
    q: str | None = Field(None, description="part of the task's or the case's name")


class AtVersion(Body):
    """The version one has seen; without it, whatever it is now."""

    version: int | None = None


class Draft(Body):
    """Answers so far."""

    version: int | None = None
    answers: dict[str, Any]


class Complete(Body):
    """The answers, and the version of the task they were given to."""

    version: int
    answers: dict[str, Any] = Field(default_factory=dict)
    on_behalf_of: str | None = Field(None, description="who one stands in for")


class Return(Body):
    """Where to return to, and why."""

    version: int
    activity_id: str
    reason: str = Field(min_length=1, max_length=2000)


@dataclass(frozen=True)
class DraftView(View):
    """When the draft was kept."""

    saved_at: datetime


@section.get("/tasks", returns=ListOf(TaskView), query=Tasks, errors=(403, 404))
def list_tasks(app: Application, actor: Actor, query: Tasks) -> Page[TaskView]:
    """List tasks by due date; without a filter one's own, for admins all."""
    return user_tasks.find(
        app,
        actor,
        mine=query.mine,
        group=query.group,
        instance=query.instance,
        business_key=query.business_key,
        state=query.state,
        q=query.q,
        **query.page(),
    )


@section.get("/tasks/<task_id>", returns=TaskView, errors=(404,))
def get_task(app: Application, actor: Actor, task_id: str) -> TaskView:
    """Show a task."""
    return user_tasks.get(app, actor, task_id)


@section.get("/tasks/<task_id>/form", returns=FormView, errors=(403, 404))
def get_task_form(app: Application, actor: Actor, task_id: str) -> FormView:
    """Show the form of a task and the values it starts with; one's own draft lies over them."""
    return user_tasks.form(app, actor, task_id)


@section.post("/tasks/<task_id>/claim", returns=TaskView, body=AtVersion, errors=_CHANGED)
def claim_task(app: Application, actor: Actor, task_id: str, body: AtVersion) -> TaskView:
    """Take a task for oneself."""
    return user_tasks.claim(app, actor, task_id, body.version)


@section.post("/tasks/<task_id>/unclaim", returns=TaskView, body=AtVersion, errors=_CHANGED)
def unclaim_task(app: Application, actor: Actor, task_id: str, body: AtVersion) -> TaskView:
    """Put a task back."""
    return user_tasks.unclaim(app, actor, task_id, body.version)


@section.post("/tasks/<task_id>/draft", returns=DraftView, body=Draft, errors=_CHANGED)
def save_task_draft(app: Application, actor: Actor, task_id: str, body: Draft) -> DraftView:
    """Keep answers without checking them. The task's version stays."""
    return DraftView(user_tasks.save_draft(app, actor, task_id, body.answers, body.version))


@section.post("/tasks/<task_id>/complete", returns=CompletionView, body=Complete, errors=_CHANGED)
def complete_task(app: Application, actor: Actor, task_id: str, body: Complete) -> CompletionView:
    """Answer a task and move the case on.

    200 also when a later automatic step becomes an incident: the answers are kept, the case waits there.
    """
    return user_tasks.complete(
        app, actor, task_id, body.version, body.answers, on_behalf_of=body.on_behalf_of
    )


@section.post("/tasks/<task_id>/return", returns=CompletionView, body=Return, errors=_CHANGED)
def return_task(app: Application, actor: Actor, task_id: str, body: Return) -> CompletionView:
    """Send the case back to an activity already visited, where the drawing offers it."""
    return user_tasks.return_to(app, actor, task_id, body.version, body.activity_id, reason=body.reason)
