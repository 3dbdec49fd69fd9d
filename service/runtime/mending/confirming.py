"""Agreeing to what somebody else has asked for: judged anew under the lock, done, and marked for good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from service.errors import Conflict, Forbidden, NotFound, ServiceError
from service.runtime import identity
from service.runtime.identity.rights import require
from service.runtime.incidents import incidents
from service.runtime.mending import facts, modifying, reasons, variables
from service.runtime.promises import judging, waivers
from service.runtime.promises.judging import After, PromiseView
from service.runtime.promises.waivers import Agreed, WaiverView
from service.runtime.releases import migrations
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import ACTIVE, RUNNING, on_instance
from service.runtime.step.views import View
from service.runtime.tasks import acting
from service.runtime.tasks.actions import assign
from service.store.models import Waiver

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Act:
    """Something that can be asked for: the right whoever asks still needs, how it is foreseen, and done."""

    right: str
    states: tuple[str, ...]
    foresee: Callable[[Application, Given, Step], After] | None
    carry_out: Callable[[Application, Step, Given, str, Agreed], object]


@dataclass(frozen=True)
class PresentView(View):
    """What a request would do as its case stands now. `problem` says why it cannot be done any more."""

    promises: tuple[PromiseView, ...]
    problem: str | None


def _assign(app: Application, step: Step, given: Given, why: str, agreed: Agreed) -> None:
    order = assign.Judged(why, given["to"], (), agreed)
    acting.perform_in(app, step, given["task"], assign.ACTION, order)


ACTS: Mapping[str, Act] = {
    modifying.ACT: Act(
        modifying.RIGHT,
        ACTIVE,
        lambda app, given, step: modifying.foresee(given, step),
        modifying.carry_out,
    ),
    variables.ACT: Act(
        variables.RIGHT,
        RUNNING,
        lambda app, given, step: variables.foresee(given, step),
        variables.carry_out,
    ),
    incidents.ACT: Act(
        incidents.RIGHT,
        ACTIVE,
        lambda app, given, step: incidents.foresee(given, step),
        incidents.carry_out,
    ),
    facts.ACT: Act(facts.RIGHT, RUNNING, facts.foresee, facts.carry_out),
    migrations.ACT: Act(migrations.RIGHT, RUNNING, migrations.foresee, migrations.carry_out),
    assign.ACT: Act("task.assign", ACTIVE, None, _assign),
}


def present(app: Application, actor: Actor, waiver_id: str) -> PresentView:
    """Return what a request would do now: its dry run, done anew. NotFound unless the actor sees it."""
    waiver = waivers.get(app, actor, waiver_id)
    act = ACTS[waiver.act]
    if waiver.state != waivers.OPEN or act.foresee is None:
        return PresentView(waiver.promises, None)
    try:
        promises = _looked(app, actor, waiver, act)
    except ServiceError as error:
        return PresentView(waiver.promises, error.message)
    return PresentView(promises, None)


def confirm(app: Application, actor: Actor, waiver_id: str, *, reason: str) -> WaiverView:
    """Agree to a request: the act is judged anew under the lock, done, and marked in the record for good.

    Forbidden for who has asked for it, or has part in the case. Conflict when it was answered meanwhile, when
    the case has moved so that it cannot be done, or would set more aside than was said.
    """
    waiver = waivers.get(app, actor, waiver_id)
    require(actor, waivers.RIGHT)
    why, act = reasons.required(reason), ACTS[waiver.act]
    if waiver.state == waivers.OPEN and act.foresee is not None:
        _can_be_done(lambda: _looked(app, actor, waiver, act))
    with on_instance(app, waiver.instance_id, actor, states=act.states) as step:
        step.actor = identity.anew(app, step.session, actor)
        agreed = waivers.take(step, waiver_id)
        _still_entitled(app, step, agreed.row, act)
        _can_be_done(lambda: act.carry_out(app, step, agreed.row.given, agreed.row.reason, agreed))
        return waivers.confirmed(step, agreed, why)


def decline(app: Application, actor: Actor, waiver_id: str, *, reason: str) -> WaiverView:
    """Decline a request, with a reason. Conflict when it was answered meanwhile."""
    instance_id = waivers.get(app, actor, waiver_id).instance_id
    require(actor, waivers.RIGHT)
    why = reasons.required(reason)
    with on_instance(app, instance_id, actor, states=RUNNING) as step:
        step.actor = identity.anew(app, step.session, actor)
        return waivers.declined(step, waivers.take(step, waiver_id).row, why)


class MovedOn(Conflict):
    """The case has moved on, and this can no longer be done."""


def _looked(app: Application, actor: Actor, waiver: WaiverView, act: Act) -> tuple[PromiseView, ...]:
    assert act.foresee is not None, "the caller has seen that"
    foresee = partial(act.foresee, app, waiver.given)
    return judging.look(app, actor, waiver.instance_id, foresee, states=act.states)[1]


def _can_be_done(act: Callable[[], object]) -> None:
    """Do something as it was asked for; what was all right then and is not now means that the case moved."""
    try:
        act()
    except (Conflict, NotFound):
        raise
    except ServiceError as error:
        if error.status >= 500:
            raise
        wrong = getattr(error, "errors", ())
        raise MovedOn(wrong[0].message if wrong else error.message) from error


def _still_entitled(app: Application, step: Step, row: Waiver, act: Act) -> None:
    """Whoever asked must still be here, and hold the right to what they asked for."""
    try:
        identity.require_still(app, step.session, identity.actor(app, row.asked_by), act.right)
    except (NotFound, Forbidden) as lost:
        raise MovedOn("Whoever asked for this may not do it any more: somebody else has to ask.") from lost
