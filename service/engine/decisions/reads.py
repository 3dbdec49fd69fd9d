"""Which variables a decision must be given."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.decisions.model import Decision
from service.feel import parse


def expressions(decision: Decision) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether it is a unary test) of everything in a decision that FEEL has to evaluate."""
    yield from ((column.expression, False) for column in decision.inputs if column.expression)
    if decision.literal:
        yield decision.literal, False
    for rule in decision.rules:
        yield from ((text, True) for text, cell in zip(rule.inputs, rule.cells, strict=True) if cell is None)
        for text, result in zip(rule.outputs, rule.results, strict=True):
            if text and result is None:
                yield text, False


def reads(decision: Decision) -> frozenset[str]:
    """Return the names of the variables the decision, and those it requires, must be given."""
    names = {name for text, unary in expressions(decision) for name in parse(text, unary=unary).names}
    own = {column.variable for column in decision.inputs} | {"?"}
    own |= {other.variable for other in decision.requires}
    return frozenset(names - own).union(*map(reads, decision.requires))


def paths(decision: Decision) -> frozenset[str]:
    """Return the dotted reads of the decision and of those it requires: `case.tier`."""
    own = {path for text, unary in expressions(decision) for path in parse(text, unary=unary).paths}
    return frozenset(own).union(*map(paths, decision.requires))
