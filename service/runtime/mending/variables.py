"""Correcting variables: only those there are, of the kind they have, before and after on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from service.engine.files.nearest import suggestion
from service.errors import FieldError, InvalidInput, ServiceError
from service.feel import codec
from service.feel.values import Months
from service.runtime import identity
from service.runtime.identity.rights import require
from service.runtime.identity.visibility import require_visible
from service.runtime.mending import reasons
from service.runtime.promises import judging, waivers
from service.runtime.promises.judging import After, PromiseView
from service.runtime.promises.waivers import Agreed, WaiverView
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.step.views import View
from service.runtime.tasks import answering
from service.wording import Text

RIGHT, ACT = "instance.correct", "variables"
_NUMBERS = (int, float, Decimal)
_MOMENTS: tuple[type[Any], ...] = (datetime, date, time)


@dataclass(frozen=True)
class CorrectionView(View):
    """What variables of a scope were and are, and the promises that sets aside.

    `waiver`: what was asked for in its stead, because a second admin has to agree.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"waiver"})

    instance_id: str
    scope: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    promises: tuple[PromiseView, ...] = ()
    waiver: WaiverView | None = None


def correct(
    app: Application,
    actor: Actor,
    instance_id: str,
    variables: Mapping[str, Any],
    reason: str = "",
    *,
    scope: str = "",
    dry_run: bool = False,
) -> CorrectionView:
    """Give variables of a scope (its path; "" is the instance's own) other values. Nothing moves by that.

    InvalidInput names what does not exist there, and values of another kind than the one that is there.
    Where the case could then go past what the company promises, it is asked for instead of done.
    """
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
    require(actor, RIGHT)
    why = "" if dry_run else reasons.required(reason)
    given = {"scope": scope, "variables": answering.as_values(variables, "variables")}
    if not variables:
        raise InvalidInput(errors=[FieldError("variables", "no variable was given")])
    after, promises = judging.look(app, actor, instance_id, partial(foresee, given), states=RUNNING)
    before, now = after.shown
    seen = CorrectionView(instance_id, scope, before, now, promises)
    if dry_run:
        return seen
    with on_instance(app, instance_id, actor, states=RUNNING) as step:
        identity.require_still(app, step.session, actor, RIGHT)
        return replace(seen, waiver=carry_out(app, step, given, why))


def foresee(given: Mapping[str, Any], step: Step) -> After:
    """Return how the case would stand, and what the variables are and would be."""
    scope, values = given["scope"], given["variables"]
    known, after = step.engine.correct(scope or "root", {}), checked_in(step, scope, values)
    stand = step.engine.stand()
    scopes = tuple(
        replace(each, variables={**each.variables, **after}) if each.id == known.id else each
        for each in stand.scopes
    )
    before = {name: known.variables[name] for name in after}
    return After(replace(stand, scopes=scopes), shown=(before, after))


def carry_out(
    app: Application, step: Step, given: Mapping[str, Any], why: str, agreed: Agreed | None = None
) -> WaiverView | None:
    """Set the variables; the request that became of it where somebody has to agree first."""
    scope, values = given["scope"], given["variables"]
    promises = judging.judged(app, step, foresee(given, step))
    names = "、".join(values)
    waiver = waivers.guard(step, ACT, given, Text("Correct: {names}", names=names), why, promises, agreed)
    if waiver is not None:
        return waiver
    before, after = set_in(step, scope, values)
    step.line("variables_corrected", f"{', '.join(after)}: {why}")
    step.audit("instance.variables", scope=scope, before=before, after=after, reason=why)
    return None


def set_in(step: Step, scope: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set variables of a scope in a step; return what they were and are. InvalidInput for what cannot be."""
    known = step.engine.correct(scope or "root", {}).variables
    after = checked_in(step, scope, given)
    step.engine.correct(scope or "root", after)
    return {name: known[name] for name in after}, after


def checked_in(step: Step, scope: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as those of the variables they are for. InvalidInput for what cannot be."""
    return _checked(step, step.engine.correct(scope or "root", {}).variables, given)


def _checked(step: Step, known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    wrong, found = [], {}
    for name, value in given.items():
        if name not in known:
            text = Text("There is no variable {name!r} here.{hint}", name=name, hint=suggestion(name, known))
            wrong.append(FieldError(f"variables.{name}", text))
            continue
        try:
            found[name] = _as_kind(step, known[name], value)
        except (ValueError, ServiceError):
            kind = Text(kind_of(known[name]))
            text = Text("{name!r} is {kind}, and stays it.", name=name, kind=kind)
            wrong.append(FieldError(f"variables.{name}", text))
    if wrong:
        raise InvalidInput(errors=wrong)
    return found


def kind_of(value: Any) -> str:
    """Return what kind of value this is, in words."""
    if value is None:
        return Text("nothing yet")
    if isinstance(value, bool):
        return Text("true or false")
    if isinstance(value, datetime):
        return Text("a date and time")
    kinds: tuple[tuple[Any, Text], ...] = (
        (_NUMBERS, Text("a number")),
        (str, Text("a text")),
        (date, Text("a date")),
        (time, Text("a time")),
        ((timedelta, Months), Text("a duration")),
        ((list, tuple), Text("a list")),
    )
    return next((text for kind, text in kinds if isinstance(value, kind)), Text("a context"))


def _as_kind(step: Step, before: Any, value: Any) -> Any:
    """Return a value given as JSON as one of the kind it replaces. ValueError when it is of another."""
    if before is None or value is None:
        return value
    if isinstance(before, (timedelta, Months)):
        parsed = step.feel.evaluate("duration(given)", {"given": _text(value)}, now=step.now)
        return _if(isinstance(parsed, (timedelta, Months)), parsed)
    for kind in _MOMENTS:
        if isinstance(before, kind):
            return kind.fromisoformat(_text(value))
    if isinstance(before, bool) or isinstance(value, bool):
        return _if(isinstance(before, bool) and isinstance(value, bool), value)
    for kinds in (_NUMBERS, str, (list, tuple), Mapping):
        if isinstance(before, kinds):
            return _if(isinstance(value, kinds), value)
    return _if(type(before) is type(codec.loads(codec.dumps(value))), value)


def _text(value: Any) -> str:
    return str(_if(isinstance(value, str), value))


def _if(is_right: bool, value: Any) -> Any:
    if not is_right:
        raise ValueError("another kind")
    return value
