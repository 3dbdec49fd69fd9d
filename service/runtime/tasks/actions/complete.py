"""Complete (办结): answer a task and move its case on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.errors import ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.tasks import answering, rights
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.closing import closed, moving
from service.runtime.tasks.seen import Seen
from service.runtime.tasks.views import CompletionView
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """The answers. A substitute answers for whom they stand in for, named where it could be several."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever holds the task, else its candidates and their substitutes."""
    return rights.refusal(seen, actor)


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Check the answers against the form and compute its fields again. InvalidAnswers names each field."""
    model = app.model(seen.case.deployment_id)
    schema = answering.schema_of(model, seen.task.form) if seen.task.form else None
    return replace(given, answers=answering.check(app, schema, given.answers, seen.task.inputs))


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Hand the answers in and move the tokens on. A later automatic step that fails is an incident."""
    step.on_behalf_of = stood_for = rights.stood_for(seen, step.actor, given.on_behalf_of)
    content_hash = answering.hand_in(step, seen.task, given.answers, stood_for)
    with moving():
        step.engine.complete(seen.task.token_id, given.answers)
    return Deed(
        closed(step, stood_for, step.model.marked(seen.task.form).conclusion_of(given.answers)),
        audit="task.completed",
        facts={"on_behalf_of": stood_for, "content_hash": content_hash},
    )


ACTION = Action(
    "complete",
    Text("Submit"),
    Given,
    offered,
    do,
    prepare,
    version_required=True,
    answers=CompletionView,
)
