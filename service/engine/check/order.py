"""Which elements of a process may run before which: upstream, or in a parallel branch.

A set of elements is a number whose bit n stands for the n-th element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from service.engine.drawing import Container, Element, Process

FORKS = frozenset({"parallelGateway", "inclusiveGateway"})


class Order:
    """The elements of a process with its embedded sub-processes, and who may come after whom."""

    def __init__(self, process: Process) -> None:
        self.elements = list(process.elements.values())
        self._bits = {element.id: 1 << place for place, element in enumerate(self.elements)}
        self._following = {element.id: 0 for element in self.elements}
        for container in process.body.containers():
            for element in container.elements.values():
                self._following[element.id] |= self._set(other.id for other in container.following(element))
        for element in self.elements:
            if element.inner is not None:
                self._join_inner(element)
        for container in process.body.containers():
            for element in container.elements.values():
                if element.trigger is not None:
                    self._join_event(element, element.trigger, container)

    def bit(self, element: Element) -> int:
        return self._bits[element.id]

    @cached_property
    def before(self) -> Mapping[str, int]:
        """Return for each element the set of those that may have run before it."""
        before = dict.fromkeys(self._bits, 0)
        for element in self.elements:
            for later in self._members(self._after[element.id]):
                before[later] |= self.bit(element)
        for element in self.elements:
            if element.kind in FORKS and len(element.outgoing) > 1:
                self._add_branches(element, before)
        return before

    def _add_branches(self, fork: Element, before: dict[str, int]) -> None:
        """What runs in one branch of a fork may have run before anything in another."""
        branches = [
            self._bits[start] | self._after[start] for start in self._members(self._following[fork.id])
        ]
        for one in branches:
            for other in branches:
                for name in self._members(one & ~other):
                    before[name] |= other & ~one

    @cached_property
    def _after(self) -> Mapping[str, int]:
        """Return for each element the set of those that may run after it."""
        after = dict(self._following)
        changed = True
        while changed:
            changed = False
            for element in reversed(self.elements):
                further = after[element.id]
                for name in self._members(self._following[element.id]):
                    further |= after[name]
                if further != after[element.id]:
                    after[element.id], changed = further, True
        return after

    def _join_inner(self, element: Element) -> None:
        outside = self._following[element.id]
        for inner in element.inner.elements.values() if element.inner else ():
            if inner.kind == "startEvent":
                self._following[element.id] |= self._bits[inner.id]
            # Whatever runs inside may be interrupted there; then the boundary events' paths go on.
            self._following[inner.id] |= outside

    def _join_event(self, element: Element, trigger: Element, container: Container) -> None:
        """An event sub-process may come after everything beside it, and before that unless it interrupts."""
        beside = [each for each in container.everything() if not self._is_inside(each, element)]
        for other in beside:
            self._following[other.id] |= self._bits[element.id]
        if not trigger.interrupts and element.inner is not None:
            others = self._set(each.id for each in beside)
            for inner in element.inner.everything():
                self._following[inner.id] |= others

    def _is_inside(self, element: Element, around: Element) -> bool:
        inside = around.inner.everything() if around.inner is not None else ()
        return element is around or any(each is element for each in inside)

    def _set(self, names: Iterator[str]) -> int:
        return sum({self._bits[name] for name in names})

    def _members(self, chosen: int) -> Iterator[str]:
        while chosen:
            low = chosen & -chosen
            yield self.elements[low.bit_length() - 1].id
            chosen ^= low
