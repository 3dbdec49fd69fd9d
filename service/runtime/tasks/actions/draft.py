"""Draft (草稿): keep what somebody has filled in so far, for nobody else, unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.errors import NewerDraft, ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.submissions import content_hash
from service.runtime.tasks import answering, rights
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.runtime.tasks.views import DraftView
from service.store.models import Draft
from service.wording import Text

STATES = ("active", "suspended")


@dataclass(frozen=True)
class Given:
    """Answers so far, and the `kept` of the draft they were written over: "" for none, None for any."""

    answers: Mapping[str, Any]
    over: str | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever may answer or prepare answers; also while the case is suspended."""
    return rights.refusal(seen, actor, states=STATES, may=rights.may_prepare)


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Take the answers as values, nothing more."""
    return replace(given, answers=answering.as_values(given.answers, "answers"))


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Keep them beside the task, whose version stays; NewerDraft when another window was faster."""
    draft = step.session.get(Draft, (seen.task.id, step.actor.name))
    kept = answering.kept(draft)
    new = content_hash(given.answers)
    # A page that goes away may send the same answers twice: these are no other window's.
    if given.over not in (None, kept) and new != kept:
        raise NewerDraft(task=seen.task.id, kept=kept)
    answering.keep_draft(step.session, step.actor.name, seen.task.id, given.answers, step.now)
    return Deed(answer=DraftView(step.now, new))


ACTION = Action(
    "draft",
    Text("Save a draft"),
    Given,
    offered,
    do,
    prepare,
    states=STATES,
    answers=DraftView,
)
