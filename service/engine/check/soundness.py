"""Joins that would wait for ever: all ways tokens can stand on a drawing, walked without any data.

A parallel join that no way through can satisfy is an error. One that some way leaves waiting is a warning,
since the conditions may rule that way out. Drawings with inclusive joins or very many ways are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from service.engine.check.report import Report
from service.engine.drawing import Container, Element, Flow
from service.engine.drawing.kinds import ACTIVITIES

MARKINGS = 4000
MOST_WAYS = 64
# A marking says how many tokens stand on each flow: a number with WIDTH bits for each. More than three are
# too many: then the highest of the bits is set.
WIDTH, FIELD, TOO_MANY = 3, 0b111, 0b100


def check_soundness(container: Container, report: Report) -> None:
    """Judge the joins of a process and its embedded sub-processes; the structure must be sound already."""
    for each in container.containers():
        joins = [element for element in each.elements.values() if _is_join(element, "parallelGateway")]
        inclusive = any(_is_join(element, "inclusiveGateway") for element in each.elements.values())
        if joins and not inclusive:
            _judge(each, joins, report)


def _is_join(element: Element, kind: str) -> bool:
    return element.kind == kind and len(element.incoming) > 1


def _judge(container: Container, joins: list[Element], report: Report) -> None:
    walked = _walk(container)
    if walked is None:
        return
    for element in joins:
        if element.id not in walked.passed:
            report.error(
                element,
                "join-never-passed",
                "{element!r} waits for ever: no way through brings a token on all its flows.",
                element=element.title,
            )
        elif element.id in walked.stuck:
            report.warning(
                element,
                "join-may-wait",
                "{element!r} waits for ever if one of its flows brings no token: check what leads to it.",
                element=element.title,
            )


@dataclass(frozen=True)
class _Walked:
    """The joins passed on some way, and those left waiting on some."""

    passed: set[str]
    stuck: set[str]


def _walk(container: Container) -> _Walked | None:
    """Return what all ways through come to; None when there are too many."""
    ways = _Ways(container)
    first = ways.first()
    seen, queue = {first}, [first]
    walked = _Walked(set(), set())
    while queue:
        marking = queue.pop()
        moves = list(ways.moves(marking, walked.passed))
        if marking and not moves:
            walked.stuck.update(ways.waiting(marking))
        new = [each for each in moves if each not in seen]
        seen.update(new)
        queue += new
        if len(seen) > MARKINGS:
            return None
    return walked


@dataclass(frozen=True)
class _Join:
    """A parallel join: it moves when `needed`, one token on each of its flows, is there."""

    id: str
    needed: tuple[int, ...]
    change: int


class _Ways:
    """Where a token on each flow can go on to, read off the drawing once."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._one = {flow.id: 1 << WIDTH * place for place, flow in enumerate(container.flows)}
        self._too_many = sum(one * TOO_MANY for one in self._one.values())
        self._joins: list[_Join] = []
        # By the bits of a flow: how the marking may change when its token goes on.
        self._changes: dict[int, list[int]] = {}
        # A token on one of these flows ends all others with it.
        self._fatal = 0
        for element in container.elements.values():
            self._read(element)

    def _read(self, element: Element) -> None:
        taken = [self._one[flow.id] for flow in element.incoming]
        if _is_join(element, "parallelGateway"):
            change = self._sum(element.outgoing) - sum(taken)
            self._joins.append(_Join(element.id, tuple(one * FIELD for one in taken), change))
        elif element.kind == "endEvent" and element.event_kind in ("terminate", "error"):
            self._fatal |= sum(one * FIELD for one in taken)
        else:
            placed = [self._sum(way) for way in _ways_on(element)]
            for one in taken:
                self._changes[one * FIELD] = [each - one for each in placed]

    def _sum(self, flows: Iterable[Flow]) -> int:
        return sum(self._one[flow.id] for flow in flows)

    def first(self) -> int:
        """Return the marking when the process has just begun."""
        return sum(self._sum(start.outgoing) for start in self._container.of_kind("startEvent"))

    def moves(self, marking: int, passed: set[str]) -> Iterator[int]:
        """Yield the markings that may follow; the joins that let a token through are added to `passed`."""
        if marking & self._fatal:
            yield 0
        for join in self._joins:
            if all(marking & each for each in join.needed):
                passed.add(join.id)
                if not (marking + join.change) & self._too_many:
                    yield marking + join.change
        for field, changes in self._changes.items():
            if marking & field:
                for change in changes:
                    if not (marking + change) & self._too_many:
                        yield marking + change

    def waiting(self, marking: int) -> set[str]:
        """Return the ids of the elements whose tokens stand."""
        flows = self._container.flows
        return {flow.target for flow in flows if marking & self._one[flow.id] * FIELD}


def _ways_on(element: Element) -> list[tuple[Flow, ...]]:
    """Return the sets of flows a token may leave an element by."""
    out = element.outgoing
    if element.kind in ("exclusiveGateway", "eventBasedGateway"):
        return [(flow,) for flow in out]
    if element.kind == "inclusiveGateway":
        return [some for size in range(1, len(out) + 1) for some in combinations(out, size)][:MOST_WAYS]
    ways: list[tuple[Flow, ...]] = [out]
    if element.kind in ACTIVITIES:
        for event in element.boundary:
            ways.append(event.outgoing if event.interrupts else (*out, *event.outgoing))
    return ways
