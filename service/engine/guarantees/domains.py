"""Which values of a variable can make a difference: those it is compared with, and everything else as one.

A value travels: what is compared with `tier` matters to whatever `tier` was taken from. Variables are told
apart by name alone, so a value may count that does not; none is missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise, product

from service.engine.case.schema import CaseSchema
from service.engine.decisions.cells import Literal
from service.engine.drawing import Element
from service.engine.guarantees.effects import assignments, questions
from service.engine.guarantees.formulas import (
    Called,
    Chosen,
    Compared,
    Constant,
    Filtered,
    Formula,
    Joined,
    Listed,
    Name,
    parts,
)
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.values import (
    FALSE,
    NULL,
    TRUE,
    Between,
    Members,
    Other,
    Value,
    Values,
    abstract,
)

MOST_VALUES = 40
MOST_ENTRIES = 5


@dataclass
class _Met:
    """What a name is met with: literals it is compared with, and entries asked of it as a list."""

    literals: set[Literal] = field(default_factory=set)
    entries: set[Literal] = field(default_factory=set)


class _Drawn:
    """What names are met with, and where their values come from, in drawings or in a sentence."""

    def __init__(self) -> None:
        self.met: dict[str, _Met] = defaultdict(_Met)
        # To a name: the names whose values, or whose entries, may come to be its own or entries of its own.
        self.sources: dict[str, set[tuple[str, bool]]] = defaultdict(set)

    def copy(self) -> _Drawn:
        found = _Drawn()
        for name, met in self.met.items():
            found.met[name] = _Met(set(met.literals), set(met.entries))
        for name, sources in self.sources.items():
            found.sources[name] = set(sources)
        return found

    def element(self, element: Element, subject: Subject) -> None:
        for question in questions(element, subject):
            self.condition(question)
        for target, value in assignments(element, subject):
            self._question(value)
            self.sources[target] |= set(_results(value))

    def condition(self, formula: Formula) -> None:
        self._question(formula)
        self._truths(formula)

    def _question(self, formula: Formula) -> None:
        for part in parts(formula):
            if isinstance(part, Compared):
                self._compared(part)
            elif isinstance(part, Joined):
                self._truths(part.left, part.right)
            elif isinstance(part, Chosen):
                self._truths(part.condition)
            elif isinstance(part, Filtered):
                self._filtered(part)
            elif isinstance(part, Called):
                self._called(part)

    def _compared(self, part: Compared) -> None:
        for one, other in ((part.left, part.right), (part.right, part.left)):
            if isinstance(one, Name) and isinstance(other, Constant):
                self.met[one.path].literals.add(other.value)
            if isinstance(one, Name) and isinstance(other, Name):
                self.sources[one.path].add((other.path, False))

    def _called(self, part: Called) -> None:
        if part.function == "not":
            self._truths(*part.arguments)
        if part.function == "list contains" and len(part.arguments) == 2:
            held, entry = part.arguments
            for name, _ in _results(held):
                if isinstance(entry, Constant):
                    self.met[name].entries.add(entry.value)
                elif isinstance(entry, Name):
                    self.sources[name].add((entry.path, True))

    def _filtered(self, part: Filtered) -> None:
        """What is asked of a list is asked of what filters it: `agreed[list contains(x, item)]`."""
        asked = [each for each in parts(part.condition) if isinstance(each, Called)]
        for call in (each for each in asked if each.function == "list contains"):
            for other, _ in _results(call.arguments[0]):
                for name, _ in _results(part.items):
                    self.sources[name].add((other, False))

    def _truths(self, *formulas: Formula) -> None:
        for each in formulas:
            if isinstance(each, Name):
                self.met[each.path].literals |= {TRUE, FALSE}

    def spread(self) -> None:
        """Hand what is met at a name on to the names its values come from."""
        waiting = list(self.met)
        while waiting:
            name = waiting.pop()
            for source, is_entry in self.sources.get(name, ()):
                if self._hand_on(self.met[name], self.met[source], is_entry):
                    waiting.append(source)

    def _hand_on(self, met: _Met, source: _Met, is_entry: bool) -> bool:
        literals = met.entries if is_entry else met.literals
        entries: set[Literal] = set() if is_entry else met.entries
        is_new = not (literals <= source.literals and entries <= source.entries)
        source.literals |= literals
        source.entries |= entries
        return is_new


@lru_cache(maxsize=8)
def _drawn(subject: Subject) -> _Drawn:
    """Return what names are met with in all drawings, whatever a sentence asks."""
    found = _Drawn()
    for process in subject.processes.values():
        for element in process.elements.values():
            found.element(element, subject)
    return found


class Domains:
    """The values of each name that make a difference.

    With `entries` of lists only these do: what is asked of others is taken both ways.
    """

    def __init__(
        self, subject: Subject, asked: Iterable[Formula], entries: frozenset[Literal] | None = None
    ) -> None:
        self._case, self._entries = subject.case, entries
        drawn = _drawn(subject).copy()
        for each in asked:
            drawn.condition(each)
        drawn.spread()
        self._met = drawn.met
        self._values: dict[str, tuple[Value, ...]] = {}

    def values(self, name: str) -> tuple[Value, ...]:
        """Return the values of a name, one for each that makes a difference; none: it cannot be followed."""
        if name not in self._values:
            found = tuple(self._of(name))
            self._values[name] = found if len(found) <= MOST_VALUES else ()
        return self._values[name]

    def settled(self, name: str, value: Value) -> Values:
        """Return the values of the name's own that a value may be."""
        values = self.values(name)
        if value in values:
            return frozenset({value})
        if isinstance(value, Members):
            lists = (each for each in values if isinstance(each, Members) and _agree(each, value))
            return frozenset(lists) or frozenset({value})
        if isinstance(value, Literal):
            return frozenset(each for each in values if _covers(each, value)) or frozenset({value})
        if isinstance(value, Other):
            return frozenset(each for each in values if each not in value.than)
        return frozenset(values)

    def _of(self, name: str) -> Iterator[Value]:
        met = self._met.get(name, _Met())
        entries = met.entries if self._entries is None else met.entries & self._entries
        fact = self._case.facts.get(name.removeprefix("case.")) if name.startswith("case.") else None
        if fact is not None and fact.values:
            yield from (Literal("string", value) for value in fact.values)
            return
        # A variable may be a list in one place and something else in another; what is read off a list is one.
        is_list = fact.kind == "list" if fact is not None else "[" in name
        if entries and (fact is None or is_list):
            yield from _lists(entries)
        if met.literals - {NULL} and not is_list:
            yield from _scalars(met.literals, kind=fact.kind if fact is not None else "")


def entries_in(asked: Iterable[Formula]) -> frozenset[Literal]:
    """Return the entries that formulas ask of lists."""
    calls = [each for of in asked for each in parts(of) if isinstance(each, Called)]
    held = [
        each.arguments[1] for each in calls if each.function == "list contains" and len(each.arguments) == 2
    ]
    return frozenset(each.value for each in held if isinstance(each, Constant))


def _scalars(literals: set[Literal], kind: str) -> Iterator[Value]:
    kinds = {each.kind for each in literals} - {"null"}
    if kinds == {"boolean"}:
        yield from (TRUE, FALSE)
        yield from () if kind == "boolean" else (NULL,)
    elif kinds == {"number"}:
        yield from _line(sorted(each.value for each in literals if each.kind == "number"))
        yield from () if kind in ("number", "money") else (NULL,)
    else:
        known = frozenset({*literals, NULL})
        yield from known
        yield Other(known)


def _line(points: list[Decimal]) -> Iterator[Value]:
    for low, high in pairwise([None, *points, None]):
        if low is not None:
            yield Literal("number", low)
        yield Between(low, high)


def _lists(entries: set[Literal]) -> Iterator[Value]:
    """Yield every list that differs in which of the entries are in it."""
    named = sorted((each for each in entries if each.kind == "string"), key=str)
    if len(named) > MOST_ENTRIES:
        return
    for chosen in product((True, False), repeat=len(named)):
        inside = frozenset(each for each, is_in in zip(named, chosen, strict=True) if is_in)
        yield Members(inside, frozenset(named) - inside, is_open=True)


def _agree(one: Members, other: Members) -> bool:
    sure = one.inside | one.outside
    return all(other.holds(entry) in (None, entry in one.inside) for entry in sure)


def _covers(value: Value, literal: Literal) -> bool:
    if isinstance(value, Other):
        return literal not in value.than
    if not isinstance(value, Between) or literal.kind != "number":
        return False
    above = value.low is None or literal.value > value.low
    return above and (value.high is None or literal.value < value.high)


def _results(formula: Formula) -> Iterator[tuple[str, bool]]:
    """Yield the names whose values a formula may hand on; with True where they become entries of a list."""
    if isinstance(formula, Name):
        yield formula.path, False
    elif isinstance(formula, Chosen):
        yield from _results(formula.then)
        yield from _results(formula.otherwise)
    elif isinstance(formula, Filtered):
        yield from _results(formula.items)
    elif isinstance(formula, Called):
        for each in formula.arguments:
            yield from _results(each)
    elif isinstance(formula, Listed):
        for each in formula.items:
            yield from ((name, True) for name, _ in _results(each))


def declared(case: CaseSchema) -> Mapping[str, Value]:
    """Return the values facts begin with, as far as they can be followed."""
    return {f"case.{name}": abstract(fact.initial) for name, fact in case.facts.items()}
