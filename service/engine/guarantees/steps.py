"""How a state may go on, worked out once for all that differ only in what is of no account there.

A token mostly goes on as if it stood alone, and by few values. In place of the values that are not read
stands one of which nothing is known: if one was read all the same, it would be taken every way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.engine.drawing import Element
from service.engine.drawing.kinds import CONDITIONAL
from service.engine.guarantees.formulas import formula, names_in
from service.engine.guarantees.moves import Moves
from service.engine.guarantees.net import THROWN, Net, Place
from service.engine.guarantees.standing import Event, Seen, Tokens, Way
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.variables import Values, Variables

Sets = tuple[tuple[int, int], ...]
"""Slots, each with what it is set to."""


class _Step(NamedTuple):
    """A way, with what is set on it, and what was set before each of its events and behind it."""

    tokens: Tokens
    sets: Sets
    events: tuple[tuple[Event, Sets, Sets], ...]
    passed: tuple[Seen, ...]
    undecided: tuple[Seen, ...]

    def taken(self, values: Values) -> Way:
        """Return the way as it goes on from where values are so."""
        events = tuple(
            event._replace(values=_with(values, after), before=_with(values, before))
            for event, after, before in self.events
        )
        return Way(self.tokens, _with(values, self.sets), events, self.passed, self.undecided)


class Steps:
    """The ways the states of one net go on."""

    def __init__(self, net: Net, variables: Variables, moves: Moves) -> None:
        self._net, self._variables, self._moves = net, variables, moves
        self._found: dict[tuple[Tokens, Values], list[_Step]] = {}
        self._alone: dict[tuple[int, Values], list[_Step]] = {}
        self._unread: dict[Tokens, tuple[int, ...]] = {}
        self._reads: dict[int, int] = {}

    def following(self, tokens: Tokens, values: Values) -> Iterator[Way]:
        """Yield the ways a state may go on."""
        asked = self._veiled(tokens, values)
        if (tokens, asked) not in self._found:
            self._found[tokens, asked] = list(self._steps(Way(tokens, asked)))
        for step in self._found[tokens, asked]:
            yield step.taken(values)

    def _steps(self, state: Way) -> Iterator[_Step]:
        for number in dict.fromkeys(state.tokens):
            alone = self._steps_of(number, state.values) if self._goes_alone(self._net.places[number]) else []
            rest = list(state.tokens)
            rest.remove(number)
            if alone and all(token not in rest for step in alone for token in (number, *step.tokens)):
                yield from (step._replace(tokens=tuple(sorted((*rest, *step.tokens)))) for step in alone)
            else:
                yield from (_step(state, way) for way in self._moves.of(state, number))
        yield from (_step(state, way) for way in self._moves.heard(state))

    def _steps_of(self, number: int, values: Values) -> list[_Step]:
        """Return how a token goes on as long as nothing else stands where it stops."""
        asked = self._veiled((number,), values)
        if (number, asked) not in self._alone:
            state = Way((number,), asked)
            self._alone[number, asked] = [_step(state, way) for way in self._moves.of(state, number)]
        return self._alone[number, asked]

    def _goes_alone(self, place: Place) -> bool:
        """Tell whether a token goes on wherever others are: it waits for none, and cancels none."""
        element, frame = place.element, place.frame
        throws = element.event_kind in THROWN or bool(self._net.thrown_by(element))
        waits = place.phase or place.flow or self._net.is_inclusive(frame)
        return not (
            waits or throws or element.return_targets or (element.boundary and element in frame.children)
        )

    def _veiled(self, tokens: Tokens, values: Values) -> Values:
        """Return the values with those veiled that nothing reads which may come next."""
        if tokens not in self._unread:
            read = 0
            for number in tokens:
                if number not in self._reads:
                    self._reads[number] = self._read_at(self._net.places[number])
                read |= self._reads[number]
            self._unread[tokens] = self._variables.others(read)
        return self._variables.veiled(values, self._unread[tokens])

    def _read_at(self, place: Place) -> int:
        """Return the slots that may be read when a token goes on from a place, or is taken from there."""
        element, frame, mask = place.element, place.frame, self._variables.mask
        followed, reads = self._net.outcomes.followed, self._net.outcomes.reads
        child, found = frame.children.get(element), 0
        for around, each in self._left_next(frame, element):
            found |= mask(around, reads(each))
        texts = {flow.condition for flow in element.outgoing} if element.kind in CONDITIONAL else set()
        texts |= {each.expression for each in element.extensions.call_in if not each.everything}
        for text in texts:
            found |= mask(frame, names_in(formula(text)) & followed)
        if any(each.everything for each in element.extensions.call_in):
            found |= mask(frame, followed)
        return found | (mask(child, reads(element)) if child is not None else 0)

    def _left_next(self, frame: Frame, element: Element) -> Iterator[tuple[Frame, Element]]:
        """Yield what may be left next: an element, what waits with it, what is at its edge or around it."""
        yield frame, element
        if element.kind == "eventBasedGateway":
            yield from ((frame, frame.container.elements[flow.target]) for flow in element.outgoing)
        for around, host in ((frame, element), *frame.around()):
            yield from ((around, event) for event in host.boundary)


def _step(state: Way, way: Way) -> _Step:
    before = state.values
    events = tuple((each, _set(before, each.values), _set(before, each.before)) for each in way.events)
    return _Step(way.tokens, _set(before, way.values), events, way.passed, way.undecided)


def _set(before: Values, after: Values) -> Sets:
    if before is after:
        return ()
    pairs: Iterable[tuple[int, tuple[int, int]]] = enumerate(zip(before, after, strict=True))
    return tuple((slot, new) for slot, (old, new) in pairs if old != new)


def _with(values: Values, sets: Sets) -> Values:
    if not sets:
        return values
    found = list(values)
    for slot, number in sets:
        found[slot] = number
    return tuple(found)
