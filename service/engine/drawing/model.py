"""A drawing as it was read: processes, their elements and flows, with lines, lanes and extensions. Frozen.

Everybody who wants to know something about a drawing asks this: the check, the engine (whose specs are made
from it), the comparison of releases, moving cases, the pages. `tag` is the XML as written, for what has no
field of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from service.engine.drawing.extensions import Extensions, split_list
from service.engine.drawing.layout import layout_of
from service.engine.drawing.parts import Declared, EventDefinition, Flow, Place
from service.engine.files.xml import Tag


@dataclass(frozen=True, eq=False)
class Element:
    """One flow node: an activity, event or gateway.

    `kind` is its BPMN tag, `name` what stands on it (""), `parent` the embedded sub-process it stands in.
    `incoming` and `outgoing` are the flows whose two ends are here; `boundary` the events attached to it.
    `inner` are the contents of an embedded sub-process.
    """

    id: str
    kind: str
    name: str
    line: int
    process: str
    parent: str | None
    lane: str | None
    documentation: str
    extensions: Extensions = field(repr=False)
    events: tuple[EventDefinition, ...] = field(repr=False)
    message: Declared | None = field(repr=False)
    incoming: tuple[Flow, ...] = field(repr=False)
    outgoing: tuple[Flow, ...] = field(repr=False)
    boundary: tuple[Element, ...] = field(repr=False)
    inner: Container | None = field(repr=False)
    tag: Tag = field(repr=False)

    @property
    def title(self) -> str:
        """Return what to call the element: its name, else its id."""
        return self.name or self.id

    @property
    def event(self) -> EventDefinition | None:
        return self.events[0] if self.events else None

    @property
    def event_kind(self) -> str:
        """Return timer, message, error…; "" for an event of no kind, and for what is no event."""
        return self.events[0].kind if self.events else ""

    @property
    def attached_to(self) -> str:
        """Return the id of the activity a boundary event sits on."""
        return self.tag.get("attachedToRef")

    @property
    def interrupts(self) -> bool:
        """Tell whether a boundary event takes its activity away, and the event of an event sub-process what
        runs beside that."""
        flag = "isInterrupting" if self.kind == "startEvent" else "cancelActivity"
        return self.tag.get(flag, "true").lower() != "false"

    @property
    def is_event_sub_process(self) -> bool:
        return self.inner is not None and self.inner.is_begun_by_event

    @property
    def trigger(self) -> Element | None:
        """Return the start event of an event sub-process, whose event begins it; None for all else."""
        return self.inner.start if self.inner is not None and self.is_event_sub_process else None

    @property
    def default_flow(self) -> str:
        return self.tag.get("default")

    @property
    def called(self) -> str | None:
        """Return the key of the process a call activity calls."""
        return self.tag.get("calledElement") or None if self.kind == "callActivity" else None

    @property
    def form(self) -> str | None:
        """Return the form a user task or start event asks with."""
        return self.extensions.attribute("formRef")

    @property
    def properties(self) -> Mapping[str, str]:
        return self.extensions.properties

    @cached_property
    def not_by(self) -> tuple[str, ...]:
        """Return whom four eyes keep from a task: `applicant`, or who did these activities."""
        return self.extensions.listed("notBy")

    @property
    def is_approval(self) -> bool:
        """Tell whether a task is a decision, which somebody has to take."""
        return self.properties.get("approval") == "true"

    @property
    def withdrawal(self) -> str | None:
        """Return the message by which the applicant withdraws the case, where this event sub-process waits
        for it."""
        start = self.trigger
        if start is None or start.event is None or not start.properties.get("withdrawBy"):
            return None
        return start.event.message

    @cached_property
    def return_targets(self) -> tuple[str, ...]:
        """Return the activities a task may send the case back to."""
        return self.extensions.listed("returnTo")

    def at(self, tag: Tag) -> Place:
        """Return the place of something inside the element."""
        return Place(self.id, tag.line)


@dataclass(frozen=True, eq=False)
class Container:
    """A process or an embedded sub-process: its elements by id, and its flows.

    `key` is that of the process, with `/sub_process` for each embedded one.
    """

    id: str
    key: str
    process: str
    line: int
    elements: Mapping[str, Element] = field(repr=False)
    flows: tuple[Flow, ...] = field(repr=False)
    tag: Tag = field(repr=False)

    @property
    def is_begun_by_event(self) -> bool:
        return self.tag.get("triggeredByEvent") == "true"

    def everything(self) -> Iterator[Element]:
        """Yield the elements here and in embedded sub-processes."""
        for element in self.elements.values():
            yield element
            if element.inner is not None:
                yield from element.inner.everything()

    def containers(self) -> Iterator[Container]:
        """Yield this and the embedded sub-processes, outermost first."""
        yield self
        for element in self.elements.values():
            if element.inner is not None:
                yield from element.inner.containers()

    def of_kind(self, kind: str) -> list[Element]:
        return [element for element in self.elements.values() if element.kind == kind]

    @property
    def start(self) -> Element | None:
        return next(iter(self.of_kind("startEvent")), None)

    def following(self, element: Element) -> Iterator[Element]:
        """Yield what a token at `element` may reach next, boundary events included."""
        yield from (self.elements[flow.target] for flow in element.outgoing)
        yield from element.boundary

    def reached(self, start: Iterable[Element], *, without: Collection[str] = ()) -> set[str]:
        """Return the ids of what a token at one of these may come to, themselves included.

        `without`: ids of elements it does not go through.
        """
        waiting = list(start)
        seen = {element.id for element in waiting}
        while waiting:
            for following in self.following(waiting.pop()):
                if following.id not in seen and following.id not in without:
                    seen.add(following.id)
                    waiting.append(following)
        return seen


@dataclass(frozen=True, eq=False)
class Process:
    """One process: what a list of processes says about it, and its contents."""

    key: str
    name: str
    file: str
    line: int
    documentation: str
    properties: Mapping[str, str] = field(repr=False)
    body: Container = field(repr=False)
    tag: Tag = field(repr=False)

    @property
    def id(self) -> str:
        return self.key

    @property
    def is_executable(self) -> bool:
        return self.tag.get("isExecutable") == "true"

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Return every element by id, those of embedded sub-processes included."""
        return {element.id: element for element in self.body.everything()}

    @property
    def start(self) -> Element | None:
        return self.body.start

    @property
    def start_form(self) -> str | None:
        return self.start.form if self.start is not None else None

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Return the variables a start or a call hands in."""
        return split_list(self.properties.get("inputs"))

    @cached_property
    def starter_groups(self) -> tuple[str, ...]:
        return split_list(self.tag.camunda("candidateStarterGroups"))

    @property
    def begun_by(self) -> EventDefinition | None:
        """Return the message or timer that begins it; None where people, calls and handlers start it."""
        return self.start.event if self.start is not None else None

    @property
    def startable(self) -> bool:
        """Tell whether people may start it from the list of processes."""
        return self.begun_by is None and self.tag.camunda("isStartableInTasklist") != "false"

    @property
    def drawn_for(self) -> str | None:
        """Return the account in whose name a timer begins it, as declared."""
        return self.properties.get("applicant") or None

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """Return the keys of the processes it calls."""
        return tuple(dict.fromkeys(each.called for each in self.elements.values() if each.called))


@dataclass(frozen=True, eq=False)
class Drawing:
    """One BPMN file: its processes, and what it declares for them by kind and id."""

    file: str
    processes: tuple[Process, ...]
    declared: Mapping[tuple[str, str], Declared] = field(repr=False)
    tag: Tag = field(repr=False)

    @cached_property
    def layout(self) -> Mapping[str, str]:
        """Return the outline of each element and the way of each flow, by id."""
        return layout_of(self.tag)
