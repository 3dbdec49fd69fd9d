"""Which of the matching rules counts, and what several of them give together: the hit policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.engine.decisions.model import SINGLE_HIT, Decision
from service.engine.decisions.values import conforms, plain
from service.errors import DecisionError
from service.wording import Text

Row = dict[str, Any]
AGGREGATES: Mapping[str, Callable[[list[Any]], Any]] = {"SUM": sum, "MIN": min, "MAX": max}


def failure(decision: Decision, message: str, **detail: Any) -> DecisionError:
    """Return the error of a decision that gives no usable result."""
    text = Text("Decision {decision}: {reason}", decision=decision.id, reason=message)
    return DecisionError(text, decision=decision.id, **detail)


def outcome(
    decision: Decision, matched: Sequence[int], rows: list[Row]
) -> tuple[Row | list[Row], Sequence[int]]:
    """Return what the rows of the rules that matched (from 0) come to, and which of the rules that is of.

    Raises DecisionError.
    """
    if decision.hit_policy in SINGLE_HIT:
        chosen = _chosen(decision, matched, rows)
        agrees = decision.hit_policy == "ANY"
        return rows[chosen], matched if agrees else matched[chosen : chosen + 1]
    if decision.aggregation:
        return _aggregated(decision, rows), matched
    if decision.hit_policy == "OUTPUT ORDER":
        return sorted(rows, key=lambda row: _rank(decision, row)), matched
    return rows, matched


def _chosen(decision: Decision, matched: Sequence[int], rows: list[Row]) -> int:
    """Return which of the rows stands."""
    policy, rules = decision.hit_policy, ", ".join(str(number + 1) for number in matched)
    if not rows:
        raise failure(decision, Text("no rule matches the inputs; add a rule or a default output."))
    if policy == "UNIQUE" and len(rows) > 1:
        message = Text("rules {rules} match together, but only one may.", rules=rules)
        raise failure(decision, message, matched_rules=rules)
    if policy == "ANY" and any(row != rows[0] for row in rows):
        message = Text("rules {rules} match together and disagree.", rules=rules)
        raise failure(decision, message, matched_rules=rules)
    return min(range(len(rows)), key=lambda row: _rank(decision, rows[row])) if policy == "PRIORITY" else 0


def _rank(decision: Decision, row: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the place of a row in the order of the allowed output values."""
    places = []
    for column in decision.outputs:
        order = [plain(literal.value) for literal in column.allowed]
        if row[column.name] not in order:
            message = Text(
                "{value} is not among the allowed values of {column!r}.",
                value=repr(row[column.name]),
                column=column.name,
            )
            raise failure(decision, message)
        places.append(order.index(row[column.name]))
    return tuple(places)


def _aggregated(decision: Decision, rows: list[Row]) -> Row:
    name, kind = decision.outputs[0].name, decision.aggregation
    values = [row[name] for row in rows]
    if kind == "COUNT":
        return {name: len(values)}
    if not values:
        message = Text("no rule matches, so there is no {kind}; add a rule or a default output.", kind=kind)
        raise failure(decision, message)
    if not all(conforms(value, "number") for value in values):
        message = Text("{kind} needs numbers, but the rules gave {values}.", kind=kind, values=repr(values))
        raise failure(decision, message)
    return {name: plain(AGGREGATES[kind](values))}
