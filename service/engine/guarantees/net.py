"""Where tokens stop on an unfolded drawing: what is of no account for a sentence is passed over.

An element counts when the sentence speaks of it, when it sets a variable that is followed, when ways part or
meet there that hang on one, or when what it calls counts. Passing over the rest takes nothing away:

- It sets nothing and asks nothing that is followed, so whatever others do before, meanwhile or behind it
  comes to the same; a token that waits there stands as well where it stood before.
- At a gateway that asks nothing that is followed every way is open always: a token goes on at once to each
  place that any of them leads to. Branches that do nothing and all meet again are passed over with both
  gateways, as long as no other way leads into them.
- Coming to an element is asked about the values of that moment, and a wait before it gives others time to
  change them: so the last place where people, times or handlers are waited for before an element of the
  sentence counts too (`_before_entered`), and so does a call that hands back what it was handed before
  (`hands_through`).
- In a frame with an inclusive join all counts, because that join asks where all others are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from service.engine.drawing import Element, Flow
from service.engine.drawing.kinds import GATEWAYS
from service.engine.guarantees.effects import SERVICES
from service.engine.guarantees.evaluating import may_be
from service.engine.guarantees.formulas import formula, names_in, variable_of
from service.engine.guarantees.outcomes import Outcomes
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.unfolding import Frame

THROWN = frozenset({"error", "escalation", "terminate"})


@dataclass(frozen=True, eq=False)
class Place:
    """Where a token can stand: at an element of a frame. `flow` is by which it came, at a join.

    `phase` is "" on arrival at an activity that holds a process, "in" while that runs, "again" when it
    runs for a later element of a list.
    """

    number: int
    frame: Frame
    element: Element
    flow: str = ""
    phase: str = ""


@dataclass(frozen=True)
class Stop:
    """Where a token comes to a stop, None where its way ends, and what it passes before.

    `undecided` are the gateways it passes at which nobody can say which way is taken.
    """

    place: Place | None
    passed: tuple[Element, ...] = ()
    undecided: tuple[Element, ...] = ()


class Heeded(NamedTuple):
    """The elements that count for a sentence: where it matters who comes to them, and who leaves them."""

    entered: frozenset[Element]
    left: frozenset[Element]
    others: frozenset[Element] = frozenset()


class _Onward(NamedTuple):
    """A flow on which it goes on behind an element, and what is passed before it."""

    flow: Flow
    passed: tuple[Element, ...] = ()
    is_doubted: bool = False


class Net:
    """The places of an unfolded drawing."""

    def __init__(self, subject: Subject, frames: list[Frame], outcomes: Outcomes, heeded: Heeded) -> None:
        self.subject, self.frames, self.outcomes, self.heeded = subject, frames, outcomes, heeded
        self.marked = heeded.entered | heeded.left | heeded.others
        self.places: list[Place] = []
        self._numbers: dict[tuple[int, str, str, str], Place] = {}
        self._counts: dict[tuple[int, str], bool] = {}
        self._stops: dict[tuple[int, str, str], tuple[Stop, ...]] = {}
        self._onward: dict[tuple[int, str], tuple[_Onward, ...]] = {}
        self._regions: dict[tuple[int, str], tuple[tuple[Element, ...], Element] | None] = {}
        self._before: dict[int, frozenset[str]] = {}
        self._quiet: dict[int, bool] = {}

    def place(self, frame: Frame, element: Element, flow: str = "", phase: str = "") -> Place:
        """Return the one place of this kind."""
        key = (frame.index, element.id, flow, phase)
        if key not in self._numbers:
            self._numbers[key] = Place(len(self.places), frame, element, flow, phase)
            self.places.append(self._numbers[key])
        return self._numbers[key]

    def begin(self, frame: Frame) -> tuple[Stop, ...]:
        """Return where the first token may stop of what runs inside an activity."""
        return self.stops_at(frame, frame.container.of_kind("startEvent")[0], "")

    def stops(self, frame: Frame, flow: Flow) -> tuple[Stop, ...]:
        """Return where a token may stop that goes along a flow, the nearest first."""
        return self.stops_at(frame, frame.container.elements[flow.target], flow.id)

    def stops_at(self, frame: Frame, element: Element, flow: str) -> tuple[Stop, ...]:
        """Return where a token may stop that comes to an element, each place once."""
        key = (frame.index, element.id, flow)
        if key not in self._stops:
            self._stops[key] = self._search(frame, element, flow)
        return self._stops[key]

    def _search(self, frame: Frame, element: Element, flow: str) -> tuple[Stop, ...]:
        found: dict[Place | None, Stop] = {}
        seen, waiting = {element}, deque([(element, flow, Stop(None))])
        while waiting:
            element, flow, way = waiting.popleft()
            if self.counts(frame, element):
                joins = element.kind in ("parallelGateway", "inclusiveGateway") and len(element.incoming) > 1
                place = self.place(frame, element, flow if joins else "")
                found.setdefault(place, replace(way, place=place))
                continue
            onward = self._onward_from(frame, element)
            if not onward:
                found.setdefault(None, replace(way, passed=(*way.passed, element)))
            for each in onward:
                target = frame.container.elements[each.flow.target]
                joins = target.kind in ("parallelGateway", "inclusiveGateway")
                if joins or target not in seen:
                    seen.add(target)
                    doubted = (element,) if each.is_doubted else ()
                    further = Stop(None, (*way.passed, element, *each.passed), (*way.undecided, *doubted))
                    waiting.append((target, each.flow.id, further))
        # A cycle of what does not count, never left: the token stays there.
        lost = Stop(self.place(frame, element, "", "lost"), (element,))
        return tuple(found.values()) or (lost,)

    def _onward_from(self, frame: Frame, element: Element) -> tuple[_Onward, ...]:
        """Return the ways on from what does not count: several where nothing that is followed decides."""
        key = (frame.index, element.id)
        if key not in self._onward:
            self._onward[key] = tuple(self._ways_on(frame, element))
        return self._onward[key]

    def _ways_on(self, frame: Frame, element: Element) -> Iterator[_Onward]:
        if element.kind == "exclusiveGateway" and len(element.outgoing) > 1:
            conditional = [flow for flow in element.outgoing if flow.condition and not flow.is_default]
            others = [flow for flow in element.outgoing if flow not in conditional]
            open_ = [*conditional, *(others if conditional else others[:1])]
            yield from (_Onward(flow, (), len(open_) > 1) for flow in open_)
        elif element.kind == "eventBasedGateway":
            for flow in element.outgoing:
                event = frame.container.elements[flow.target]
                yield from (_Onward(onward, (event,)) for onward in event.outgoing)
        elif element.kind == "parallelGateway" and len(element.outgoing) > 1:
            region = self._region(frame, element)
            assert region is not None, "only a fork whose branches meet again does not count"
            yield _Onward(region[1].outgoing[0], (*region[0], region[1]))
        else:
            yield from (_Onward(flow) for flow in element.outgoing)

    def counts(self, frame: Frame, element: Element) -> bool:
        """Tell whether a token has to stop at an element."""
        key = (frame.index, element.id)
        if key not in self._counts:
            self._counts[key] = self._does_count(frame, element)
        return self._counts[key]

    def _does_count(self, frame: Frame, element: Element) -> bool:
        if element in self.marked or self.outcomes.set_by(element) or frame.index in self._inclusive:
            return True
        if element.kind in GATEWAYS:
            return self._waits_for_others(element) or not self._is_free(frame, element)
        if element.id in self._before_entered(frame):
            return True
        if element.event_kind in THROWN and element.kind in ("endEvent", "intermediateThrowEvent"):
            return True
        # While an event sub-process listens, it matters that something else has not ended yet.
        if element.kind == "endEvent" and any(each.trigger for each in frame.container.elements.values()):
            return True
        if element.return_targets or (element.boundary and self.armed(frame, element)):
            return True
        if element.kind in SERVICES and self.thrown_by(element):
            return next(self._catching(frame, element), None) is not None
        child = frame.children.get(element)
        return len(element.outgoing) > 1 or (child is not None and not self.is_quiet(child))

    def _is_free(self, frame: Frame, gateway: Element) -> bool:
        """Tell whether nothing that is followed decides at a gateway where ways part."""
        if len(gateway.outgoing) < 2:
            return True
        if gateway.kind == "exclusiveGateway":
            asked = [formula(flow.condition) for flow in gateway.outgoing if flow.condition]
            return all(
                names_in(each).isdisjoint(self.outcomes.followed) and may_be(each, {}) == (True, True)
                for each in asked
            )
        if gateway.kind == "eventBasedGateway":
            events = [frame.container.elements[flow.target] for flow in gateway.outgoing]
            return all(each.outgoing and self._changes_nothing(frame, each) for each in events)
        return gateway.kind == "parallelGateway" and self._region(frame, gateway) is not None

    def _region(self, frame: Frame, fork: Element) -> tuple[tuple[Element, ...], Element] | None:
        """Return what lies between a fork and the join that all its branches come to, and that join.

        None where a branch does anything that counts, or where others come into it.
        """
        key = (frame.index, fork.id)
        if key not in self._regions:
            # A fork within a loop is none of the forks within itself.
            self._regions[key] = None
            self._regions[key] = self._between(frame, fork)
        return self._regions[key]

    def _between(self, frame: Frame, fork: Element) -> tuple[tuple[Element, ...], Element] | None:
        stops = [each for flow in fork.outgoing for each in self.stops(frame, flow)]
        join = stops[0].place.element if stops[0].place is not None else None
        if join is None or not self._waits_for_others(join) or len(join.outgoing) != 1 or join in self.marked:
            return None
        came = [
            each.place.flow if each.place is not None and each.place.element is join else "" for each in stops
        ]
        if sorted(came) != sorted(flow.id for flow in join.incoming):
            return None
        between = tuple(dict.fromkeys(element for each in stops for element in each.passed))
        around = {fork.id, *(element.id for element in between)}
        returned = {name for each in frame.container.elements.values() for name in each.return_targets}
        is_closed = all(
            flow.source in around for each in (*between, join) for flow in each.incoming
        ) and around.isdisjoint(returned)
        return (between, join) if is_closed else None

    def _before_entered(self, frame: Frame) -> frozenset[str]:
        """Return what people or times are waited for at just before an element that a sentence asks of.

        Others may change what is asked while it waits there: so a token has to be seen there.
        """
        if frame.index not in self._before:
            found, waiting, sources = set[str](), deque[Element](), frame.container.elements
            waiting += (each for each in sources.values() if each in self.heeded.entered)
            seen = set(waiting)
            while waiting:
                for flow in waiting.popleft().incoming:
                    source = sources[flow.source]
                    if source.kind not in GATEWAYS or source.kind == "eventBasedGateway":
                        found.add(source.id)
                    elif source not in seen and not self.counts(frame, source):
                        seen.add(source)
                        waiting.append(source)
            self._before[frame.index] = frozenset(found)
        return self._before[frame.index]

    def _waits_for_others(self, element: Element) -> bool:
        return element.kind in ("parallelGateway", "inclusiveGateway") and len(element.incoming) > 1

    @cached_property
    def _inclusive(self) -> frozenset[int]:
        """The frames with an inclusive join: it hangs on where exactly all other tokens are."""
        return frozenset(
            frame.index
            for frame in self.frames
            if any(len(each.incoming) > 1 for each in frame.container.of_kind("inclusiveGateway"))
        )

    def is_inclusive(self, frame: Frame) -> bool:
        """Tell whether a frame has an inclusive join."""
        return frame.index in self._inclusive

    def is_quiet(self, frame: Frame) -> bool:
        """Tell whether nothing inside counts, so that all of it is passed over: ways that part do not."""
        if frame.index not in self._quiet:
            self._quiet[frame.index] = all(
                self._changes_nothing(frame, each) for each in frame.container.elements.values()
            )
        return self._quiet[frame.index]

    def _changes_nothing(self, frame: Frame, element: Element) -> bool:
        if element in self.marked or self.outcomes.set_by(element):
            return False
        if element.event_kind in ("error", "escalation") and element.kind != "boundaryEvent":
            return False
        if element.kind in SERVICES and self.thrown_by(element):
            return next(self._catching(frame, element), None) is None
        child = frame.children.get(element)
        return child is None or self.is_quiet(child)

    def hands_through(self, call: Element) -> bool:
        """Tell whether a call hands back what it was handed: that may be another in the meantime outside."""
        handed = {each.target for each in call.extensions.call_in if not each.everything}
        is_all = any(each.everything for each in call.extensions.call_in)
        read = self.outcomes.reads(call) & self.outcomes.followed
        return any(is_all or variable_of(name) in handed or name in handed for name in read)

    def armed(self, frame: Frame, element: Element) -> tuple[Element, ...]:
        """Return the boundary events of an activity that count: not those that only remind and end."""
        return tuple(each for each in element.boundary if each.interrupts or self._leads_on(frame, each))

    def _leads_on(self, frame: Frame, event: Element) -> bool:
        """Tell whether the way behind an event that does not interrupt matters to anything else."""
        if event in self.marked or self.outcomes.set_by(event):
            return True
        seen, waiting = {event}, [event]
        while waiting:
            for flow in waiting.pop().outgoing:
                element = frame.container.elements[flow.target]
                gateway = element.kind in ("parallelGateway", "inclusiveGateway")
                ends_more = element.event_kind in THROWN and element.kind != "boundaryEvent"
                if gateway or ends_more or not self._changes_nothing(frame, element):
                    return True
                if element not in seen:
                    seen.add(element)
                    waiting.append(element)
        return False

    def thrown_by(self, element: Element) -> tuple[str, ...]:
        """Return the codes of the errors a service task may throw; "*" for any."""
        if not element.extensions.attribute("topic"):
            return ()
        topic = self.subject.topic_of(element)
        return tuple(topic.errors) if topic is not None else ("*",)

    def _catching(self, frame: Frame, element: Element) -> Iterator[Element]:
        for code in self.thrown_by(element):
            found = self.catcher(frame, element, "error", code)
            if found is not None:
                yield found[1]

    def catcher(
        self, frame: Frame, element: Element | None, kind: str, code: str
    ) -> tuple[Frame, Element] | None:
        """Return who catches what is thrown at an element or in a frame, with its frame: the nearest.

        That is a boundary event of an activity around, or an event sub-process beside it.
        """
        on_it = element.boundary if element is not None else ()
        for here, boundary in ((frame, on_it), *((around, host.boundary) for around, host in frame.around())):
            listening = [each for each in here.container.elements.values() if each.trigger is not None]
            for some in (boundary, listening):
                found = [each for each in some if _hears(each, kind, code)]
                if found:
                    return here, max(found, key=lambda each: bool(code_of(each.trigger or each)))
        return None

    def comes_once(self, event: Element) -> bool:
        """Tell whether an event comes at most once while it is listened for."""
        return event.event_kind == "timer" and all(time.kind != "cycle" for time in event.events[0].times)


def code_of(event: Element) -> str:
    """Return the code of the error or escalation of an event; "" for any."""
    definition = event.event
    return definition.declared.code if definition is not None and definition.declared is not None else ""


def _hears(event: Element, kind: str, code: str) -> bool:
    """Tell whether a boundary event, or an event sub-process, catches what is thrown."""
    hearing = event.trigger or event
    return hearing.event_kind == kind and (code == "*" or code_of(hearing) in ("", code))
