"""Where tokens stop on an unfolded drawing: what is of no account for a sentence is passed over.

An element counts when the sentence speaks of it, when it sets a variable that is followed, when ways part or
meet there, or when what it calls counts. Passing over the rest takes nothing away: it changes nothing that
is asked, wherever it stands among what others do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from service.engine.drawing import Element, Flow
from service.engine.drawing.kinds import GATEWAYS
from service.engine.guarantees.effects import SERVICES
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
    """Where a token comes to a stop, None where its way ends, and what it passes before."""

    place: Place | None
    passed: tuple[Element, ...]


class Net:
    """The places of an unfolded drawing."""

    def __init__(
        self, subject: Subject, frames: list[Frame], outcomes: Outcomes, marked: Collection[Element]
    ) -> None:
        self.subject, self.frames, self.outcomes, self.marked = subject, frames, outcomes, marked
        self.places: list[Place] = []
        self._numbers: dict[tuple[int, str, str, str], Place] = {}
        self._counts: dict[tuple[int, str], bool] = {}
        self._stops: dict[tuple[int, str, str], Stop] = {}
        self._quiet: dict[int, bool] = {}

    def place(self, frame: Frame, element: Element, flow: str = "", phase: str = "") -> Place:
        """Return the one place of this kind."""
        key = (frame.index, element.id, flow, phase)
        if key not in self._numbers:
            self._numbers[key] = Place(len(self.places), frame, element, flow, phase)
            self.places.append(self._numbers[key])
        return self._numbers[key]

    def begin(self, frame: Frame) -> Stop:
        """Return where the first token stops of what runs inside an activity."""
        return self.stop_at(frame, frame.container.of_kind("startEvent")[0], "")

    def stop(self, frame: Frame, flow: Flow) -> Stop:
        """Return where a token stops that goes along a flow."""
        return self.stop_at(frame, frame.container.elements[flow.target], flow.id)

    def stop_at(self, frame: Frame, element: Element, flow: str) -> Stop:
        """Return where a token stops that comes to an element."""
        key = (frame.index, element.id, flow)
        if key not in self._stops:
            self._stops[key] = self._search(frame, element, flow)
        return self._stops[key]

    def _search(self, frame: Frame, element: Element, flow: str) -> Stop:
        passed: list[Element] = []
        while element not in passed:
            if self.counts(frame, element):
                joins = element.kind in ("parallelGateway", "inclusiveGateway") and len(element.incoming) > 1
                return Stop(self.place(frame, element, flow if joins else ""), tuple(passed))
            passed.append(element)
            if not element.outgoing:
                return Stop(None, tuple(passed))
            onward = element.outgoing[0]
            element, flow = frame.container.elements[onward.target], onward.id
        # A cycle of what does not count, never left: the token stays there.
        return Stop(self.place(frame, element, "", "lost"), tuple(passed))

    def counts(self, frame: Frame, element: Element) -> bool:
        """Tell whether a token has to stop at an element."""
        key = (frame.index, element.id)
        if key not in self._counts:
            self._counts[key] = self._does_count(frame, element)
        return self._counts[key]

    def _does_count(self, frame: Frame, element: Element) -> bool:
        if element in self.marked or self.outcomes.set_by(element) or frame.index in self._inclusive:
            return True
        if element.kind in GATEWAYS and (len(element.outgoing) > 1 or self._waits_for_others(element)):
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
