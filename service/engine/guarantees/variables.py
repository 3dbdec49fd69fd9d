"""The values that are followed, packed into one number per state: some bits of it for each slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache

from service.engine.guarantees.budget import NotExamined
from service.engine.guarantees.evaluating import Known
from service.engine.guarantees.outcomes import Outcome, Outcomes
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.values import UNKNOWN, Value
from service.wording import Text

Values = int
"""The numbers of the values, that of slot n from bit n * WIDTH on."""
Slots = int
"""A set of slots: bit n stands for slot n."""
WIDTH = 12
_FIELD = (1 << WIDTH) - 1
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
        self._numbered: dict[tuple[tuple[str, Value], ...], tuple[Values, Values]] = {}
        self._inside: dict[int, Values] = {}
        self._slots_of: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self.bits_of = lru_cache(maxsize=None)(_bits_of)
        plain = {name for name in followed if not name.startswith("case.")}
        for frame in frames:
            for name in sorted(_named_in(frame, outcomes) & plain):
                self._slots.setdefault((frame.scope.index, name), len(self._slots))
        for (index, name), slot in self._slots.items():
            self._slots_of[index].append((name, slot))
        self._veils = sum(VEILED << slot * WIDTH for slot in range(len(self._slots)))

    @property
    def nothing(self) -> Values:
        """Return the values before anything is known."""
        return 0

    @property
    def mask_of_facts(self) -> Slots:
        """Return the slots of all facts, as a set."""
        return (1 << len(self.facts)) - 1

    def mask(self, frame: Frame, names: Iterable[str], *, is_own: bool = False) -> Slots:
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

    def veils(self, slots: Slots) -> Values:
        """Return what stands in the slots that are not looked at, which are all but these."""
        return self._veils & ~self.bits_of(slots)

    def number(self, value: Value) -> int:
        if value not in self._numbers:
            if len(self._values) > _FIELD:
                raise NotExamined(Text("there are more than {limit} ways it can stand", limit=_FIELD))
            self._numbers[value] = len(self._values)
            self._values.append(value)
        return self._numbers[value]

    def facts_of(self, values: Values) -> dict[str, Value]:
        return {name: self._values[values >> place * WIDTH & _FIELD] for place, name in enumerate(self.facts)}

    def with_facts(self, values: Values, facts: tuple[tuple[str, Value], ...]) -> Values:
        """Return the values with these facts replaced."""
        if facts not in self._numbered:
            places = ((self._slots.get((-1, name)), value) for name, value in facts)
            self._numbered[facts] = self._bits(
                (slot, self.number(value)) for slot, value in places if slot is not None
            )
        keeps, bits = self._numbered[facts]
        return values & keeps | bits

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
                    if number := values >> slot * WIDTH & _FIELD:
                        found[name] = self._values[number]
            self._known[key] = found
        return self._known[key]

    def assigned(self, frame: Frame, values: Values, outcome: Outcome) -> Values:
        """Return the values after an element of a frame has set some."""
        found = values
        for name, value in outcome.items():
            slot = self._slots.get((-1 if name.startswith("case.") else frame.scope.index, name))
            if slot is not None:
                found = found & ~(_FIELD << slot * WIDTH) | self.number(value) << slot * WIDTH
        return found

    def without(self, frame: Frame, values: Values) -> Values:
        """Return the values without those of a frame that is over, and of all that ran in it."""
        if frame.index not in self._inside:
            scopes = (each.index for each in frame.within if each.has_own_scope)
            slots = (slot for index in scopes for _, slot in self._slots_of[index])
            self._inside[frame.index] = ~self.bits_of(sum(1 << slot for slot in slots))
        return values & self._inside[frame.index]

    def changes(self, before: Values, after: Values) -> tuple[Values, Values]:
        """Return which bits stay from one to the other, and those that are set: the same from elsewhere."""
        differ = before ^ after
        return self._bits(
            (slot, after >> slot * WIDTH & _FIELD)
            for slot in range(len(self._slots))
            if differ >> slot * WIDTH & _FIELD
        )

    def _bits(self, numbered: Iterable[tuple[int, int]]) -> tuple[Values, Values]:
        cleared = bits = 0
        for slot, number in numbered:
            cleared |= _FIELD << slot * WIDTH
            bits |= number << slot * WIDTH
        return ~cleared, bits


def _bits_of(slots: Slots) -> Values:
    """Return all bits of the values in a set of slots."""
    found = 0
    for slot in range(slots.bit_length()):
        if slots >> slot & 1:
            found |= _FIELD << slot * WIDTH
    return found


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
