"""Copies (抄送): let colleagues read the case of a task, once each, and tell them."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import FieldError, InvalidInput, ServiceError
from service.runtime import identity
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, telling
from service.runtime.tasks.action import MOST_REASON, Action, Deed
from service.runtime.tasks.seen import Seen
from service.store import copies
from service.wording import Text

STATES = ("active", "suspended")


@dataclass(frozen=True)
class Given:
    """Who gets one, and what is said with it."""

    users: tuple[str, ...]
    note: str | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever may answer or prepare the task, and the applicant."""
    if actor.name == seen.case.applicant:
        return rights.at_rest(seen, states=STATES)
    return rights.refusal(seen, actor, states=STATES, may=rights.may_prepare)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Give everybody theirs and tell them; who was sent one before is not sent another."""
    people, note = _people(step, given), (given.note or "").strip()
    if len(note) > MOST_REASON:
        raise InvalidInput(errors=[FieldError("note", Text("At most {most} characters.", most=MOST_REASON))])
    row = {"sent_by": step.actor.name, "sent_at": step.now, "task_id": seen.task.id, "note": note or None}
    told = copies.send(step.session, step.instance.id, people, row)
    if not told:
        return Deed()
    telling.copied(step, seen.task, told, note)
    return Deed(
        event="copied",
        note=telling.urging(step, told, note),
        audit="task.copied",
        facts={"people": list(told), "note": note or None},
    )


def _people(step: Step, given: Given) -> tuple[str, ...]:
    """Return whom it goes to. InvalidInput names everybody who cannot sign in, and asks for somebody."""
    people = tuple(dict.fromkeys(given.users))
    able = identity.able(step.session, people, without=())
    errors = [
        FieldError(f"users[{index}]", Text("There is nobody of this name who can sign in."))
        for index, name in enumerate(given.users)
        if name not in able
    ]
    if not people:
        errors = [FieldError("users", Text("Name somebody."))]
    if errors:
        raise InvalidInput(errors=errors)
    return people


ACTION = Action(
    "copies",
    Text("Send a copy"),
    Given,
    offered,
    do,
    states=STATES,
    done=Text("They can read the case of “{name}” now."),
)
