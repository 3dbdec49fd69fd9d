"""Assign (指派): say who shall do a task, or give it back to those it is offered to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.errors import Conflict, Forbidden, ServiceError
from service.runtime import identity
from service.runtime.identity.rights import may
from service.runtime.promises import judging, waivers
from service.runtime.promises.judging import PromiseView
from service.runtime.promises.waivers import Agreed, WaiverView
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.tasks import offering, rights, rows, takers
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.wording import Text

ACT = "assign"


@dataclass(frozen=True)
class Given:
    """Who shall do it, None for whomever it is offered to; and why."""

    reason: str
    to: str | None = None


@dataclass(frozen=True)
class Judged(Given):
    """The same, with what it would set aside of who is promised to do the task, and who agreed to that."""

    promises: tuple[PromiseView, ...] = ()
    agreed: Agreed | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever holds the right, over every open task: the answer to one that nobody may do."""
    if not may(actor, "task.assign"):
        return Forbidden(action="task.assign")
    return rights.at_rest(seen) or rights.is_signers(seen)


def prepare(app: Application, actor: Actor, seen: Seen, given: Given) -> Given:
    """Take an empty name for nobody, and see whether the task is promised to others than them."""
    if not given.to:
        return replace(given, to=None)
    task = seen.task
    with app.db.read() as session:
        model = app.model(seen.case.deployment_id, session=session)
        promises = judging.about_task(app, session, task, model)
        able = identity.actors(app, session, [given.to]) if promises else ()
    is_theirs = not able or rights.is_candidate(task, able[0])
    agreed = given.agreed if isinstance(given, Judged) else None
    return Judged(given.reason, given.to, () if is_theirs else promises, agreed)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Name them, take it off the lists of others, and settle that nobody could be found.

    Whom it is not promised to does it when a second admin agrees.
    """
    task = replace(seen.task, assignee=given.to, claimed_at=None)
    if given.to is not None:
        takers.require_able(step.session, seen.task, {"to": given.to})
    if isinstance(given, Judged):
        waiver = _asked(step, seen, given)
        if waiver is not None:
            return Deed(answer=waiver)
    if task.is_for_nobody:
        raise Conflict("There is nobody to give this task back to.")
    rows.reoffer(step, task)
    step.tell(offering.news(step, task))
    step.settled_tokens.append(task.token_id)
    return Deed(
        {"assignee": given.to, "claimed_at": None, "lender": None, "held": None},
        event="assigned",
        note=given.reason,
        audit="task.assigned",
        facts={"to": given.to, "reason": given.reason},
    )


def _asked(step: Step, seen: Seen, given: Judged) -> WaiverView | None:
    """Return the request that assigning became, where somebody has to agree first."""
    name = given.to or ""
    shown = identity.display_names(step.session, [name]).get(name, name)
    what = Text("Assign “{task}” to {person}", task=seen.task.name, person=shown)
    order = {"task": seen.task.id, "to": given.to}
    return waivers.guard(step, ACT, order, what, given.reason, given.promises, given.agreed)


ACTION = Action(
    "assign",
    Text("Assign"),
    Given,
    offered,
    do,
    prepare,
    reason_required=True,
    is_asked=True,
    done=Text("“{name}” has been assigned."),
)
