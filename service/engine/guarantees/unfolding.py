"""A process with all it calls opened, once for each place it is called from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from service.engine.drawing import Container, Element
from service.engine.guarantees.budget import NotExamined
from service.engine.guarantees.subject import Subject
from service.wording import Text

MOST_FRAMES = 400


@dataclass(frozen=True, eq=False)
class Frame:
    """One run of a process or embedded sub-process: `host` is the activity of `parent` that it runs in.

    `scope` is the frame that holds its variables; `outer` the frame whose variables it sees beside them.
    """

    index: int
    container: Container
    host: Element | None = None
    parent: Frame | None = None
    has_own_scope: bool = True
    children: dict[Element, Frame] = field(default_factory=dict, repr=False)

    @property
    def scope(self) -> Frame:
        """Return the frame whose variables this one writes."""
        return self if self.has_own_scope or self.parent is None else self.parent.scope

    @property
    def outer(self) -> Frame | None:
        """Return the frame whose variables can be read here too: those around an embedded sub-process."""
        own = self.scope
        embedded = own.host is not None and own.host.kind == "subProcess"
        return own.parent.scope if embedded and own.parent is not None else None

    def around(self) -> Iterator[tuple[Frame, Element]]:
        """Yield the activities it runs in, with their frames, innermost first."""
        frame = self
        while frame.parent is not None and frame.host is not None:
            yield frame.parent, frame.host
            frame = frame.parent

    @property
    def called_through(self) -> tuple[str, ...]:
        """Return the call activities it runs in, outermost first; embedded sub-processes are none."""
        return tuple(host.id for _, host in self.around() if host.kind == "callActivity")[::-1]

    @cached_property
    def within(self) -> tuple[Frame, ...]:
        """Return the frame and all that run in it. Asked once everything is unfolded."""
        return self, *(each for child in self.children.values() for each in child.within)

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Return the indexes of the frame and of all that run in it."""
        return frozenset(each.index for each in self.within)


def unfold(subject: Subject, root: str) -> list[Frame]:
    """Return the frames of a process, its own first. NotExamined when it calls itself or calls too much."""
    frames: list[Frame] = []
    _open(subject, frames, subject.processes[root].body, None, None, (root,))
    return frames


def _open(
    subject: Subject,
    frames: list[Frame],
    container: Container,
    parent: Frame | None,
    host: Element | None,
    calls: tuple[str, ...],
) -> None:
    if len(frames) >= MOST_FRAMES:
        raise NotExamined(Text("it calls more than {limit} processes", limit=MOST_FRAMES))
    repeats = host is not None and host.extensions.multi_instance is not None
    own = host is None or host.kind == "callActivity" or repeats
    frame = Frame(len(frames), container, host, parent, own)
    frames.append(frame)
    if parent is not None and host is not None:
        parent.children[host] = frame
    for element in container.elements.values():
        if element.inner is not None:
            _open(subject, frames, element.inner, frame, element, calls)
        elif element.called in subject.processes:
            called = element.called or ""
            if called in calls:
                raise NotExamined(Text("the process {process!r} calls itself", process=called))
            body = subject.processes[called].body
            _open(subject, frames, body, frame, element, (*calls, called))
