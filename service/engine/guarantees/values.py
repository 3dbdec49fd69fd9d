"""Values as far as they are followed: exact ones, what is known of others, and nothing known at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.engine.decisions.cells import Cell, Interval, Literal

TRUE, FALSE, NULL = Literal("boolean", True), Literal("boolean", False), Literal("null", None)
BOTH = frozenset({TRUE, FALSE})


@dataclass(frozen=True)
class Other:
    """Some value that is none of these."""

    than: frozenset[Literal]


@dataclass(frozen=True)
class Between:
    """Some number between two others, without them; None: without end."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class Members:
    """A list of which is known what is in it, and what is not. Of anything else: not, unless it is `open`."""

    inside: frozenset[Literal]
    outside: frozenset[Literal] = frozenset()
    is_open: bool = False

    def holds(self, entry: Literal) -> bool | None:
        """Say whether an entry is in the list; None where it may be."""
        if entry in self.inside:
            return True
        return None if self.is_open and entry not in self.outside else False


@dataclass(frozen=True)
class Unknown:
    """Any value."""


UNKNOWN = Unknown()
ANY_LIST = Members(frozenset(), is_open=True)
Value = Literal | Other | Between | Members | Unknown
Values = frozenset[Value]
ANYTHING: Values = frozenset({UNKNOWN})


def abstract(value: Any) -> Value:
    """Return a value as far as sentences tell values apart."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, str):
        return Literal("string", value)
    if isinstance(value, (int, Decimal)):
        return Literal("number", Decimal(value))
    if isinstance(value, (list, tuple)):
        texts = frozenset(Literal("string", each) for each in value if isinstance(each, str))
        return Members(texts, is_open=not all(isinstance(each, str) for each in value))
    return UNKNOWN


def truth(answer: bool | None) -> Values:
    """Return true, false, or both where it cannot be said."""
    return BOTH if answer is None else frozenset({TRUE if answer else FALSE})


def compared(operator: str, left: Value, right: Value) -> bool | None:
    """Say how two values compare; None where it cannot be said."""
    if operator in ("=", "!="):
        same = _equal(left, right)
        return same if operator == "=" or same is None else not same
    return _ordered(operator, left, right)


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, Literal) and isinstance(right, Literal):
        alike = left.kind == right.kind or "null" in (left.kind, right.kind)
        return left == right if alike else None
    if isinstance(right, (Other, Between)):
        left, right = right, left
    if isinstance(right, Literal):
        if isinstance(left, Other):
            return False if right in left.than else None
        if isinstance(left, Between) and right.kind in ("number", "null"):
            return False if right.kind == "null" or not _inside(left, right.value) else None
    return None


def _ordered(operator: str, left: Value, right: Value) -> bool | None:
    if isinstance(left, Literal) and isinstance(right, (Between, Other)):
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}[operator]
        return _ordered(turned, right, left)
    if not isinstance(right, Literal) or right.kind != "number":
        return None
    limit = right.value
    if isinstance(left, Literal):
        found = {"<": lambda x: x < limit, "<=": lambda x: x <= limit, ">": lambda x: x > limit}
        found[">="] = lambda x: x >= limit
        return bool(found[operator](left.value)) if left.kind == "number" else None
    if isinstance(left, Between) and not _inside(left, limit):
        is_above = left.low is not None and left.low >= limit
        return is_above == (operator in (">", ">="))
    return None


def _inside(between: Between, number: Decimal) -> bool:
    above = between.low is None or number > between.low
    return above and (between.high is None or number < between.high)


def passes(cell: Cell, value: Value) -> bool | None:
    """Say whether a value passes the test of a decision table's cell; None where it may."""
    if not cell.intervals:
        return cell.negated
    answers = [_within(interval, value) for interval in cell.intervals]
    found = True if True in answers else None if None in answers else False
    return found if found is None else found != cell.negated


def _within(interval: Interval, value: Value) -> bool | None:
    if isinstance(value, Literal):
        return interval.covers(value)
    if interval.low is not None and interval.low == interval.high:
        return _equal(value, interval.low)
    ends = []
    if interval.low is not None:
        ends.append(_ordered(">" if interval.low_open else ">=", value, interval.low))
    if interval.high is not None:
        ends.append(_ordered("<" if interval.high_open else "<=", value, interval.high))
    return False if False in ends else None if None in ends else True


def concatenated(lists: Iterable[Members]) -> Members:
    """Return what is known of several lists one after the other."""
    held = list(lists)
    inside = frozenset[Literal]().union(*(each.inside for each in held))
    named = frozenset[Literal]().union(*(each.outside for each in held)) - inside
    outside = frozenset(entry for entry in named if all(each.holds(entry) is False for each in held))
    return Members(inside, outside, any(each.is_open for each in held))
