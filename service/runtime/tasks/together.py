"""Answering several tasks at once (批量审批): where their drawing allows it, each in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.errors import FieldError, Forbidden, InvalidInput, NotFound, ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.runtime.tasks import rights, user_tasks
from service.runtime.tasks.seen import look
from service.wording import Text

MOST = 100


@dataclass(frozen=True)
class Item:
    """One task, as it was seen, and its answers."""

    id: str
    version: int
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class OutcomeView(View):
    """What became of one of them: the status it would have had alone, and what was wrong."""

    id: str
    status: int
    detail: str | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class OutcomesView(View):
    """What became of each, in the order in which they were sent."""

    items: tuple[OutcomeView, ...]


def complete(app: Application, actor: Actor, items: Sequence[Item]) -> OutcomesView:
    """Answer these tasks, one after the other; what is wrong with one keeps no other from being answered.

    Each is checked against its form as if it were answered alone: an opinion that has to be given has to be
    given here too.
    """
    if not items or len(items) > MOST:
        raise InvalidInput(errors=[FieldError("items", Text("1 to {most} tasks", most=MOST))])
    return OutcomesView(tuple(_complete(app, actor, item) for item in items))


def _complete(app: Application, actor: Actor, item: Item) -> OutcomeView:
    try:
        _require_bulk(app, actor, item.id)
        user_tasks.complete(app, actor, item.id, item.version, item.answers)
    except ServiceError as error:
        errors = tuple(error.errors) if isinstance(error, InvalidInput) else ()
        return OutcomeView(item.id, error.status, error.message, errors)
    return OutcomeView(item.id, 200)


def _require_bulk(app: Application, actor: Actor, task_id: str) -> None:
    """Refuse a task whose drawing does not say `bulk`, and one that is an added signer's."""
    seen = look(app, actor, task_id)
    if not rights.may_read(app, seen, actor):
        raise NotFound(task=task_id)
    if seen.task.properties.get("bulk") != "true":
        raise Forbidden("This task is answered by itself: its drawing does not allow several at once.")
