"""What each function of an expression takes and gives: those of `service/assets/feel/functions.js`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from service.engine.kinds.model import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS,
    DURATIONS,
    EVERYTHING,
    LIST,
    MOMENTS,
    MONTHS,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    Kind,
    join,
    join_all,
    listed,
    of,
)

Result = Callable[[Sequence[Kind]], Kind]
DAY = DATE | DATE_TIME
_IN_MONTHS = re.compile(r"-?P(?=\d)(\d+Y)?(\d+M)?")


@dataclass(frozen=True)
class Function:
    """One function: the kinds its values may be of, how many it needs at least, and what it gives.

    With `rest` any number of further values of that kind may follow, or one list of them.
    """

    takes: tuple[int, ...]
    gives: Result
    needs: int
    rest: int = 0


def _f(gives: Kind | Result, *takes: int, needs: int | None = None) -> Function:
    return Function(takes, _always(gives), len(takes) if needs is None else needs)


def _many(gives: Kind | Result, rest: int) -> Function:
    return Function((), _always(gives), 0, rest)


def _always(gives: Kind | Result) -> Result:
    return (lambda _: gives) if isinstance(gives, Kind) else gives


def elements_of(kind: Kind) -> Kind:
    """Return the kind of what is in a list; what is no list counts as a list of itself."""
    inside = kind.elements if kind.bits & LIST else NEVER
    alone = kind.only(EVERYTHING & ~(LIST | NULL))
    return join(inside, alone) if not kind.is_unknown else ANY


def _spread(given: Sequence[Kind]) -> Kind:
    """Return the kind of each of the values that a function with many of them is given."""
    return elements_of(given[0]) if len(given) == 1 else join_all(given)


def _same_list(given: Sequence[Kind]) -> Kind:
    return listed(elements_of(given[0])) if given else ANY


def _longer_list(given: Sequence[Kind]) -> Kind:
    return listed(join(elements_of(given[0]), join_all(given[1:]))) if given else ANY


def _one_list(given: Sequence[Kind]) -> Kind:
    return listed(join_all(elements_of(each) for each in given))


def _extreme(given: Sequence[Kind]) -> Kind:
    return _spread(given).or_null() if given else ANY


def _duration(given: Sequence[Kind]) -> Kind:
    written = given[0].texts if given else None
    if written is None or len(written) != 1:
        return of(DURATIONS)
    return of(MONTHS if _IN_MONTHS.fullmatch(next(iter(written))) else DAYS)


_NUMBER, _TEXT, _AMOUNT = of(NUMBER), of(TEXT), of(NUMBER | NULL)
_WORKDAY = DAY | TEXT
FUNCTIONS: Mapping[str, Function] = {
    "number": _f(_NUMBER, NUMBER | TEXT, TEXT, TEXT, needs=1),
    "string": _f(_TEXT, EVERYTHING),
    "not": _f(TRUTH, BOOLEAN),
    "substring": _f(_TEXT, TEXT, NUMBER, NUMBER, needs=2),
    "string length": _f(_NUMBER, TEXT),
    "upper case": _f(_TEXT, TEXT),
    "lower case": _f(_TEXT, TEXT),
    "substring before": _f(_TEXT, TEXT, TEXT),
    "substring after": _f(_TEXT, TEXT, TEXT),
    "replace": _f(_TEXT, TEXT, TEXT, TEXT, TEXT, needs=3),
    "contains": _f(TRUTH, TEXT, TEXT),
    "matches": _f(TRUTH, TEXT, TEXT, TEXT, needs=2),
    "starts with": _f(TRUTH, TEXT, TEXT),
    "ends with": _f(TRUTH, TEXT, TEXT),
    "split": _f(listed(_TEXT), TEXT, TEXT),
    "string join": _f(_TEXT, LIST, TEXT, needs=1),
    "list contains": _f(TRUTH, EVERYTHING, EVERYTHING),
    "index of": _f(listed(_NUMBER), LIST, EVERYTHING),
    "list replace": _f(of(LIST), LIST, EVERYTHING, EVERYTHING),
    "count": _f(_NUMBER, EVERYTHING),
    "all": _many(TRUTH, EVERYTHING),
    "any": _many(TRUTH, EVERYTHING),
    "sublist": _f(_same_list, EVERYTHING, NUMBER, NUMBER, needs=2),
    "append": Function((EVERYTHING,), _longer_list, 1, EVERYTHING),
    "concatenate": _many(_one_list, EVERYTHING),
    "insert before": _f(_longer_list, EVERYTHING, NUMBER, EVERYTHING),
    "remove": _f(_same_list, EVERYTHING, NUMBER),
    "reverse": _f(_same_list, EVERYTHING),
    "union": _many(_one_list, EVERYTHING),
    "flatten": _f(of(LIST), EVERYTHING),
    "distinct values": _f(_same_list, LIST),
    "sort": _f(_same_list, EVERYTHING, EVERYTHING, needs=1),
    "median": _many(_AMOUNT, NUMBER),
    "stddev": _many(_AMOUNT, NUMBER),
    "mode": _many(of(LIST), NUMBER),
    "sum": _many(_AMOUNT, NUMBER),
    "mean": _many(_AMOUNT, NUMBER),
    "product": _many(_AMOUNT, NUMBER),
    "min": _many(_extreme, EVERYTHING),
    "max": _many(_extreme, EVERYTHING),
    "sqrt": _f(_NUMBER, NUMBER),
    "log": _f(_NUMBER, NUMBER),
    "exp": _f(_NUMBER, NUMBER),
    "odd": _f(TRUTH, NUMBER),
    "even": _f(TRUTH, NUMBER),
    "decimal": _f(_NUMBER, NUMBER, NUMBER),
    "floor": _f(_NUMBER, NUMBER, NUMBER, needs=1),
    "ceiling": _f(_NUMBER, NUMBER, NUMBER, needs=1),
    **{f"round {how}": _f(_NUMBER, NUMBER, NUMBER) for how in ("up", "down", "half up", "half down")},
    "abs": _f(of(NUMBER | DURATIONS), NUMBER | DURATIONS),
    "modulo": _f(_AMOUNT, NUMBER, NUMBER),
    **{
        name: _f(TRUTH, EVERYTHING, EVERYTHING)
        for name in ("is", "before", "after", "meets", "met by", "overlaps", "includes")
    },
    "day of year": _f(_NUMBER, DAY),
    "week of year": _f(_NUMBER, DAY),
    "day of week": _f(_TEXT, DAY),
    "month of year": _f(_TEXT, DAY),
    "get value": _f(ANY, CONTEXT, EVERYTHING),
    "get entries": _f(listed(of(CONTEXT)), CONTEXT),
    "context": _many(of(CONTEXT), EVERYTHING),
    "context merge": _many(of(CONTEXT), EVERYTHING),
    "context put": _f(of(CONTEXT), EVERYTHING, EVERYTHING, EVERYTHING),
    "now": _f(of(DATE_TIME)),
    "today": _f(of(DATE)),
    "date": _f(of(DATE), NUMBER | TEXT | DAY, NUMBER, NUMBER, needs=1),
    "date and time": _f(of(DATE_TIME), TEXT | DAY, TIME, needs=1),
    "time": _f(of(TIME), NUMBER | TEXT | MOMENTS, NUMBER, NUMBER, EVERYTHING, needs=1),
    "duration": _f(_duration, TEXT),
    "years and months duration": _f(of(MONTHS), DAY, DAY),
    "workdays_after": _f(of(DATE_TIME), _WORKDAY, NUMBER),
    "workdays_between": _f(_NUMBER, _WORKDAY, _WORKDAY),
    "is_workday": _f(TRUTH, _WORKDAY),
    "money": _f(_NUMBER, NUMBER | TEXT),
    "total": _many(_NUMBER, NUMBER),
    "times": _many(_NUMBER, NUMBER),
    "ratio": _f(_AMOUNT, NUMBER, NUMBER),
    "deviation": _f(_AMOUNT, NUMBER, NUMBER | NULL),
    "yuan": _f(_TEXT, NUMBER | NULL),
    "percent": _f(_TEXT, NUMBER | NULL),
}
"""By name. What is not here gives anything."""


def rest_of(given: Sequence[Kind], function: Function) -> Kind:
    """Return the kind of the values beyond those a function names."""
    return _spread(given[len(function.takes) :]) if len(given) > len(function.takes) else NEVER
