"""What only cases of the first release (0.1) need at run time.

Their drawings keep what is true of a campaign among the variables of its own process, and a change order
carries the changed ones among its own until it says `plan_applied`. While such a case runs on its drawings
its facts are kept in step with them; when it moves onto drawings of today they are filled from its scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from service.engine import v0_1
from service.engine.case.schema import Fact, WrongKind
from service.engine.definition import Model
from service.engine.progress import NewFact, Progress, ScopeView
from service.runtime.step import fact_rows
from service.runtime.step.case_facts import CaseFacts
from service.runtime.step.step import Step
from service.store import cases

CHANGE_ORDER, APPLIED = "change_order", "plan_applied"
CHANGED = (
    *("start_date", "end_date", "plan_version", "plan_total", "reserve_rate", "linked_total"),
    *("budget_total", "tier", "approver_group", "agreed", "kpi_needed"),
)
"""The facts that a change order may change."""
_VARIABLES: Mapping[str, str] = {name: name for name in v0_1.CASE.facts} | {"outcome": "execution_outcome"}
"""Under which variable a fact stood."""


def is_of_first_release(model: Model) -> bool:
    """Say whether a manifest is one of the first release: it draws the campaign and declares no facts."""
    return model.case is v0_1.CASE


def decide(step: Step, progress: Progress | None) -> None:
    """Let what an instance has changed among its variables change the facts. Nothing for later drawings."""
    if progress is not None and is_of_first_release(step.model):
        step.new_facts += _written(step, _stored_variables(step), progress.variables)


def write(step: Step, progress: Progress | None) -> None:
    """The facts are written by the step itself."""


def payload(step: Step) -> Mapping[str, Any]:
    """Return the facts as an instance of the first release expects them with the message of a change."""
    if not is_of_first_release(step.model):
        return {}
    visible = step.facts.visible()
    return {name: visible[name] for name in CHANGED}


def fill(step: Step, new: Model, scopes: Callable[[], Sequence[ScopeView]]) -> None:
    """Let the facts of a case that moves onto drawings of today be what its scopes say, the innermost first.

    For a change order under way they are proposals, for everything else beside the campaign there are none.
    """
    if not is_of_first_release(step.model) or is_of_first_release(new):
        return
    facts = CaseFacts(step.session, step.instance, new.case)
    names = _VARIABLES if facts.leads else CHANGED if _proposes(step) else ()
    known, stood = facts.visible(), scopes() if names else ()
    found = {name: value for name in names if (value := _innermost(stood, _VARIABLES[name])) is not None}
    changed = [
        fact
        for fact in _facts(step, found, found, is_in_call=not facts.leads)
        if fact.name in known and fact.value != known[fact.name]
    ]
    fact_rows.write(step, facts, changed)


def _written(step: Step, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[NewFact]:
    if after.get(APPLIED) is True and before.get(APPLIED) is not True:
        _apply(step)
        return _facts(step, after, CHANGED)
    if step.instance.definition != v0_1.MAIN:
        return ()
    names = [name for name, variable in _VARIABLES.items() if after.get(variable) != before.get(variable)]
    return _facts(step, after, names) if names and step.facts.leads else ()


def _stored_variables(step: Step) -> Mapping[str, Any]:
    """Return the variables as they were when the step began."""
    return step.stored["variables"] if step.stored is not None else {}


def _proposes(step: Step) -> bool:
    is_applied = step.instance.variables.get(APPLIED) is True
    return step.instance.definition == CHANGE_ORDER and not is_applied


def _innermost(scopes: Sequence[ScopeView], variable: str) -> Any:
    """Return the value in the innermost scope that changed it from what the root says."""
    root = scopes[0].variables.get(variable)
    deep = sorted(scopes, key=lambda scope: scope.path.count("/"), reverse=True)
    values = (scope.variables.get(variable) for scope in deep if scope.path)
    return next((value for value in values if value is not None and value != root), root)


def _facts(
    step: Step, values: Mapping[str, Any], names: Iterable[str], *, is_in_call: bool = False
) -> Iterator[NewFact]:
    for name in names:
        value = values.get(_VARIABLES[name], values.get(name))
        accepted = _accepted(v0_1.CASE.facts[name], value)
        if accepted is not None:
            yield NewFact(name, accepted, "", "", "", step.instance.definition, is_in_call)


def _accepted(fact: Fact, value: Any) -> Any:
    """Return a variable as the fact it is, None for what it cannot be: nothing guarded its kind then."""
    try:
        return None if value is None else fact.accept(value)
    except WrongKind:
        return None


def _apply(step: Step) -> None:
    application = cases.add_application(
        step.session,
        step.instance.id,
        number=step.instance.business_key,
        by=step.actor.name,
        at=step.now,
        activity_id="",
        activity_path="",
    )
    step.cover("case_application", application)
