"""What a formula may come to, given what is known of the variables it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service.engine.decisions.cells import Literal
from service.engine.guarantees.formulas import (
    Called,
    Chosen,
    Compared,
    Constant,
    Filtered,
    Formula,
    Joined,
    Listed,
    Name,
)
from service.engine.guarantees.values import (
    ANY_LIST,
    ANYTHING,
    BOTH,
    FALSE,
    TRUE,
    UNKNOWN,
    Members,
    Value,
    Values,
    compared,
    concatenated,
    truth,
)

Known = Mapping[str, Value]
"""What is known of variables, by name; a name that is not there may have any value."""


_TRUE_ALONE: Values = frozenset({TRUE})


def possible(formula: Formula, known: Known) -> Values:
    """Return the values a formula may have. A value it cannot have is never among them by mistake only."""
    if isinstance(formula, Constant):
        return frozenset({formula.value})
    if isinstance(formula, Name):
        return frozenset({known.get(formula.path, UNKNOWN)})
    found = _POSSIBLE.get(type(formula))
    return found(formula, known) if found is not None else ANYTHING


def may_be(formula: Formula, known: Known) -> tuple[bool, bool]:
    """Say whether a condition may be true, and whether it may be anything else."""
    values = possible(formula, known)
    return TRUE in values or UNKNOWN in values, values != _TRUE_ALONE


def _compared(formula: Compared, known: Known) -> Values:
    rights = possible(formula.right, known)
    return frozenset().union(
        *(
            truth(compared(formula.operator, left, right))
            for left in possible(formula.left, known)
            for right in rights
        )
    )


def _joined(formula: Joined, known: Known) -> Values:
    decides = FALSE if formula.word == "and" else TRUE
    left, right = (_truths(each, known) for each in (formula.left, formula.right))
    found = frozenset({decides}) if decides in left or decides in right else frozenset()
    other = TRUE if decides == FALSE else FALSE
    return found | {other} if other in left and other in right else found


def _truths(formula: Formula, known: Known) -> Values:
    values = possible(formula, known)
    return BOTH if UNKNOWN in values else values & BOTH


def _chosen(formula: Chosen, known: Known) -> Values:
    may, may_not = may_be(formula.condition, known)
    found: Values = possible(formula.then, known) if may else frozenset()
    return found | possible(formula.otherwise, known) if may_not else found


def _called(formula: Called, known: Known) -> Values:
    arguments = formula.arguments
    if formula.function == "concatenate":
        return frozenset({concatenated(_members(each, known) for each in arguments)})
    if formula.function == "distinct values" and len(arguments) == 1:
        return frozenset({_members(arguments[0], known)})
    if formula.function == "not" and len(arguments) == 1:
        return frozenset({FALSE if each == TRUE else TRUE for each in _truths(arguments[0], known)})
    if formula.function == "list contains" and len(arguments) == 2:
        held = _members(arguments[0], known)
        return frozenset().union(
            *(
                truth(held.holds(entry) if isinstance(entry, Literal) else None)
                for entry in possible(arguments[1], known)
            )
        )
    return ANYTHING


def _members(formula: Formula, known: Known) -> Members:
    """Return what is known of a list. Of several it may be, only what is true of all."""
    found = [each if isinstance(each, Members) else ANY_LIST for each in possible(formula, known)]
    if len(found) == 1:
        return found[0]
    named = frozenset[Literal]().union(*(each.inside | each.outside for each in found))
    inside = frozenset(entry for entry in named if all(each.holds(entry) for each in found))
    outside = frozenset(entry for entry in named if all(each.holds(entry) is False for each in found))
    return Members(inside, outside, is_open=True)


def _listed(formula: Listed, known: Known) -> Values:
    inside, is_open = set(), False
    for item in formula.items:
        values = possible(item, known)
        [only] = values if len(values) == 1 else [UNKNOWN]
        if isinstance(only, Literal):
            inside.add(only)
        else:
            is_open = True
    return frozenset({Members(frozenset(inside), is_open=is_open)})


def _filtered(formula: Filtered, known: Known) -> Values:
    held = _members(formula.items, known)
    kept, dropped = set(), set(held.outside)
    for entry in held.inside:
        may, may_not = may_be(formula.condition, {**known, "item": entry})
        if not may_not:
            kept.add(entry)
        elif not may:
            dropped.add(entry)
    is_open = held.is_open or len(kept) + len(dropped - held.outside) < len(held.inside)
    return frozenset({Members(frozenset(kept), frozenset(dropped), is_open)})


_POSSIBLE: Mapping[type, Callable[..., Values]] = {
    Compared: _compared,
    Joined: _joined,
    Chosen: _chosen,
    Called: _called,
    Listed: _listed,
    Filtered: _filtered,
}
