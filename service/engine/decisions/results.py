"""The shapes in which a decision's outputs are handed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.engine.decisions.model import Decision, DecisionResult
from service.errors import DecisionError
from service.wording import Text


def value_of(decision: Decision, result: DecisionResult) -> Any:
    """Return what decisions that require this one see: the bare value of a single output, else contexts."""
    if len(decision.outputs) > 1:
        return result.outputs
    if isinstance(result.outputs, list):
        return [next(iter(entry.values())) for entry in result.outputs]
    return next(iter(result.outputs.values()))


def map_result(result: DecisionResult, mapping: str) -> Any:
    """Return the outputs in the shape a rule task asks for by `mapDecisionResult`.

    singleEntry: the only value · singleResult: the only {name: value} · collectEntries: a list of values ·
    resultList: a list of {name: value}. Raises DecisionError when the outputs do not have that shape.
    """
    rows = result.outputs if isinstance(result.outputs, list) else [result.outputs]
    if mapping == "resultList":
        return [dict(row) for row in rows]
    if mapping == "singleResult":
        return dict(_only(rows, Text("result")))
    if mapping == "collectEntries":
        return [_only(list(row.values()), Text("output")) for row in rows]
    if mapping == "singleEntry":
        return _only(list(_only(rows, Text("result")).values()), Text("output"))
    raise DecisionError(Text("The result mapping {mapping!r} is unknown.", mapping=mapping), mapping=mapping)


def _only(values: Sequence[Any], what: str) -> Any:
    if len(values) != 1:
        raise DecisionError(
            Text(
                "Exactly one {what} is expected here, but the decision gives {count}.",
                what=what,
                count=len(values),
            )
        )
    return values[0]
