"""What an expression names and what is wrong with it, told without evaluating it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from service.errors import FeelLimit
from service.feel import messages
from service.feel.isolate import SHARED
from service.feel.slips import slip_in

PARSE_SECONDS = 2.0
MOST_READINGS = 20_000
MOST_FAILURES = 3
SYNTAX, SLIP = "syntax", "slip"
CROSSING = 250  # expressions that cross into the isolate together

Tree = Sequence[Any]
"""A node of an expression: [what, from, to, …] as `service/assets/feel/tree.js` says."""


@dataclass(frozen=True)
class Problem:
    """A mistake in an expression.

    Codes: syntax, slip (something written from habit), unknown_function, unknown_type, bare_call,
    reserved_name, question_mark, number, too_large.
    """

    code: str
    message: str
    offset: int


@dataclass(frozen=True)
class Parsed:
    """The static reading of an expression.

    `names`: variables it reads (first segment). `optional`: names used inside filters alone, which may be
    entries of the list's elements instead of variables. `paths`: dotted reads (`dossier.budget.total`).
    `tree`: what stands in it; None where it does not parse.
    """

    names: frozenset[str]
    optional: frozenset[str]
    paths: frozenset[str]
    calls: frozenset[str]
    problems: tuple[Problem, ...]
    tree: Tree | None = field(default=None, compare=False, repr=False)

    @property
    def reads(self) -> frozenset[str]:
        """Every name that may have to be looked up in the variables."""
        return self.names | self.optional


def strip_equals(text: str) -> str:
    """Return the expression without the `=` that marks it as one: "= a > 1" → "a > 1"."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") else text


_NOTHING: frozenset[str] = frozenset()
TOO_LARGE = Parsed(
    *(_NOTHING, _NOTHING, _NOTHING, _NOTHING),
    problems=(Problem("too_large", messages.problem("The expression is too large"), 0),),
)


class _Readings:
    """What was told of expressions, kept within the process; the oldest are dropped."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, bool], Parsed] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, bool]) -> Parsed | None:
        return self._known.get(key)

    def keep(self, found: Mapping[tuple[str, bool], Parsed]) -> None:
        with self._lock:
            self._known |= found
            while len(self._known) > MOST_READINGS:
                self._known.popitem(last=False)


_READINGS = _Readings()


def parse(expression: str, *, unary: bool = False) -> Parsed:
    """Return the static reading of an expression, or with `unary` of a decision cell."""
    key = (strip_equals(expression), unary)
    known = _READINGS.get(key)
    if known is None:
        known = _ask([key])[0]
        _READINGS.keep({key: known})
    return known


def parse_all(expressions: Iterable[tuple[str, bool]]) -> None:
    """Read many (expression, unary) in few crossings, so that `parse` knows them already."""
    keys = dict.fromkeys((strip_equals(expression), unary) for expression, unary in expressions)
    unknown = [key for key in keys if _READINGS.get(key) is None]
    for start in range(0, len(unknown), CROSSING):
        some = unknown[start : start + CROSSING]
        _READINGS.keep(dict(zip(some, _ask(some), strict=True)))


def _ask(keys: Sequence[tuple[str, bool]]) -> list[Parsed]:
    request = json.dumps({"request": "parse", "sources": keys})
    try:
        with SHARED.isolate() as isolate:
            found = json.loads(isolate.ask(request, seconds=PARSE_SECONDS))["v"]
    except FeelLimit:
        return [TOO_LARGE] if len(keys) == 1 else _one_by_one(keys)
    return [_parsed(each, *key) for each, key in zip(found, keys, strict=True)]


def _one_by_one(keys: Sequence[tuple[str, bool]]) -> list[Parsed]:
    """Find out which hit the limit; after a few of them the rest is not tried any more."""
    readings: list[Parsed] = []
    for key in keys:
        given_up = sum(each is TOO_LARGE for each in readings) >= MOST_FAILURES
        readings.append(TOO_LARGE if given_up else _ask([key])[0])
    return readings


def _parsed(found: Mapping[str, Any], source: str, unary: bool) -> Parsed:
    names, optional, paths, calls = (frozenset(found[key]) for key in ("names", "optional", "paths", "calls"))
    problems = tuple(
        Problem(each["code"], messages.problem(each["message"]), each["offset"]) for each in found["problems"]
    )
    return Parsed(names, optional, paths, calls, _explained(problems, source, unary), found.get("tree"))


def _explained(problems: tuple[Problem, ...], source: str, unary: bool) -> tuple[Problem, ...]:
    """Put what was probably meant in place of what the grammar says."""
    slip = slip_in(source, unary=unary)
    if slip is None:
        return problems
    offset, message = slip
    return (Problem(SLIP, message, offset), *(each for each in problems if each.code != SYNTAX))
