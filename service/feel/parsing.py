"""What an expression names and what is wrong with it, told without evaluating it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from service.errors import FeelTimeout
from service.feel import messages
from service.feel.isolate import SHARED

PARSE_SECONDS = 2.0


@dataclass(frozen=True)
class Problem:
    """A mistake in an expression.

    Codes: syntax, unknown_function, bare_call, reserved_name, question_mark, too_large.
    """

    code: str
    message: str
    offset: int


@dataclass(frozen=True)
class Parsed:
    """The static reading of an expression.

    `names`: variables it reads (first segment). `optional`: names used inside filters alone, which may be
    entries of the list's elements instead of variables. `paths`: dotted reads (`dossier.budget.total`).
    """

    names: frozenset[str]
    optional: frozenset[str]
    paths: frozenset[str]
    calls: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def reads(self) -> frozenset[str]:
        """Every name that may have to be looked up in the variables."""
        return self.names | self.optional


def strip_equals(text: str) -> str:
    """Return the expression without the `=` that marks it as one: "= a > 1" → "a > 1"."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") else text


@lru_cache(maxsize=8192)
def parse(expression: str, *, unary: bool = False) -> Parsed:
    """Return the static reading of an expression, or with `unary` of a decision cell."""
    request = {"request": "parse", "source": strip_equals(expression), "unary": unary}
    try:
        with SHARED.isolate() as isolate:
            found = json.loads(isolate.ask(json.dumps(request), seconds=PARSE_SECONDS))["v"]
    except FeelTimeout:
        too_large = Problem("too_large", messages.problem("The expression is too large"), 0)
        return Parsed(frozenset(), frozenset(), frozenset(), frozenset(), (too_large,))
    return Parsed(
        names=frozenset(found["names"]),
        optional=frozenset(found["optional"]),
        paths=frozenset(found["paths"]),
        calls=frozenset(found["calls"]),
        problems=tuple(
            Problem(each["code"], messages.problem(each["message"]), each["offset"])
            for each in found["problems"]
        ),
    )
