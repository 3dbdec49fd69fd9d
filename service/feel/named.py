"""Expressions that only name a value (`conclusion`, `dossier.budget.lines`): read here, without crossing.

What is found is given as it would come back from the isolate; whatever the isolate might treat in another way
(a name that is not there, a date, a list in between) is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from service.feel.parsing import parse

UNKNOWN = object()
"""Said of what only the isolate can tell."""

_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_LARGEST = 2**53 - 1
_AS_IT_IS = frozenset({str, bool, type(None)})


class _OnlyThere(Exception):
    """The isolate may have something to say about this value."""


def value_of(expression: str, variables: Mapping[str, Any]) -> Any:
    """Return the value an expression names; UNKNOWN when it does more than that, or is not plain."""
    value: Any = variables
    for step in _steps(expression):
        if not isinstance(value, Mapping) or step not in value:
            return UNKNOWN
        value = value[step]
    if value is variables:
        return UNKNOWN
    try:
        return _come_back(value)
    except _OnlyThere:
        return UNKNOWN


@lru_cache(maxsize=2000)
def _steps(expression: str) -> tuple[str, ...]:
    """Return the names along the path that the whole expression is; none when it is something else."""
    text = expression.strip()
    if _PATH.fullmatch(text) is None:
        return ()
    steps, read = tuple(text.split(".")), parse(text)
    # `true` and `today` are no variables: the reader of FEEL knows.
    return steps if read.names == {steps[0]} and not read.problems else ()


def _come_back(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, Mapping):
        # Most of a budget are texts: a call for each would take longer than all the rest.
        return {
            _key(name): entry if type(entry) in _AS_IT_IS else _come_back(entry)
            for name, entry in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_come_back(entry) for entry in value]
    raise _OnlyThere


def _number(value: float | Decimal) -> int | Decimal:
    # The isolate reckons in doubles; what is none, or no exact whole number, it refuses.
    double = float(value)
    if not abs(double) <= _LARGEST:
        raise _OnlyThere
    return int(double) if double.is_integer() else Decimal(repr(double))


def _key(name: Any) -> str:
    if not isinstance(name, str) or name.startswith("__"):
        raise _OnlyThere
    return name
