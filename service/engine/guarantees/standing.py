"""Tokens put on their places and taken away: what every move is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from service.engine.drawing import Element, Flow
from service.engine.guarantees.net import Net, Place, Stop
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.variables import Values, Variables

MANY = 2
IN = "in"
"""Instead of a flow: the token holds what runs inside its activity."""
Seen = tuple[Frame, Element]
Tokens = tuple[int, ...]


class Event(NamedTuple):
    """Something the sentence speaks of: a token comes to an element, or has completed it.

    `before` are the values before the element set any.
    """

    kind: str
    frame: Frame
    element: Element
    values: Values
    before: Values


class Placed(NamedTuple):
    """Where a token of a case under way stands; at a join, by which flow. With `is_come` it is new there."""

    frame: Frame
    element: Element
    flow: str
    is_come: bool


class Way(NamedTuple):
    """One way a state may go on. `passed` is what it comes by, `undecided` where nobody can say which way."""

    tokens: Tokens
    values: Values
    events: tuple[Event, ...] = ()
    passed: tuple[Seen, ...] = ()
    undecided: tuple[Seen, ...] = ()


class Standing:
    """Changes how tokens stand on one net. More than one at a place counts as MANY, whatever their number."""

    def __init__(self, net: Net, variables: Variables) -> None:
        self._net, self._variables = net, variables

    def _left(self, state: Way, frame: Frame, element: Element) -> Iterator[Way]:
        known = self._variables.known(frame, state.values)
        for outcome in self._net.outcomes.of(element, known):
            values = self._variables.assigned(frame, state.values, outcome)
            yield from self._gone_on(_valued(state, values), frame, element, state.values)

    def _gone_on(self, state: Way, frame: Frame, element: Element, before: Values) -> Iterable[Way]:
        met = self._met(state, self._net.heeded.left, "leave", frame, element, before)
        return self._along(met, frame, element, element.outgoing)

    def _through(self, state: Way, frame: Frame, element: Element, flows: Iterable[Flow]) -> Iterable[Way]:
        """Go on from a gateway, which is completed by that."""
        return self._along(self._passing(state, frame, element), frame, element, flows)

    def _passing(self, state: Way, frame: Frame, element: Element) -> Way:
        """Complete what sets nothing."""
        return self._met(state, self._net.heeded.left, "leave", frame, element, state.values)

    def _along(self, state: Way, frame: Frame, element: Element, flows: Iterable[Flow]) -> Iterable[Way]:
        """Put a token where each of the flows leads."""
        tokens, values, events, passed, undecided = state
        found = [Way(tokens, values, events, (*passed, (frame, element)), undecided)]
        for flow in flows:
            stops = self._net.stops(frame, flow)
            found = [self._stopped(way, frame, stop) for way in found for stop in stops]
        return found

    def _stopped(self, state: Way, frame: Frame, stop: Stop) -> Way:
        way = state
        if stop.passed:
            tokens, values, events, passed, undecided = state
            passed = (*passed, *((frame, each) for each in stop.passed))
            undecided = (*undecided, *((frame, each) for each in stop.undecided))
            way = Way(tokens, values, events, passed, undecided)
        return (
            way
            if stop.place is None
            else self._entering(self._with(way, stop.place), frame, stop.place.element)
        )

    def _entering(self, state: Way, frame: Frame, element: Element) -> Way:
        """Come to an element."""
        return self._met(state, self._net.heeded.entered, "enter", frame, element, state.values)

    def _met(
        self,
        state: Way,
        heeded: Collection[Element],
        kind: str,
        frame: Frame,
        element: Element,
        before: Values,
    ) -> Way:
        if element not in heeded:
            return state
        event = Event(kind, frame, element, state.values, before)
        return state._replace(events=(*state.events, event))

    def placed(self, values: Values, spots: Iterable[Placed]) -> Sequence[Way]:
        """Return how tokens may stand that a case was met with: one for each place they may stop at."""
        found = [Way((), values)]
        for spot in spots:
            found = [way for state in found for way in self._put(state, spot)]
        return [_standing(way, tuple(sorted(way.tokens))) for way in found]

    def _put(self, state: Way, spot: Placed) -> Iterator[Way]:
        """Put a token where it stands, or where what it stands at leads that is of no account."""
        if spot.flow == IN:
            loops = spot.element.extensions.multi_instance is not None
            inside = self._net.place(spot.frame, spot.element, phase="again" if loops else "in")
            come = self._entering(state, spot.frame, spot.element) if spot.is_come else state
            yield self._with(come, inside)
            return
        for stop in self._net.stops_at(spot.frame, spot.element, spot.flow):
            if spot.is_come or stop.passed or stop.place is None:
                yield self._stopped(state, spot.frame, stop)
            else:
                yield self._with(state, stop.place)

    def _with(self, state: Way, place: Place) -> Way:
        if state.tokens.count(place.number) >= MANY:
            return state
        return _standing(state, tuple(sorted((*state.tokens, place.number))))

    def _without(self, state: Way, *places: Place) -> Sequence[Way]:
        """Return what is left when a token is taken from each place: where there are many, some may stay."""
        found = [state]
        for place in places:
            fewer = [_standing(way, _less(way.tokens, place.number)) for way in found]
            found = fewer + found if state.tokens.count(place.number) >= MANY else fewer
        return found

    def _dropped(self, state: Way, place: Place) -> Way:
        """Take every token from a place, with what runs inside it."""
        tokens = tuple(number for number in state.tokens if number != place.number)
        child = place.frame.children.get(place.element)
        way = _standing(state, tokens)
        return self._emptied(way, child) if child is not None and place.phase else way

    def _cancelled(self, state: Way, frame: Frame, host: Element) -> Iterator[Way]:
        """Take an activity away: its token, and all tokens inside."""
        for number in dict.fromkeys(state.tokens):
            place = self._net.places[number]
            if place.frame is frame and place.element is host:
                for way in self._without(state, place):
                    child = frame.children.get(host)
                    yield self._emptied(way, child) if child is not None and place.phase else way

    def _emptied(self, state: Way, frame: Frame, *, keep_values: bool = False) -> Way:
        inner = self._inner(state, frame)
        tokens = tuple(number for number in state.tokens if number not in inner)
        values = state.values if keep_values else self._variables.without(frame, state.values)
        return _valued(_standing(state, tokens), values)

    def _inner(self, state: Way, frame: Frame) -> frozenset[int]:
        """Return the places with tokens in a frame and in all that runs inside it."""
        places, indexes = self._net.places, frame.numbers
        return frozenset(n for n in state.tokens if places[n].frame.index in indexes)


def _standing(state: Way, tokens: Tokens) -> Way:
    return Way(tokens, state.values, state.events, state.passed, state.undecided)


def _valued(state: Way, values: Values) -> Way:
    return Way(state.tokens, values, state.events, state.passed, state.undecided)


def _less(tokens: Tokens, number: int) -> Tokens:
    at = tokens.index(number)
    return tokens[:at] + tokens[at + 1 :]
