"""Moving tokens by hand (调整): what would open, close, be lost and be set aside is shown first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from service.engine.motion.modifying import Modification
from service.engine.progress import ActiveToken
from service.runtime import identity
from service.runtime.identity.rights import require
from service.runtime.identity.visibility import require_visible
from service.runtime.mending import reasons, variables
from service.runtime.promises import judging, waivers
from service.runtime.promises.judging import After, PromiseView
from service.runtime.promises.waivers import Agreed, WaiverView
from service.runtime.step import showing
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import on_instance
from service.runtime.step.views import ActiveView, StateView, View
from service.runtime.tasks import answering
from service.wording import SILENT, Text, joined

RIGHT, ACT = "instance.modify", "modify"


@dataclass(frozen=True)
class LostView(View):
    """Variables that end with a token, by the path of their scope."""

    scope: str
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class ModificationView(View):
    """What moving tokens does: places opened and closed, what is lost, and the promises it sets aside.

    `instance`: as it stands after, None on a dry run. `waiver`: what was asked for in its stead, because a
    second admin has to agree.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"waiver"})

    opened: tuple[ActiveView, ...]
    closed: tuple[ActiveView, ...]
    lost: tuple[LostView, ...]
    promises: tuple[PromiseView, ...] = ()
    instance: StateView | None = None
    waiver: WaiverView | None = None


def modify(
    app: Application,
    actor: Actor,
    instance_id: str,
    *,
    cancel: Sequence[str] = (),
    start: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> ModificationView:
    """Take tokens away and start activities (by path) in an active case, its variables set before.

    InvalidInput says why it cannot be done: a join would wait for ever, nothing would be left, no such place.
    Where it would set a promise of the company aside it is asked for, and done when a second admin agrees.
    """
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
    require(actor, RIGHT)
    why = "" if dry_run else reasons.required(reason)
    known = answering.as_values(values, "variables") if values else {}
    given = {"cancel": list(cancel), "start": list(start), "variables": known}
    after, promises = judging.look(app, actor, instance_id, partial(foresee, given))
    seen = _view(after.shown, promises)
    if dry_run:
        return seen
    with on_instance(app, instance_id, actor) as step:
        identity.require_still(app, step.session, actor, RIGHT)
        waiver = carry_out(app, step, given, why)
    if waiver is not None:
        return replace(seen, waiver=waiver)
    return replace(seen, instance=showing.state(step))


def foresee(given: Mapping[str, Any], step: Step) -> After:
    """Return how the case would stand."""
    values = variables.checked_in(step, "", given["variables"]) if given["variables"] else {}
    done = step.engine.preview(cancel=given["cancel"], start=given["start"], variables=values)
    come = frozenset(tuple(each.activity_path.split("/")) for each in done.opened)
    return After(done.stand, come, shown=done)


def carry_out(
    app: Application, step: Step, given: Mapping[str, Any], why: str, agreed: Agreed | None = None
) -> WaiverView | None:
    """Move the tokens; the request that became of it where somebody has to agree first."""
    after = foresee(given, step)
    promises = judging.judged(app, step, after)
    waiver = waivers.guard(step, ACT, given, _what(after.shown), why, promises, agreed)
    if waiver is not None:
        return waiver
    values = given["variables"]
    before, now = variables.set_in(step, "", values) if values else ({}, {})
    done = step.engine.modify(cancel=given["cancel"], start=given["start"])
    closed, opened = ([each.activity_path for each in places] for places in (done.closed, done.opened))
    step.line("modified", why)
    step.audit("instance.modified", closed=closed, opened=opened, before=before, after=now, reason=why)
    return None


def _what(done: Modification) -> Text:
    """Say what moving tokens does, in the words of the drawing."""
    closed, opened = _named(done.closed), _named(done.opened)
    if closed and opened:
        return Text("Move by hand: {closed} ends, {opened} begins", closed=closed, opened=opened)
    if opened:
        return Text("Move by hand: {opened} begins", opened=opened)
    return Text("Move by hand: {closed} ends", closed=closed)


def _named(places: Sequence[ActiveToken]) -> Text:
    names = dict.fromkeys(each.name or each.activity_id for each in places)
    return joined([Text("“{name}”", name=name) for name in names], "{first}, {rest}") if names else SILENT


def _view(done: Modification, promises: tuple[PromiseView, ...]) -> ModificationView:
    lost = tuple(LostView(each.path, dict(each.variables)) for each in done.lost if each.variables)
    return ModificationView(_places(done.opened), _places(done.closed), lost, promises)


def _places(tokens: Sequence[ActiveToken]) -> tuple[ActiveView, ...]:
    return showing.active(tokens)
