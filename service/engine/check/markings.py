"""How tokens can stand on a drawing (a *marking*), and how one such state follows another, without any data.

What no join can tell apart is one: elements passed in one way only are folded into the flow behind them, and
flows that lead to no join are left out, so that long branches cost no more than short ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from service.engine.drawing import Container, Element, Flow
from service.engine.drawing.kinds import ACTIVITIES

MOST_WAYS = 1024
# A marking says how many tokens stand on each flow: a number with WIDTH bits for each. More than seven are
# too many: then the highest of the bits is set.
WIDTH, FIELD, TOO_MANY = 4, 0b1111, 0b1000
JOINS = ("parallelGateway", "inclusiveGateway")

Way = tuple[Flow, ...]
"""Flows on which a token is placed at once."""


def is_join(element: Element) -> bool:
    """Say whether tokens may have to wait for each other at an element."""
    return element.kind in JOINS and len(element.incoming) > 1


@dataclass(frozen=True)
class _Join:
    """A join with its incoming flows, and what each way on from it places."""

    id: str
    arriving: tuple[int, ...]
    placed: tuple[int, ...]

    def may_fire(self, marking: int) -> bool:
        return all(marking & field for field in self.arriving)


@dataclass(frozen=True)
class _Inclusive(_Join):
    """For each flow elsewhere, on which of its own flows a token from there may arrive."""

    reached: dict[int, int]

    def may_fire(self, marking: int) -> bool:
        """Say whether no token elsewhere holds the join back (BPMN 2.0.2, 13.4.3)."""
        marked = sum(field for field in self.arriving if marking & field)
        if not marked:
            return False
        elsewhere = (reached for field, reached in self.reached.items() if marking & field)
        return not any(reached & ~marked and not reached & marked for reached in elsewhere)


class Markings:
    """Where a token on each flow can go on to, read off the drawing once.

    `overflowed` says whether something was left out: more tokens on a flow, or ways on, than are counted.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self.overflowed = False
        self._telling = _telling_flows(container)
        self._ways = {each.id: self._ways_on(each) for each in container.elements.values()}
        self._folded = _folded(container, self._ways)
        kept = sorted(set(self._folded.values()) & self._telling)
        self._one = {flow: 1 << WIDTH * place for place, flow in enumerate(kept)}
        self._too_many = sum(one * TOO_MANY for one in self._one.values())
        self._parallel: list[_Join] = []
        self._inclusive: list[_Inclusive] = []
        # By the field of a flow: how the marking may change when its token goes on.
        self._changes: dict[int, list[int]] = {}
        # A token on one of these flows ends all others with it.
        self._fatal = 0
        for element in container.elements.values():
            self._read(element)

    def _ways_on(self, element: Element) -> list[Way]:
        drawn = list(islice(_drawn_ways(element), MOST_WAYS + 1))
        self.overflowed |= len(drawn) > MOST_WAYS
        return list(dict.fromkeys(tuple(each for each in way if each.id in self._telling) for way in drawn))

    def _read(self, element: Element) -> None:
        arriving = tuple(dict.fromkeys(self._field(flow) for flow in element.incoming if self._one_of(flow)))
        placed = tuple(self._sum(way) for way in self._ways[element.id])
        if is_join(element) and element.kind == "parallelGateway":
            self._parallel.append(_Join(element.id, arriving, placed))
        elif is_join(element):
            self._inclusive.append(_Inclusive(element.id, arriving, placed, self._reaching(element)))
        elif _is_fatal(element):
            self._fatal |= sum(arriving)
        else:
            for flow in element.incoming:
                if self._folded[flow.id] == flow.id and (one := self._one_of(flow)):
                    self._changes[one * FIELD] = [each - one for each in placed]

    def _one_of(self, flow: Flow) -> int:
        return self._one.get(self._folded[flow.id], 0)

    def _field(self, flow: Flow) -> int:
        return self._one_of(flow) * FIELD

    def _sum(self, flows: Iterable[Flow]) -> int:
        return sum(self._one_of(flow) for flow in flows)

    def _reaching(self, join: Element) -> dict[int, int]:
        """Return, by the field of each flow elsewhere, the fields on which a token may arrive at a join."""
        own = {flow.id for flow in join.incoming}
        arriving: dict[int, int] = {}
        for flow in self._container.flows:
            if flow.id not in own and self._one_of(flow) and self._folded[flow.id] == flow.id:
                found = _arriving(self._container, self._container.elements[flow.target], join)
                arriving[self._field(flow)] = sum({self._field(each) for each in found})
        return arriving

    def first(self) -> set[int]:
        """Return the markings when the process has just begun, by one of its start events."""
        return {self._sum(start.outgoing) for start in self._container.of_kind("startEvent")}

    def at(self, element: Element) -> int:
        """Return the marking when a token has just come to an element, and no other is there."""
        return self._sum(element.incoming[:1])

    def moves(self, marking: int, passed: set[str]) -> list[int]:
        """Return the markings that may follow; the joins that let a token through are added to `passed`.

        Without inclusive joins no token keeps another from moving, so that it is enough to move one: what
        they come to together stays the same in whatever order they go.
        """
        found = [0] if marking & self._fatal else []
        for moved in self._moves(marking, passed):
            found += moved
            if not self._inclusive:
                break
        kept = [each for each in found if not each & self._too_many]
        self.overflowed |= len(kept) < len(found)
        return kept

    def _moves(self, marking: int, passed: set[str]) -> Iterator[list[int]]:
        """Yield for each token that may go on the markings that may follow."""
        for join in (*self._parallel, *self._inclusive):
            if join.may_fire(marking):
                passed.add(join.id)
                taken = sum(field // FIELD for field in join.arriving if marking & field)
                yield [marking - taken + placed for placed in join.placed]
        for field, changes in self._changes.items():
            if marking & field:
                yield [marking + change for change in changes]

    def waiting(self, marking: int) -> set[str]:
        """Return the ids of the joins whose tokens stand."""
        joins = (*self._parallel, *self._inclusive)
        return {join.id for join in joins if any(marking & field for field in join.arriving)}


def _is_fatal(element: Element) -> bool:
    return element.kind == "endEvent" and element.event_kind in ("terminate", "error")


def _drawn_ways(element: Element) -> Iterator[Way]:
    """Yield the sets of flows a token may leave an element by."""
    out = element.outgoing
    if element.kind in ("exclusiveGateway", "eventBasedGateway"):
        yield from ((flow,) for flow in out)
    elif element.kind == "inclusiveGateway":
        yield from (some for size in range(1, len(out) + 1) for some in combinations(out, size))
    else:
        yield out
        for event in element.boundary if element.kind in ACTIVITIES else ():
            yield event.outgoing if event.interrupts else (*out, *event.outgoing)


def _telling_flows(container: Container) -> set[str]:
    """Return the flows from which a join, or an end that takes all tokens with it, can be reached."""
    arriving: dict[str, list[Element]] = {}
    for element in container.elements.values():
        for following in container.following(element):
            arriving.setdefault(following.id, []).append(element)
    queue = [element for element in container.elements.values() if is_join(element) or _is_fatal(element)]
    seen = {element.id for element in queue}
    while queue:
        for earlier in arriving.get(queue.pop().id, ()):
            if earlier.id not in seen:
                seen.add(earlier.id)
                queue.append(earlier)
    return {flow.id for flow in container.flows if flow.target in seen}


def _folded(container: Container, ways: dict[str, list[Way]]) -> dict[str, str]:
    """Return for each flow the one that stands for it: elements passed in one way alone tell nothing."""
    onward: dict[str, str] = {}
    for element in container.elements.values():
        if len(ways[element.id]) == 1 and len(ways[element.id][0]) == 1 and not is_join(element):
            onward.update((flow.id, ways[element.id][0][0].id) for flow in element.incoming)
    return {flow.id: _last(flow.id, onward) for flow in container.flows}


def _last(flow: str, onward: dict[str, str]) -> str:
    passed = {flow}
    while flow in onward and onward[flow] not in passed:
        flow = onward[flow]
        passed.add(flow)
    return flow


def _arriving(container: Container, start: Element, join: Element) -> list[Flow]:
    """Return the incoming flows of a join that can be reached from an element without passing through it."""
    seen = container.reached([start], without={join.id})
    return [flow for flow in join.incoming if flow.source in seen]
