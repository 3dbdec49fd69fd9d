"""The kinds of values: each a set of what a value may be, and what is known of texts, entries, elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from service.wording import Text, joined

NUMBER, TEXT, BOOLEAN, DATE, TIME, DATE_TIME, DAYS, MONTHS, LIST, CONTEXT, FUNCTION, RANGE, NULL = (
    1 << place for place in range(13)
)
EVERYTHING = (1 << 13) - 1
MOMENTS = DATE | TIME | DATE_TIME
DURATIONS = DAYS | MONTHS
ORDERED = NUMBER | TEXT | MOMENTS | DURATIONS
SCALARS = ORDERED | BOOLEAN

MOST_VALUES = 60
DEEPEST = 6

_WORDS: Mapping[int, Text] = {
    NUMBER: Text("a number"),
    TEXT: Text("a text"),
    BOOLEAN: Text("true or false"),
    DATE: Text("a date"),
    TIME: Text("a time of day"),
    DATE_TIME: Text("a moment"),
    DAYS: Text("a duration"),
    MONTHS: Text("a duration in months"),
    LIST: Text("a list"),
    CONTEXT: Text("a context of names and values"),
    FUNCTION: Text("a function"),
    RANGE: Text("a range"),
    NULL: Text("nothing (null)"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be: `bits` is the set of kinds, empty where nothing is known to give it a value.

    `values` are the only texts and truths it can be, None where it may be any. `element` is the kind of a
    list's elements, `entries` are those of a context, which has no others unless it is `open`.
    """

    bits: int
    values: frozenset[str | bool] | None = None
    element: Kind | None = None
    entries: Mapping[str, Kind] | None = field(default=None, hash=False)
    is_open: bool = True

    def may_be(self, bits: int) -> bool:
        """Tell whether a value may be of one of these kinds: any may of which nothing is known.

        That it may be null too, as whatever nobody has answered yet, makes nothing fit.
        """
        return not self.bits or bool((self.bits & ~NULL or self.bits) & bits)

    @property
    def is_unknown(self) -> bool:
        return self.bits in (0, EVERYTHING)

    @property
    def elements(self) -> Kind:
        """Return the kind of what a list holds."""
        return ANY if self.element is None else self.element

    def entry(self, name: str) -> Kind | None:
        """Return the kind of a context's entry; None when it surely has no such entry."""
        if self.entries is None or name in self.entries:
            return ANY if self.entries is None else self.entries[name]
        return ANY if self.is_open else None

    def only(self, bits: int) -> Kind:
        """Return the kind without what is not among `bits`."""
        left = self.bits & bits
        return (
            self if left == self.bits else Kind(left, self.values, self.element, self.entries, self.is_open)
        )

    @property
    def texts(self) -> frozenset[str] | None:
        """Return the only texts it can be; None where it may be any."""
        if not self.bits & TEXT:
            return frozenset()
        return (
            None if self.values is None else frozenset(each for each in self.values if isinstance(each, str))
        )

    def or_null(self) -> Kind:
        return self if self.bits & NULL else join(self, NOTHING)

    @property
    def said(self) -> Text:
        """Return the kind in words; null is passed over beside anything else."""
        bits = self.bits & ~NULL or self.bits
        if self.is_unknown:
            return Text("anything")
        return joined([word for bit, word in _WORDS.items() if bits & bit], "{first} or {rest}")


NEVER = Kind(0)
"""Of what has no value yet, as far as the drawings have been followed."""
ANY = Kind(EVERYTHING)
NOTHING = Kind(NULL, frozenset())
TRUTH = Kind(BOOLEAN, frozenset({True, False}))
TRUE, FALSE = Kind(BOOLEAN, frozenset({True})), Kind(BOOLEAN, frozenset({False}))


def of(bits: int) -> Kind:
    """Return the kind of any value that is one of `bits`."""
    if bits not in _PLAIN:
        _PLAIN[bits] = Kind(bits, None if bits & TEXT else frozenset({True, False} if bits & BOOLEAN else ()))
    return _PLAIN[bits]


_PLAIN: dict[int, Kind] = {0: NEVER, EVERYTHING: ANY, BOOLEAN: TRUTH}


def text(*values: str) -> Kind:
    """Return the kind of a text that is one of these; without any, of every text."""
    return Kind(TEXT, frozenset(values)) if values else of(TEXT)


def listed(element: Kind) -> Kind:
    """Return the kind of a list of such elements."""
    return Kind(LIST, frozenset(), element if depth(element) < DEEPEST else ANY)


def context(entries: Mapping[str, Kind], *, is_open: bool = False) -> Kind:
    """Return the kind of a context with these entries, and with others where it is open."""
    shallow = {name: kind if depth(kind) < DEEPEST else ANY for name, kind in entries.items()}
    return Kind(CONTEXT, frozenset(), None, shallow, is_open)


def depth(kind: Kind) -> int:
    """Return how deep lists and contexts are nested."""
    inner = [kind.element] if kind.element is not None else []
    inner += list(kind.entries.values()) if kind.entries is not None else []
    return 1 + max(map(depth, inner), default=0)


def join(one: Kind, other: Kind) -> Kind:
    """Return the kind of a value that is of the one or of the other."""
    if one is other or not other.bits:
        return one
    if not one.bits:
        return other
    bits = one.bits | other.bits
    if bits == EVERYTHING:
        return ANY
    return Kind(
        bits,
        _values(one, other),
        _element(one, other),
        *_entries(one, other),
    )


def join_all(kinds: Iterable[Kind]) -> Kind:
    return reduce(join, kinds, NEVER)


def _values(one: Kind, other: Kind) -> frozenset[str | bool] | None:
    if one.values is None or other.values is None:
        return None
    both = one.values | other.values
    return both if len(both) <= MOST_VALUES else None


def _element(one: Kind, other: Kind) -> Kind | None:
    if not (one.bits & LIST and other.bits & LIST):
        return one.element if one.bits & LIST else other.element
    return None if one.element is None or other.element is None else join(one.element, other.element)


def _entries(one: Kind, other: Kind) -> tuple[Mapping[str, Kind] | None, bool]:
    if not (one.bits & CONTEXT and other.bits & CONTEXT):
        known = one if one.bits & CONTEXT else other
        return known.entries, known.is_open
    if one.entries is None or other.entries is None:
        return None, True
    # An entry that only one of them has may not be there: then its value is null.
    names = {**one.entries, **other.entries}
    both = {name: join(one.entries.get(name, NOTHING), other.entries.get(name, NOTHING)) for name in names}
    return both, one.is_open or other.is_open
