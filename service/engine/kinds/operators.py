"""What operators make of two kinds: the rules of `service/assets/feel/operators.js`, without the values."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from service.engine.kinds.model import (
    DATE,
    DATE_TIME,
    DAYS,
    DURATIONS,
    MOMENTS,
    NULL,
    NUMBER,
    ORDERED,
    TEXT,
    Kind,
)
from service.wording import SILENT, Text

_DONE = {"+": Text("added"), "-": Text("subtracted"), "*": Text("multiplied"), "/": Text("divided")}


def done_by(operator: str) -> Text:
    """Return what an operator does with two values: they are …"""
    return _DONE.get(operator, Text("raised to a power"))


@lru_cache(maxsize=4096)
def calculated(operator: str, left: int, right: int) -> int:
    """Return what a calculation with two kinds gives; 0 where it can give nothing."""
    found = 0
    for one in _single(left):
        for other in _single(right):
            found |= _calculated(operator, one, other)
    return found


def _calculated(operator: str, one: int, other: int) -> int:
    if one == other == NUMBER:
        return NUMBER
    if operator == "+":
        return _added(one, other)
    if operator == "-":
        return DAYS if one == other and one & MOMENTS else _moved(one, other)
    if operator == "*":
        return _scaled(one, other) or _scaled(other, one)
    if operator == "/":
        return NUMBER if one == other and one & DURATIONS else _scaled(one, other)
    return 0


def _added(one: int, other: int) -> int:
    return TEXT if one == other == TEXT else _moved(one, other) or _moved(other, one)


def _moved(one: int, other: int) -> int:
    """A moment or a duration, moved by a duration."""
    if one & MOMENTS and other & DURATIONS:
        return one
    return one if one == other and one & DURATIONS else 0


def _scaled(one: int, other: int) -> int:
    return one if one & DURATIONS and other == NUMBER else 0


def _single(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low
        bits ^= low


def comparable(left: Kind, right: Kind, *, in_order: bool) -> bool:
    """Tell whether two kinds may have a value each that can be compared; null alone equals null."""
    one, other = left.bits & ~NULL, right.bits & ~NULL
    if in_order:
        return bool(one & other & ORDERED) or not (left.bits and right.bits)
    return not (one and other) or bool(one & other)


def never_same(left: Kind, right: Kind) -> bool:
    """Tell whether two kinds are texts both, and never the same one.

    What can be one text alone is a constant that somebody may still be going to change.
    """
    one, other = left.texts, right.texts
    if (left.bits & right.bits) != TEXT or not one or not other:
        return False
    return len(one | other) > 2 and one.isdisjoint(other)


def mend(operator: str, left: Kind, right: Kind) -> Text:
    """Return what to write instead of a calculation that cannot be."""
    one, other = left.bits & ~NULL, right.bits & ~NULL
    both = one | other
    if both & MOMENTS and both & NUMBER and operator in "+-":
        return Text(
            ' A time is moved by a duration: duration("PT24H"), duration("P3D"); by workdays with '
            "workdays_after(…, 2)."
        )
    if both & TEXT and both & (MOMENTS | DURATIONS) and operator in "+-":
        return Text(
            " A text becomes a date with date(…), a duration with duration(…); any value becomes text with "
            "string(…)."
        )
    if both & TEXT and operator == "+":
        return Text(
            " Write string(…) around what is joined to a text, number(…) around a text that is to be added."
        )
    if both & TEXT:
        return Text(" A text becomes a number with number(…).")
    return SILENT


def mend_comparison(left: Kind, right: Kind) -> Text:
    """Return what to write instead of a comparison that cannot be."""
    one, other = left.bits & ~NULL, right.bits & ~NULL
    both = one | other
    if TEXT in (one, other) and both & (DATE | DATE_TIME):
        return Text(" A text becomes a date with date(…), a moment with date and time(…).")
    if both == DATE | DATE_TIME:
        return Text(" A moment becomes a date with date(…).")
    if TEXT in (one, other) and both & NUMBER:
        return Text(" A text becomes a number with number(…); a number is written without quotes.")
    return SILENT
