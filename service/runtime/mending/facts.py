"""Correcting facts of a case: only those there are, of their kind, with what the company's tables make of it.

Where a sentence of `guarantees.yaml` says that a fact is what a table says, and the table is given one that
is corrected, it is asked again and its fact follows in the same act: a total, and with it the tier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from service.engine import decisions
from service.engine.case.kinds import KINDS
from service.engine.case.schema import fact_of
from service.engine.files.nearest import suggestion
from service.engine.guarantees.formulas import formula, names_in
from service.engine.guarantees.model import Agrees
from service.engine.progress import NewFact
from service.errors import FieldError, InvalidInput, ServiceError
from service.feel import strip_equals
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

RIGHT, ACT = "instance.correct", "facts"


@dataclass(frozen=True)
class FactsView(View):
    """What facts of a case were and are, those that follow from a table too, and the promises set aside."""

    hidden: ClassVar[frozenset[str]] = frozenset({"waiver"})

    instance_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    promises: tuple[PromiseView, ...] = ()
    waiver: WaiverView | None = None


def correct(
    app: Application,
    actor: Actor,
    instance_id: str,
    facts: Mapping[str, Any],
    reason: str = "",
    *,
    dry_run: bool = False,
) -> FactsView:
    """Give facts of the case of a running instance other values; nothing moves by that.

    InvalidInput names what is no fact of it, and values of another kind. Where the case could then go past
    what the company promises, it is asked for instead of done.
    """
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
    require(actor, RIGHT)
    why = "" if dry_run else reasons.required(reason)
    given = {"facts": answering.as_values(facts, "facts")}
    if not facts:
        raise InvalidInput(errors=[FieldError("facts", "no fact was given")])
    after, promises = judging.look(app, actor, instance_id, partial(foresee, app, given), states=RUNNING)
    seen = FactsView(instance_id, after.shown, after.facts, promises)
    if dry_run:
        return seen
    with on_instance(app, instance_id, actor, states=RUNNING) as step:
        identity.require_still(app, step.session, actor, RIGHT)
        return replace(seen, waiver=carry_out(app, step, given, why))


def foresee(app: Application, given: Mapping[str, Any], step: Step) -> After:
    """Return how the case would stand, and what its facts were."""
    known = step.facts.visible()
    changed = _accepted(step, given["facts"])
    changed |= dict(_following(app, step, {**known, **changed}, changed))
    return After(step.engine.stand(), facts=changed, shown={name: known[name] for name in changed})


def carry_out(
    app: Application, step: Step, given: Mapping[str, Any], why: str, agreed: Agreed | None = None
) -> WaiverView | None:
    """Set the facts; the request that became of it where somebody has to agree first."""
    after = foresee(app, given, step)
    promises = judging.judged(app, step, after)
    schema = step.model.case.facts
    names = "、".join(schema[name].label for name in after.facts)
    waiver = waivers.guard(step, ACT, given, Text("Correct: {names}", names=names), why, promises, agreed)
    if waiver is not None:
        return waiver
    place = {"token_id": "", "activity_id": "", "activity_path": "", "definition": step.instance.definition}
    step.new_facts += [
        NewFact(name, value, is_in_call=False, **place)
        for name, value in after.facts.items()
        if after.shown[name] != value
    ]
    step.line("facts_corrected", f"{names}: {why}")
    step.audit("instance.facts", before=after.shown, after=after.facts, reason=why)
    return None


def _accepted(step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as those of the facts they are for. InvalidInput for what cannot be."""
    wrong, found, known = [], {}, step.model.case.facts
    for name, value in given.items():
        if name not in known:
            text = Text("There is no fact case.{name}.{hint}", name=name, hint=suggestion(name, known))
            wrong.append(FieldError(f"facts.{name}", text))
            continue
        fact = known[name]
        try:
            is_empty = value is None and fact.initial is None
            found[name] = fact.accept(None if is_empty else KINDS[fact.kind].read(value))
        except ServiceError as error:
            wrong.append(FieldError(f"facts.{name}", error.message))
        except (ValueError, ArithmeticError):
            text = Text("{name!r} is {kind}, and stays it.", name=name, kind=KINDS[fact.kind].title)
            wrong.append(FieldError(f"facts.{name}", text))
    if wrong:
        raise InvalidInput(errors=wrong)
    return found


def _following(
    app: Application, step: Step, facts: Mapping[str, Any], changed: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield what facts become that a table says, where it is given one that changes."""
    for guarantee in judging.promised(app, step.session, step.model):
        claim = guarantee.claim
        fact = fact_of(claim.fact) if isinstance(claim, Agrees) else None
        if not isinstance(claim, Agrees) or fact is None or fact in changed:
            continue
        asked = {name for _, written in claim.given for name in names_in(formula(written))}
        if asked.isdisjoint(f"case.{name}" for name in changed):
            continue
        values = {
            name: step.feel.evaluate(strip_equals(written), {"case": facts}, now=step.now)
            for name, written in claim.given
        }
        said = decisions.evaluate(step.model.decisions[claim.decision], values, step.feel, step.now).outputs
        if isinstance(said, Mapping) and len(said) == 1:
            yield fact, step.model.case.facts[fact].accept(next(iter(said.values())))
