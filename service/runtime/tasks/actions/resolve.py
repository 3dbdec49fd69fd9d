"""Resolve (交回): give a lent task back to its owner, with an opinion and what was prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.errors import FieldError, InvalidInput, ServiceError
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.tasks import answering, reoffering, rights, rows, telling
from service.runtime.tasks.action import MOST_REASON, Action, Deed
from service.runtime.tasks.candidates import PREPARED
from service.runtime.tasks.seen import Seen
from service.store.models import Draft
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """What one thinks of it. Without answers those count that were saved as a draft."""

    opinion: str
    answers: Mapping[str, Any] | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever the task is lent to, or a substitute of theirs."""
    return rights.refusal(seen, actor, may=rights.may_resolve)


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Ask for an opinion; take the answers as values, nothing more: their owner hands them in."""
    opinion = given.opinion.strip()
    if not opinion or len(opinion) > MOST_REASON:
        wrong = Text("Give an opinion of at most {most} characters.", most=MOST_REASON)
        raise InvalidInput(errors=[FieldError("opinion", wrong)])
    answers = None if given.answers is None else answering.as_values(given.answers, "answers")
    return replace(given, opinion=opinion, answers=answers)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Let the owner decide, over a draft of what was prepared."""
    task, stood_for = seen.task, rights.stood_for(seen, step.actor, may=rights.may_resolve)
    owner = task.lender or ""
    _hand_on_draft(step, task.id, owner, given.answers)
    rows.reoffer(step, replace(task, assignee=owner))
    telling.resolved(step, task, given.opinion, stood_for)
    reoffering.ask_for(step, task, by=step.actor.name, on_behalf_of=stood_for)
    return Deed(
        {"assignee": owner, "lender": None},
        event=PREPARED,
        note=telling.handing(step, owner, stood_for=stood_for, why=given.opinion),
        audit="task.resolved",
        facts={"to": owner, "opinion": given.opinion, "on_behalf_of": stood_for},
    )


def _hand_on_draft(step: Step, task_id: str, owner: str, answers: Mapping[str, Any] | None) -> None:
    """Make what was prepared the owner's draft: over what they had themselves, field by field."""
    session = step.session
    drafted, own = (session.get(Draft, (task_id, name)) for name in (step.actor.name, owner))
    prepared = answers if answers is not None or drafted is None else drafted.answers
    if prepared:
        answering.keep_draft(session, owner, task_id, {**(own.answers if own else {}), **prepared}, step.now)
    if drafted is not None:
        session.delete(drafted)


ACTION = Action(
    "resolve",
    Text("Give back with an opinion"),
    Given,
    offered,
    do,
    prepare,
    done=Text("“{name}” is back with its owner."),
)
