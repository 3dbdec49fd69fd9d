"""How a state may go on, worked out once for all that differ only in what is of no account there.

A token mostly goes on as if it stood alone, and by few values. In place of the values that are not read
stands one of which nothing is known: if one was read all the same, it would be taken every way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from service.engine.drawing import Element
from service.engine.drawing.kinds import CONDITIONAL
from service.engine.guarantees.formulas import formula, names_in
from service.engine.guarantees.liveness import Liveness
from service.engine.guarantees.moves import Moves
from service.engine.guarantees.net import THROWN, Net, Place
from service.engine.guarantees.standing import Event, Seen, Tokens, Way
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.variables import Slots, Values, Variables


class Step(NamedTuple):
    """A way on to where tokens stand so: of the values it `keeps` these bits, and sets those.

    Each of its events comes with what was kept and set by then, and before.
    """

    to: Marking
    keeps: Values
    sets: Values
    events: tuple[tuple[Event, tuple[Values, Values], tuple[Values, Values]], ...]
    passed: tuple[Seen, ...]
    undecided: tuple[Seen, ...]


class _Mover:
    """A token at a place among others: the values it reads, and how it goes on by them."""

    __slots__ = ("found", "number", "reads", "veils")

    def __init__(self, number: int, reads: Values, veils: Values) -> None:
        self.number, self.reads, self.veils = number, reads, veils
        self.found: dict[Values, tuple[Step, ...]] = {}


class Marking:
    """How tokens stand, made once for each way they do. `live`: all bits that somebody may still read."""

    __slots__ = ("heard", "live", "movers", "running", "tokens")

    def __init__(self, tokens: Tokens, running: frozenset[str], live: Values) -> None:
        self.tokens, self.running, self.live = tokens, running, live
        self.movers: tuple[_Mover, ...] | None = None
        self.heard: tuple[Step, ...] = ()


class Steps:
    """The ways the states of one net go on."""

    def __init__(self, net: Net, variables: Variables, moves: Moves, liveness: Liveness | None) -> None:
        self._net, self._variables, self._moves, self._liveness = net, variables, moves, liveness
        self._markings: dict[Tokens, Marking] = {}
        self._alone: dict[tuple[int, Values], list[Step]] = {}
        self._reads: dict[int, tuple[Values, Values]] = {}

    def marking(self, tokens: Tokens) -> Marking:
        """Return the one marking of these tokens."""
        if tokens not in self._markings:
            self._markings[tokens] = Marking(tokens, self._running(tokens), self._live(tokens))
        return self._markings[tokens]

    def following(self, marking: Marking, values: Values) -> Iterator[Step]:
        """Yield the ways a state may go on."""
        if marking.movers is None:
            self._look_at(marking)
        for mover in marking.movers or ():
            asked = values & mover.reads
            steps = mover.found.get(asked)
            if steps is None:
                steps = mover.found[asked] = tuple(self._steps(marking, mover, asked | mover.veils))
            yield from steps
        yield from marking.heard

    def first(self, before: Values, way: Way) -> Step:
        """Return a way from these values as a step."""
        events = tuple(
            (each, self._changes(before, each.values), self._changes(before, each.before))
            for each in way.events
        )
        keeps, sets = self._changes(before, way.values)
        return Step(self.marking(way.tokens), keeps, sets, events, way.passed, way.undecided)

    def _changes(self, before: Values, after: Values) -> tuple[Values, Values]:
        return (-1, 0) if before == after else self._variables.changes(before, after)

    def _running(self, tokens: Tokens) -> frozenset[str]:
        """Return the processes that run while tokens stand so."""
        frames = {self._net.places[number].frame for number in tokens}
        around = {each for frame in frames for each, _ in frame.around()}
        return frozenset(each.container.process for each in frames | around)

    def _live(self, tokens: Tokens) -> Values:
        if self._liveness is None:
            return -1
        live = 0
        for number in tokens:
            live |= self._liveness.at(self._net.places[number])
        return self._variables.bits_of(live)

    def _look_at(self, marking: Marking) -> None:
        numbers = dict.fromkeys(marking.tokens)
        marking.movers = tuple(_Mover(number, *self._reads_of(number)) for number in numbers)
        # No value decides what event sub-processes hear, nor how they begin.
        state = Way(marking.tokens, self._variables.veils(0))
        marking.heard = tuple(self.first(state.values, way) for way in self._moves.heard(state))

    def _reads_of(self, number: int) -> tuple[Values, Values]:
        """Return the bits that are read at a place, and what stands in the others' stead."""
        if number not in self._reads:
            slots = self._read_at(self._net.places[number])
            self._reads[number] = self._variables.bits_of(slots), self._variables.veils(slots)
        return self._reads[number]

    def _steps(self, marking: Marking, mover: _Mover, values: Values) -> Iterator[Step]:
        number, rest = mover.number, list(marking.tokens)
        rest.remove(number)
        alone = self._steps_of(number, values) if self._goes_alone(self._net.places[number]) else []
        if alone and all(token not in rest for step in alone for token in (number, *step.to.tokens)):
            for step in alone:
                tokens = tuple(sorted((*rest, *step.to.tokens))) if rest else step.to.tokens
                yield Step(self.marking(tokens), *step[1:])
        else:
            state = Way(marking.tokens, values)
            yield from (self.first(values, way) for way in self._moves.of(state, number))

    def _steps_of(self, number: int, values: Values) -> list[Step]:
        """Return how a token goes on as long as nothing else stands where it stops."""
        if (number, values) not in self._alone:
            state = Way((number,), values)
            self._alone[number, values] = [self.first(values, way) for way in self._moves.of(state, number)]
        return self._alone[number, values]

    def _goes_alone(self, place: Place) -> bool:
        """Tell whether a token goes on wherever others are: it waits for none, and cancels none."""
        element, frame = place.element, place.frame
        throws = element.event_kind in THROWN or bool(self._net.thrown_by(element))
        waits = place.phase or place.flow or self._net.is_inclusive(frame)
        return not (
            waits or throws or element.return_targets or (element.boundary and element in frame.children)
        )

    def _read_at(self, place: Place) -> Slots:
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
