"""Sentences about single tasks, judged where they are drawn: four eyes, timers, reminders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from service.engine.drawing import Container, Element
from service.engine.drawing.kinds import PEOPLE, WAITS
from service.engine.failures import EngineFailure
from service.engine.guarantees.model import NotBy, NoTimer, Proof, Step, Told
from service.engine.guarantees.naming import APPLICANT, elements_of, tasks_of
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.unfolding import Frame, unfold
from service.engine.nodes import timers
from service.wording import Text

_WORKDAYS = re.compile(r"=\s*workdays_after\(\s*(?:now|today)\(\)\s*,\s*(\d+)\s*\)")
_ANY_MOMENT = datetime(2026, 1, 5, tzinfo=UTC)
Place = tuple[Frame, Element]


def look(subject: Subject, claim: NotBy | NoTimer | Told) -> Proof:
    """Return what is found of a sentence about single tasks."""
    places = list(_places(subject, tasks_of(claim.what, subject)))
    for frame, task in places:
        if task.kind not in PEOPLE and not isinstance(claim, NoTimer):
            reason = Text("{element!r} is no task that people do", element=task.title)
            return Proof("broken", _way(frame, task), reason=reason)
    return _LOOK[type(claim)](subject, claim, places)


def _places(subject: Subject, wanted: frozenset[Element]) -> Iterator[Place]:
    """Yield the elements with the frames they stand in, of every process that is started."""
    for root in subject.roots:
        for frame in unfold(subject, root):
            for element in frame.container.elements.values():
                if element in wanted:
                    yield frame, element


def _way(frame: Frame, *elements: Element) -> tuple[Step, ...]:
    hosts = [*frame.around()][::-1]
    steps = [Step(around.container.process, host, _path(around)) for around, host in hosts]
    return (*steps, *(Step(frame.container.process, each, _path(frame)) for each in elements))


def _path(frame: Frame) -> tuple[str, ...]:
    return tuple(host.id for _, host in frame.around())[::-1]


# ---- four eyes --------------------------------------------------------------------------------------


def _not_by(subject: Subject, claim: NotBy, places: Iterable[Place]) -> Proof:
    for frame, task in places:
        for name, other in _kept_away(subject, claim):
            if name not in task.not_by:
                reason = Text("notBy of {element!r} does not name {other!r}", element=task.title, other=other)
                return Proof("broken", _way(frame, task), reason=reason)
    return Proof("holds")


def _kept_away(subject: Subject, claim: NotBy) -> Iterator[tuple[str, str]]:
    """Yield what notBy has to name, and what people call it."""
    for name in claim.others:
        if name == APPLICANT:
            yield APPLICANT, APPLICANT
        else:
            yield from ((each.id, each.title) for each in elements_of([name], subject))


# ---- timers -----------------------------------------------------------------------------------------


def _no_timer(subject: Subject, claim: NoTimer, places: Iterable[Place]) -> Proof:
    for frame, task in places:
        for timer in _taking_away(frame, task):
            reason = Text(
                "the timer {timer!r} takes {element!r} away from those who do it",
                timer=timer.title,
                element=task.title,
            )
            return Proof("broken", _way(frame, task, timer), reason=reason)
        for around, host in ((frame, task), *frame.around()):
            for timer in (each for each in host.boundary if each.event_kind == "timer"):
                if _goes_on_instead(around.container, host, timer):
                    reason = Text(
                        "behind the timer {timer!r} it goes on as behind {element!r}",
                        timer=timer.title,
                        element=task.title,
                    )
                    return Proof("broken", _way(frame, task, timer), reason=reason)
    return Proof("holds")


def _taking_away(frame: Frame, task: Element) -> Iterator[Element]:
    """Yield the timers that end a task unasked: at its edge, around it, or of an event sub-process."""
    for around, host in ((frame, task), *frame.around()):
        beside = [each.trigger for each in around.container.elements.values() if each is not host]
        for event in (*host.boundary, *(each for each in beside if each is not None)):
            if event.event_kind == "timer" and event.interrupts:
                yield event


def _goes_on_instead(container: Container, host: Element, event: Element) -> bool:
    """Tell whether the way behind a timer leads to where that behind its activity does."""
    behind = _reached(container, event) - {event}
    return any(element.kind != "endEvent" for element in behind & (_reached(container, host) - {host, event}))


def _reached(container: Container, start: Element) -> set[Element]:
    seen, waiting = {start}, [start]
    while waiting:
        element = waiting.pop()
        for flow in element.outgoing:
            following = container.elements[flow.target]
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen


# ---- being told -------------------------------------------------------------------------------------


def _told(subject: Subject, claim: Told, places: Iterable[Place]) -> Proof:
    doubted: Proof | None = None
    for frame, task in places:
        timely = [
            _is_timely(event, claim.workdays) for event in task.boundary if _tells(frame, event, subject)
        ]
        if True in timely:
            continue
        reason = Text(
            "nobody is told within {workdays} workdays while {element!r} waits",
            workdays=claim.workdays,
            element=task.title,
        )
        if None not in timely:
            return Proof("broken", _way(frame, task), reason=reason)
        unread = Text("when the timer of {element!r} fires cannot be read off", element=task.title)
        doubted = Proof("unproven", _way(frame, task), reason=unread)
    return doubted or Proof("holds")


def _is_timely(event: Element, workdays: int) -> bool | None:
    """Say whether a timer fires within so many workdays; None where that cannot be read off."""
    time = event.events[0].times[0] if event.events and event.events[0].times else None
    if time is None:
        return None
    if time.text.lstrip().startswith("="):
        found = _WORKDAYS.fullmatch(time.text.strip())
        return int(found[1]) <= workdays if found else None
    try:
        after = timers.parse_cycle(time.text)[2] if time.kind == "cycle" else timers.to_duration(time.text)
        # A workday may have weekends before it, never fewer hours than a day on the clock.
        return after.after(_ANY_MOMENT) <= _ANY_MOMENT + timedelta(days=workdays)
    except EngineFailure:
        return None


def _tells(frame: Frame, event: Element, subject: Subject) -> bool:
    """Tell whether somebody is notified behind a timer before anything waits or is asked there."""
    if event.event_kind != "timer":
        return False
    element = event
    for _ in frame.container.elements:
        if len(element.outgoing) != 1:
            return False
        element = frame.container.elements[element.outgoing[0].target]
        topic = subject.topic_of(element)
        if topic is not None and topic.tells:
            return True
        if element.kind in WAITS or len(element.outgoing) != 1:
            return False
    return False


_LOOK: Mapping[type, Callable[..., Proof]] = {NotBy: _not_by, NoTimer: _no_timer, Told: _told}
