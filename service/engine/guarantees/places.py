"""Where the elements that a sentence names stand: in every process that is started, calls unfolded."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.drawing import Element
from service.engine.guarantees.model import Step
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.unfolding import Frame, unfold

Place = tuple[Frame, Element]


def places(subject: Subject, wanted: frozenset[Element]) -> Iterator[Place]:
    """Yield the elements with the frames they stand in, of every process that is started."""
    for root in subject.roots:
        for frame in unfold(subject, root):
            for element in frame.container.elements.values():
                if element in wanted:
                    yield frame, element


def way(frame: Frame, *elements: Element) -> tuple[Step, ...]:
    """Return the way to elements of a frame: through the calls around it."""
    hosts = [*frame.around()][::-1]
    steps = [Step(around.container.process, host, around.called_through) for around, host in hosts]
    return (*steps, *(Step(frame.container.process, each, frame.called_through) for each in elements))
