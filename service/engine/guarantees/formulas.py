"""The part of FEEL that values are followed through: comparisons, choices, lists of names.

Whatever else an expression holds makes it, or that part of it, Opaque: it may come to anything. So nothing is
guessed; evaluating for real is left to FEEL itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from service.engine.decisions.cells import Literal
from service.feel import strip_equals

MOST_TOKENS = 400
"""Longer expressions are not followed: how deep they nest bounds what reads them."""
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "**"})
_KEYWORDS = frozenset({"and", "or", "if", "then", "else", "true", "false", "null"})
_BEYOND = frozenset({"for", "every", "some", "in", "between", "instance", "satisfies", "return", "function"})
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<word>[^\W\d]\w*)'
    r"|(?P<mark>\*\*|<=|>=|!=|[-+*/()\[\],<>=.]))"
)


@dataclass(frozen=True)
class Constant:
    """A value as it is written."""

    value: Literal


@dataclass(frozen=True)
class Name:
    """A variable, or the dotted path of one: `case.tier`."""

    path: str


@dataclass(frozen=True)
class Listed:
    """A list written out."""

    items: tuple[Formula, ...]


@dataclass(frozen=True)
class Compared:
    """Two sides and what is asked of them."""

    operator: str
    left: Formula
    right: Formula


@dataclass(frozen=True)
class Joined:
    """`and` or `or` between two sides."""

    word: str
    left: Formula
    right: Formula


@dataclass(frozen=True)
class Chosen:
    """`if … then … else …`."""

    condition: Formula
    then: Formula
    otherwise: Formula


@dataclass(frozen=True)
class Called:
    """A function with its arguments: not, list contains, concatenate, distinct values."""

    function: str
    arguments: tuple[Formula, ...]


@dataclass(frozen=True)
class Filtered:
    """The entries of a list for which a condition over `item` is true, and how that is written."""

    items: Formula
    condition: Formula
    written: str = ""


@dataclass(frozen=True)
class Opaque:
    """What is not followed: it may have any value."""


Formula = Constant | Name | Listed | Compared | Joined | Chosen | Called | Filtered | Opaque
FOLLOWED = frozenset({"not", "list contains", "concatenate", "distinct values"})


@lru_cache(maxsize=8192)
def formula(text: str) -> Formula:
    """Return the reading of an expression; Opaque where it goes beyond what is followed."""
    try:
        return _Parser(strip_equals(text)).whole()
    except _Beyond:
        return Opaque()


def parts(of: Formula) -> Iterator[Formula]:
    """Yield a formula and everything in it."""
    yield of
    inner: tuple[Formula, ...] = ()
    if isinstance(of, (Compared, Joined)):
        inner = (of.left, of.right)
    elif isinstance(of, Chosen):
        inner = (of.condition, of.then, of.otherwise)
    elif isinstance(of, Called):
        inner = of.arguments
    elif isinstance(of, Filtered):
        inner = (of.items, of.condition)
    elif isinstance(of, Listed):
        inner = of.items
    for each in inner:
        yield from parts(each)


def alternatives(of: Formula) -> Iterator[Formula]:
    """Yield what a condition joins by `or`: it is true where one of them is."""
    if isinstance(of, Joined) and of.word == "or":
        yield from alternatives(of.left)
        yield from alternatives(of.right)
    else:
        yield of


@lru_cache(maxsize=8192)
def names_in(of: Formula) -> frozenset[str]:
    """Return every variable a formula reads."""
    return frozenset(each.path for each in parts(of) if isinstance(each, Name)) - {"item"}


def renamed(of: Formula, rename: Callable[[str], str]) -> Formula:
    """Return a formula with each variable it reads under another name."""
    if isinstance(of, Name):
        return Name(rename(of.path))
    if isinstance(of, Listed):
        return Listed(tuple(renamed(each, rename) for each in of.items))
    if isinstance(of, (Compared, Joined)):
        return replace(of, left=renamed(of.left, rename), right=renamed(of.right, rename))
    if isinstance(of, Chosen):
        asked, then, otherwise = (renamed(each, rename) for each in (of.condition, of.then, of.otherwise))
        return Chosen(asked, then, otherwise)
    if isinstance(of, Called):
        return Called(of.function, tuple(renamed(each, rename) for each in of.arguments))
    if isinstance(of, Filtered):
        return replace(of, items=renamed(of.items, rename), condition=renamed(of.condition, rename))
    return of


def variable_of(path: str) -> str:
    """Return the variable that a name is a part of, or is read off: `late` of `late[item.ok].department`."""
    return path.split(".")[0].split("[")[0]


def _part_of(found: Formula, word: str) -> Formula:
    """Return an entry of a variable; of a list that is filtered by what its entries say, a name of its own.

    What such a list holds is not known, but the same whenever it is written the same.
    """
    if isinstance(found, Name):
        return Name(f"{found.path}.{word}")
    if isinstance(found, Filtered) and isinstance(found.items, Name):
        asked = {variable_of(path) for path in names_in(found.condition)}
        if asked <= {"item"} and "." not in found.items.path:
            return Name(f"{found.items.path}[{found.written}].{word}")
    return Opaque()


def _negative(found: Formula) -> Formula:
    if isinstance(found, Constant) and found.value.kind == "number":
        return Constant(Literal("number", -found.value.value))
    return Opaque()


def _string(text: str) -> Literal:
    try:
        return Literal("string", json.loads(text))
    except ValueError:  # an escape that JSON does not know
        raise _Beyond from None


class _Beyond(Exception):
    """The expression holds what is not followed, and where it ends cannot be said."""


class _Parser:
    """A recursive descent over one expression."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if found is None:
                raise _Beyond
            self._tokens.append((found.lastgroup or "", found.group().strip()))
            place = found.end()
        if len(self._tokens) > MOST_TOKENS:
            raise _Beyond
        self._at = 0

    def whole(self) -> Formula:
        found = self._any()
        if self._at < len(self._tokens):
            raise _Beyond
        return found

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ("", "")

    def _accept(self, *texts: str) -> str:
        kind, text = self._peek()
        if kind in ("word", "mark") and text in texts:
            self._at += 1
            return text
        return ""

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise _Beyond

    def _any(self) -> Formula:
        if self._accept("if"):
            condition = self._any()
            self._expect("then")
            then = self._any()
            self._expect("else")
            return Chosen(condition, then, self._any())
        return self._joined("or", lambda: self._joined("and", self._compared))

    def _joined(self, word: str, inner: Callable[[], Formula]) -> Formula:
        found = inner()
        while self._accept(word):
            found = Joined(word, found, inner())
        return found

    def _compared(self) -> Formula:
        left = self._sum()
        operator = self._accept(*COMPARISONS)
        return Compared(operator, left, self._sum()) if operator else left

    def _sum(self) -> Formula:
        minus = bool(self._accept("-"))
        found = self._with_path()
        if minus:
            found = _negative(found)
        while self._accept(*_ARITHMETIC):
            self._with_path()
            found = Opaque()
        return found

    def _with_path(self) -> Formula:
        found = self._single()
        while mark := self._accept(".", "["):
            if mark == ".":
                kind, word = self._peek()
                if kind != "word":
                    raise _Beyond
                self._at += 1
                found = _part_of(found, word)
                continue
            begun = self._at
            condition = self._any()
            written = " ".join(text for _, text in self._tokens[begun : self._at])
            self._expect("]")
            is_place = isinstance(condition, Constant) and condition.value.kind == "number"
            found = Opaque() if is_place else Filtered(found, condition, written)
        return found

    def _single(self) -> Formula:
        kind, text = self._peek()
        if kind == "mark":
            return self._bracketed()
        self._at += 1
        if kind == "string":
            return Constant(_string(text))
        if kind == "number":
            return Constant(Literal("number", Decimal(text)))
        if kind != "word" or text in _BEYOND:
            raise _Beyond
        if text in ("true", "false"):
            return Constant(Literal("boolean", text == "true"))
        if text == "null":
            return Constant(Literal("null", None))
        return self._name(text)

    def _bracketed(self) -> Formula:
        if self._accept("("):
            found = self._any()
            self._expect(")")
            return found
        self._expect("[")
        return Listed(self._until("]"))

    def _until(self, closing: str) -> tuple[Formula, ...]:
        found: list[Formula] = []
        while not self._accept(closing):
            if found:
                self._expect(",")
            found.append(self._any())
        return tuple(found)

    def _name(self, first: str) -> Formula:
        """Return a variable, or a call: names of functions may be of several words."""
        words = [first]
        while self._peek()[0] == "word" and (self._peek()[1] not in _KEYWORDS or words == ["date"]):
            words.append(self._peek()[1])
            self._at += 1
        if not self._accept("("):
            if len(words) > 1:
                raise _Beyond
            return Name(first)
        arguments = self._until(")")
        name = " ".join(words)
        return Called(name, arguments) if name in FOLLOWED else Opaque()
