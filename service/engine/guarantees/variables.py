"""The values that are followed, kept as one tuple of small numbers per state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from service.engine.guarantees.evaluating import Known
from service.engine.guarantees.outcomes import Outcome, Outcomes
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.values import UNKNOWN, Value

Values = tuple[int, ...]
UNSET, VEILED = 0, 1
"""No value, and one that is not looked at: of neither anything is known."""


class Variables:
    """Which value stands where: facts of the case once, other names once per frame that has its own."""

    def __init__(self, frames: Iterable[Frame], outcomes: Outcomes, followed: Collection[str]) -> None:
        self.facts = sorted(name for name in followed if name.startswith("case."))
        self._slots: dict[tuple[int, str], int] = {(-1, name): place for place, name in enumerate(self.facts)}
        self._values: list[Value] = [UNKNOWN, UNKNOWN]
        self._numbers: dict[Value, int] = {UNKNOWN: UNSET}
        self._known: dict[tuple[int, Values], Known] = {}
        self._numbered: dict[tuple[tuple[str, Value], ...], list[tuple[int, int]]] = {}
        self._dead: dict[int, list[int]] = {}
        self._inside: dict[int, list[int]] = {}
        self._slots_of: dict[int, list[tuple[str, int]]] = defaultdict(list)
        plain = {name for name in followed if not name.startswith("case.")}
        for frame in frames:
            for name in sorted(_named_in(frame, outcomes) & plain):
                self._slots.setdefault((frame.scope.index, name), len(self._slots))
        for (index, name), slot in self._slots.items():
            self._slots_of[index].append((name, slot))

    @property
    def nothing(self) -> Values:
        """Return the values before anything is known."""
        return (UNSET,) * len(self._slots)

    @property
    def mask_of_facts(self) -> int:
        """Return the slots of all facts, as a set."""
        return (1 << len(self.facts)) - 1

    def mask(self, frame: Frame, names: Iterable[str], *, is_own: bool = False) -> int:
        """Return the slots names may be read from in a frame; with `is_own` those they are set in."""
        scopes = [frame.scope]
        while not is_own and (outer := scopes[-1].outer) is not None:
            scopes.append(outer)
        found = 0
        for name in names:
            for index in [-1] if name.startswith("case.") else [scope.index for scope in scopes]:
                slot = self._slots.get((index, name))
                found |= 1 << slot if slot is not None else 0
        return found

    def others(self, slots: int) -> tuple[int, ...]:
        """Return all slots but these."""
        return tuple(slot for slot in range(len(self._slots)) if not slots >> slot & 1)

    def veiled(self, values: Values, slots: Iterable[int]) -> Values:
        """Return the values with those of some slots not looked at."""
        found = list(values)
        for slot in slots:
            found[slot] = VEILED
        return tuple(found)

    def kept(self, values: Values, live: int) -> Values:
        """Return the values with those unset that nobody reads any more."""
        if live not in self._dead:
            self._dead[live] = [slot for slot in range(len(self._slots)) if not live >> slot & 1]
        return _unset(values, self._dead[live])

    def number(self, value: Value) -> int:
        if value not in self._numbers:
            self._numbers[value] = len(self._values)
            self._values.append(value)
        return self._numbers[value]

    def facts_of(self, values: Values) -> dict[str, Value]:
        return {name: self._values[values[place]] for place, name in enumerate(self.facts)}

    def with_facts(self, values: Values, facts: tuple[tuple[str, Value], ...]) -> Values:
        """Return the values with these facts replaced."""
        if facts not in self._numbered:
            places = ((self._slots.get((-1, name)), value) for name, value in facts)
            self._numbered[facts] = [(slot, self.number(value)) for slot, value in places if slot is not None]
        found = list(values)
        for slot, number in self._numbered[facts]:
            found[slot] = number
        return tuple(found)

    def known(self, frame: Frame, values: Values) -> Known:
        """Return what is known where a frame's elements read, by name."""
        key = (frame.index, values)
        if key not in self._known:
            found = self.facts_of(values)
            scopes = [frame.scope]
            while (outer := scopes[-1].outer) is not None:
                scopes.append(outer)
            for scope in reversed(scopes):
                for name, slot in self._slots_of[scope.index]:
                    if values[slot]:
                        found[name] = self._values[values[slot]]
            self._known[key] = found
        return self._known[key]

    def assigned(self, frame: Frame, values: Values, outcome: Outcome) -> Values:
        """Return the values after an element of a frame has set some."""
        if not outcome:
            return values
        found = list(values)
        for name, value in outcome.items():
            slot = self._slots.get((-1 if name.startswith("case.") else frame.scope.index, name))
            if slot is not None:
                found[slot] = self.number(value)
        return tuple(found)

    def without(self, frame: Frame, values: Values) -> Values:
        """Return the values without those of a frame that is over, and of all that ran in it."""
        if frame.index not in self._inside:
            scopes = (each.index for each in frame.within if each.has_own_scope)
            self._inside[frame.index] = [slot for index in scopes for _, slot in self._slots_of[index]]
        return _unset(values, self._inside[frame.index])


def _unset(values: Values, gone: list[int]) -> Values:
    """Return the values without those of some slots."""
    found = None
    for slot in gone:
        if values[slot] != UNSET:
            found = list(values) if found is None else found
            found[slot] = UNSET
    return values if found is None else tuple(found)


def _named_in(frame: Frame, outcomes: Outcomes) -> frozenset[str]:
    """Return the names that may be set in a frame: by its elements, by whoever opens it, from outside."""
    found = outcomes.set_in(frame.container)
    if frame.host is not None:
        found |= {mapped.target for mapped in frame.host.extensions.call_in}
        loop = frame.host.extensions.multi_instance
        found |= {loop.element_variable or ""} if loop is not None else frozenset()
        if any(mapped.everything for mapped in frame.host.extensions.call_in):
            found |= outcomes.followed
    return found | outcomes.inputs_of(frame.container.process)
