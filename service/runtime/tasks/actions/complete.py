"""Complete (办结): answer a task and move its case on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.errors import ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.tasks import answering, renewing, rights, signing
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.closing import finished
from service.runtime.tasks.seen import SIGNER, Seen
from service.runtime.tasks.views import CompletionView
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """The answers. A substitute answers for whom they stand in for, named where it could be several."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever holds the task, else its candidates and their substitutes, after those added before them."""
    if refused := rights.refusal(seen, actor):
        return refused
    return signing.waits_for_others(seen)


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Check the answers against the form and compute its fields again. InvalidAnswers names each field."""
    model = app.model(seen.case.deployment_id)
    schema = signing.schema_of(model, seen.task)
    return replace(given, answers=answering.check(app, schema, given.answers, seen.task.inputs))


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Hand the answers in and move the tokens on. A later automatic step that fails is an incident.

    While added signers have not signed, the answers are held instead.
    """
    stood_for = rights.stood_for(seen, step.actor, given.on_behalf_of)
    if seen.task.kind == SIGNER:
        return signing.sign(step, seen, given.answers, stood_for)
    renewing.require_present(step, seen)
    answered = answering.answered(step, seen.task, given.answers, stood_for)
    if seen.unsigned:
        return signing.hold(step, seen, answered)
    return Deed(finished(step, seen.task, answered))


ACTION = Action(
    "complete",
    Text("Submit"),
    Given,
    offered,
    do,
    prepare,
    version_required=True,
    renews=True,
    answers=CompletionView,
)
