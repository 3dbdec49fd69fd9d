"""Which values may still be read from where tokens stand: states that differ in the others are the same.

Backward along the unfolded drawing: a value is live before an element that may read it, and not before one
that is sure to set it anew. A set of values is a number whose bit n stands for slot n.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from service.engine.drawing import Element
from service.engine.drawing.kinds import CONDITIONAL
from service.engine.guarantees.formulas import formula, names_in
from service.engine.guarantees.net import Net, Place
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.variables import Variables

Node = tuple[int, str, bool]
"""A frame, an element, and whether what runs inside it has begun."""


class Kept(NamedTuple):
    """Where all facts must be kept, whoever reads them: at these elements, and all through some frames."""

    elements: Collection[Element]
    in_frame: Callable[[Frame], bool]


class Graph:
    """How one gets from node to node on an unfolded drawing, and the names of variables met there."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self.onward: dict[Node, set[Node]] = defaultdict(set)
        # Where it goes on without the element being left: nothing is set then.
        self.away: dict[Node, set[Node]] = defaultdict(set)
        self.earlier: dict[Node, set[Node]] = defaultdict(set)
        self.asked: dict[Node, frozenset[str]] = {}
        for frame in frames:
            listening = [each for each in frame.container.elements.values() if each.trigger is not None]
            for element in frame.container.elements.values():
                self._add(frame, element, listening)
        for leads in (self.onward, self.away):
            for node, following in leads.items():
                for each in following:
                    self.earlier[each].add(node)

    def _add(self, frame: Frame, element: Element, listening: Collection[Element]) -> None:
        before, last, child = _entry(frame, element), _last(frame, element), frame.children.get(element)
        if element.kind in CONDITIONAL:
            self.asked[last] = _names(flow.condition for flow in element.outgoing)
        if child is not None:
            handed = (each.expression for each in element.extensions.call_in)
            self.asked[before] = _names(handed)
            self.onward[before].add(_entry(child, child.container.of_kind("startEvent")[0]))
            for each in child.container.elements.values():
                for node in {_entry(child, each), _last(child, each)}:
                    self.away[node].add(last)
        elements = frame.container.elements
        self.onward[last] |= {_entry(frame, elements[flow.target]) for flow in element.outgoing}
        sent_back = [elements[name] for name in element.return_targets if name in elements]
        again = [element] if element.extensions.multi_instance is not None else []
        for other in (*sent_back, *again, *element.boundary, *listening):
            self.away[last].add(_entry(frame, other))
            self.away[before].add(_entry(frame, other))


@lru_cache(maxsize=64)
def graph_of(root: Frame) -> Graph:
    """Return the graph of an unfolded drawing, made once for it."""
    return Graph(root.within)


class Liveness:
    """The slots that are live at each place. `asked`: what else is read at elements, `kept`: where all is."""

    def __init__(
        self, net: Net, variables: Variables, asked: Mapping[Element, Collection[str]], kept: Kept
    ) -> None:
        self._net, self._variables = net, variables
        self._graph = graph_of(net.frames[0])
        self._reads: dict[Node, int] = defaultdict(int)
        self._sets: dict[Node, int] = {}
        for frame in net.frames:
            all_through = variables.mask_of_facts if kept.in_frame(frame) else 0
            for element in frame.container.elements.values():
                reads = variables.mask_of_facts if element in kept.elements else all_through
                if element in asked:
                    reads |= variables.mask(frame, asked[element])
                self._read(frame, element, reads)
        followed = net.outcomes.followed
        for node, names in self._graph.asked.items():
            if not names.isdisjoint(followed):
                self._reads[node] |= variables.mask(net.frames[node[0]], names & followed)
        self._live = self._solved()

    def at(self, place: Place) -> int:
        """Return the slots that a token at a place may lead to be read."""
        return self._live.get((place.frame.index, place.element.id, bool(place.phase)), 0)

    def _read(self, frame: Frame, element: Element, reads: int) -> None:
        """Note what is read at an element, and set when it is left."""
        child, outcomes, mask = frame.children.get(element), self._net.outcomes, self._variables.mask
        last = _last(frame, element)
        if reads:
            self._reads[last] |= reads
            self._reads[_entry(frame, element)] |= reads
        if child is not None and any(each.everything for each in element.extensions.call_in):
            self._reads[_entry(frame, element)] |= mask(frame, outcomes.followed)
        wanted = outcomes.set_by(element)
        if wanted:
            # What an activity hands back is read and set when it is left; a call reads what its process set.
            reads_in = child if child is not None and element.kind == "callActivity" else frame
            self._reads[last] |= mask(reads_in, outcomes.reads(element))
            self._sets[last] = mask(frame, wanted, is_own=True)

    def _solved(self) -> dict[Node, int]:
        """Return what is live before each node: the least solution, by working backwards until it stands."""
        live = {node: reads for node, reads in self._reads.items() if reads}
        graph, waiting = self._graph, set[Node]()
        for node in live:
            waiting |= graph.earlier.get(node, set())
        while waiting:
            node = waiting.pop()
            after = _joined(live, graph.onward.get(node, ())) & ~self._sets.get(node, 0)
            found = self._reads.get(node, 0) | after | _joined(live, graph.away.get(node, ()))
            if found != live.get(node, 0):
                live[node] = found
                waiting |= graph.earlier.get(node, set())
        return live


def _entry(frame: Frame, element: Element) -> Node:
    return frame.index, element.id, False


def _last(frame: Frame, element: Element) -> Node:
    return frame.index, element.id, element in frame.children


def _joined(live: Mapping[Node, int], nodes: Iterable[Node]) -> int:
    found = 0
    for node in nodes:
        found |= live.get(node, 0)
    return found


def _names(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(name for text in texts if text for name in names_in(formula(text)))
