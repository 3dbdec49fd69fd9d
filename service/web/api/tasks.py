"""User tasks: finding and reading them, and a POST for everything people do with them."""

from __future__ import annotations

import dataclasses
from dataclasses import fields
from typing import Any, get_type_hints

from pydantic import Field, create_model

from service.runtime.cases import context
from service.runtime.cases.views import ContextView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.runtime.tasks import together, user_tasks
from service.runtime.tasks.action import Action
from service.runtime.tasks.actions import actions
from service.runtime.tasks.together import OutcomesView
from service.runtime.tasks.views import FormView, TaskView
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


class OneOfMany(Body):
    """One task, as one has seen it, and its answers."""

    id: str
    version: int
    answers: dict[str, Any] = Field(default_factory=dict)


class Many(Body):
    """Tasks to answer, each by itself."""

    items: list[OneOfMany] = Field(min_length=1, max_length=together.MOST)


@section.post("/tasks/complete-many", returns=OutcomesView, body=Many, errors=(422,))
def complete_many(app: Application, actor: Actor, body: Many) -> OutcomesView:
    """Answer several tasks whose drawing says `bulk`, each in a transaction of its own."""
    items = [together.Item(each.id, each.version, each.answers) for each in body.items]
    return together.complete(app, actor, items)


@section.get("/tasks/<task_id>", returns=TaskView, errors=(404,))
def get_task(app: Application, actor: Actor, task_id: str) -> TaskView:
    """Show a task."""
    return user_tasks.get(app, actor, task_id)


@section.get("/tasks/<task_id>/form", returns=FormView, errors=(403, 404))
def get_task_form(app: Application, actor: Actor, task_id: str) -> FormView:
    """Show the form of a task and the values it starts with; one's own draft lies over them."""
    return user_tasks.form(app, actor, task_id)


@section.get("/tasks/<task_id>/context", returns=ContextView, errors=(404,))
def get_task_context(app: Application, actor: Actor, task_id: str) -> ContextView:
    """Show what a task is decided on: facts, changes since the last answer, why, opinions, what is next."""
    return context.of_task(app, actor, task_id)


def _serve(action: Action[Any]) -> None:
    """Serve an action under its name, given what it needs to know and the version one has seen."""

    def act(app: Application, actor: Actor, task_id: str, body: Any) -> View:
        given = {each.name: getattr(body, each.name) for each in fields(action.given)}
        return user_tasks.act(app, actor, task_id, action.name, given, version=body.version)

    act.__name__, act.__doc__ = f"{action.name}_task", action.do.__doc__
    if action.served is not None:
        _serve_path(action, action.served[1])
        return
    rule = f"/tasks/<task_id>/{action.name}"
    errors = (*_CHANGED, *action.errors)
    section.post(rule, returns=action.answers, body=_body(action), errors=errors, is_asked=action.is_asked)(
        act
    )


def _serve_path(action: Action[Any], path: str) -> None:
    """Serve an action as a DELETE of what its path names."""

    def act(app: Application, actor: Actor, task_id: str, **given: str) -> View:
        return user_tasks.act(app, actor, task_id, action.name, given)

    act.__name__, act.__doc__ = action.name.replace("-", "_"), action.do.__doc__
    section.delete(f"/tasks/<task_id>/{path}", returns=action.answers, errors=_CHANGED)(act)


def _body(action: Action[Any]) -> type[Body]:
    """Return what is sent with an action: its own fields, and the version of the task one has seen."""
    hints = get_type_hints(action.given)
    own: dict[str, Any] = {each.name: (hints[each.name], _default(each)) for each in fields(action.given)}
    version: Any = (int, ...) if action.version_required else (int | None, None)
    name = f"{action.name.capitalize()}Task"
    return create_model(name, __base__=Body, __doc__=action.given.__doc__, version=version, **own)


def _default(given: dataclasses.Field[Any]) -> Any:
    if given.default_factory is not dataclasses.MISSING:
        return Field(default_factory=given.default_factory)
    return ... if given.default is dataclasses.MISSING else given.default


for _action in actions().values():
    _serve(_action)
