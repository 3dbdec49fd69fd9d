"""The plain cells of a decision table: literals, comparisons, intervals, lists of them, `not(…)`.

Anything else (`list contains(?, "x")`, a comparison with a variable) has no plain reading: FEEL alone knows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>date\(\s*"(?P<day>\d{4}-\d\d-\d\d)"\s*\))
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<number>-?(?:\d+(?:\.\d+)?|\.\d+))(?=\s*(?:[\]\[),(]|\.\.|$))
    | (?P<word>true|false|null|not)(?!\w)
    | (?P<mark><=|>=|\.\.|[<>\[\](),])
    )""",
    re.VERBOSE,
)
EVERYTHING = frozenset({"", "-"})
ORDERED_KINDS = frozenset({"number", "date"})


@dataclass(frozen=True)
class Literal:
    """A constant: `kind` is number, string, boolean, date or null."""

    kind: str
    value: Any

    def __str__(self) -> str:
        if self.kind == "date":
            return f'date("{self.value}")'
        if self.kind == "number":
            return format(self.value.normalize(), "f")
        return json.dumps(self.value, ensure_ascii=False)


@dataclass(frozen=True)
class Interval:
    """The values from `low` to `high` (None: without end); a single value when both are the same."""

    low: Literal | None
    high: Literal | None
    low_open: bool = False
    high_open: bool = False

    @property
    def ends(self) -> tuple[Literal, ...]:
        return tuple(end for end in (self.low, self.high) if end is not None)

    def covers(self, value: Literal) -> bool:
        if any(end.kind != value.kind for end in self.ends):
            return False
        if value.kind not in ORDERED_KINDS:
            return value == self.low
        if self.low and (value.value < self.low.value or (self.low_open and value == self.low)):
            return False
        return not (self.high and (value.value > self.high.value or (self.high_open and value == self.high)))


@dataclass(frozen=True)
class Cell:
    """A plain unary test: one of `intervals`, or none of them when `negated`."""

    intervals: tuple[Interval, ...]
    negated: bool = False

    @property
    def literals(self) -> tuple[Literal, ...]:
        return tuple(end for interval in self.intervals for end in interval.ends)

    def covers(self, value: Literal) -> bool:
        return any(interval.covers(value) for interval in self.intervals) != self.negated


ANY_VALUE = Cell((), negated=True)


@lru_cache(maxsize=4096)
def plain_cell(text: str) -> Cell | None:
    """Return the plain reading of an input cell, or None when it needs FEEL (or is malformed)."""
    if text.strip() in EVERYTHING:
        return ANY_VALUE
    try:
        tokens = _Tokens(text)
        cell = tokens.cell()
        tokens.expect("")
    except _NotPlain:
        return None
    return cell


@lru_cache(maxsize=4096)
def plain_literal(text: str) -> Literal | None:
    """Return the constant that an output cell is, or None when it has to be evaluated."""
    try:
        tokens = _Tokens(text)
        literal = tokens.literal()
        tokens.expect("")
    except _NotPlain:
        return None
    return literal


class _NotPlain(Exception):
    """The cell is more than literals, comparisons, intervals and lists of them."""


class _Tokens:
    """A recursive descent over one cell."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def peek(self) -> re.Match[str] | None:
        return TOKEN.match(self.text, self.position)

    def accept(self, *marks: str) -> str | None:
        """Consume and return the next mark or word when it is one of `marks`."""
        match = self.peek()
        found = match and (match["mark"] or match["word"])
        if not match or found not in marks:
            return None
        self.position = match.end()
        return found

    def expect(self, mark: str) -> None:
        """Consume `mark`; "" stands for the end of the cell."""
        if mark == "" and not self.text[self.position :].strip():
            return
        if not mark or self.accept(mark) is None:
            raise _NotPlain

    def cell(self) -> Cell:
        if self.accept("not") is None:
            return Cell(self.tests())
        self.expect("(")
        tests = self.tests()
        self.expect(")")
        return Cell(tests, negated=True)

    def tests(self) -> tuple[Interval, ...]:
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        return tuple(found)

    def test(self) -> Interval:
        operator = self.accept("<", "<=", ">", ">=")
        if operator:
            return self.comparison(operator)
        opening = self.accept("[", "(", "]")
        if opening is None:
            literal = self.literal()
            return Interval(literal, literal)
        low = self.ordered()
        self.expect("..")
        high = self.ordered()
        closing = self.accept("]", ")", "[")
        if closing is None or low.kind != high.kind:
            raise _NotPlain
        return Interval(low, high, low_open=opening != "[", high_open=closing != "]")

    def comparison(self, operator: str) -> Interval:
        literal = self.ordered()
        if operator.startswith("<"):
            return Interval(None, literal, high_open=operator == "<")
        return Interval(literal, None, low_open=operator == ">")

    def ordered(self) -> Literal:
        literal = self.literal()
        if literal.kind not in ORDERED_KINDS:
            raise _NotPlain
        return literal

    def literal(self) -> Literal:
        match = self.peek()
        if not match:
            raise _NotPlain
        literal = _literal(match)
        self.position = match.end()
        return literal


def _literal(match: re.Match[str]) -> Literal:
    if match["number"]:
        return Literal("number", Decimal(match["number"]))
    if match["word"] in {"true", "false"}:
        return Literal("boolean", match["word"] == "true")
    if match["word"] == "null":
        return Literal("null", None)
    try:
        if match["string"]:
            return Literal("string", json.loads(match["string"]))
        if match["date"]:
            return Literal("date", date.fromisoformat(match["day"]))
    except ValueError:  # an escape or a day that does not exist: let FEEL say so
        raise _NotPlain from None
    raise _NotPlain
