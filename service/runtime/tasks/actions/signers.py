"""Add signers (加签): ask colleagues to sign a task before, after or beside its holder."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import FieldError, InvalidInput, ServiceError
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, signing, telling
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.wording import Text


@dataclass(frozen=True)
class Given:
    """Who shall sign, why, and when: `before`, `after` or `beside` the holder."""

    users: tuple[str, ...]
    mode: str
    reason: str


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever could answer the task themselves, or a substitute of theirs. Added signers add nobody."""
    return rights.refusal(seen, actor) or rights.is_signers(seen)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Give each a task of their own; whoever adds them holds the task from now on and concludes it."""
    stood_for = rights.stood_for(seen, step.actor)
    if given.mode not in signing.MODES:
        wrong = Text("one of {choices}", choices=", ".join(signing.MODES))
        raise InvalidInput(errors=[FieldError("mode", wrong)])
    names = signing.add(step, seen, given.users, given.mode)
    telling.added(step, seen.task, names, given.mode, given.reason)
    holder = seen.task.assignee or stood_for or step.actor.name
    claimed_at = seen.task.claimed_at if seen.task.assignee else step.now
    return Deed(
        {"assignee": holder, "claimed_at": claimed_at},
        event=f"signers_{given.mode}",
        note=telling.urging(step, names, given.reason),
        audit="task.signers_added",
        facts={
            "users": list(names),
            "mode": given.mode,
            "reason": given.reason,
            "on_behalf_of": stood_for,
        },
        changes_signers=True,
    )


ACTION = Action(
    "signers",
    Text("Add signers"),
    Given,
    offered,
    do,
    reason_required=True,
    done=Text("Signers have been added to “{name}”."),
)
