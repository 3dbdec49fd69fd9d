"""Sentences about being told: within how many workdays somebody hears that a task waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from service.engine.drawing import Element
from service.engine.drawing.kinds import WAITS
from service.engine.failures import EngineFailure
from service.engine.guarantees.model import Proof, Told
from service.engine.guarantees.places import Place, way
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.unfolding import Frame
from service.engine.nodes import timers
from service.engine.nodes.reminders import ESCALATE_AFTER, REMIND_AT, REMIND_EVERY, offsets_in
from service.wording import Text

_ANY_MOMENT = datetime(2026, 1, 5, tzinfo=UTC)


def told(subject: Subject, claim: Told, places: Iterable[Place]) -> Proof:
    """Return what is found: somebody is told by a reminder of the task, or by a timer on it."""
    doubted: Proof | None = None
    for frame, task in places:
        timely = [
            _is_timely(event, claim.workdays) for event in task.boundary if _tells(frame, event, subject)
        ]
        timely += _reminders(task, claim.workdays)
        if True in timely:
            continue
        reason = Text(
            "nobody is told within {workdays} workdays while {element!r} waits",
            workdays=claim.workdays,
            element=task.title,
        )
        if None not in timely:
            return Proof("broken", way(frame, task), reason=reason)
        unread = Text("when the timer of {element!r} fires cannot be read off", element=task.title)
        doubted = Proof("unproven", way(frame, task), reason=unread)
    return doubted or Proof("holds")


def _is_timely(event: Element, workdays: int) -> bool | None:
    """Say whether a timer fires within so many workdays; None where that cannot be read off."""
    time = event.events[0].times[0] if event.events and event.events[0].times else None
    if time is None:
        return None
    if time.text.lstrip().startswith("="):
        found = timers.WORKDAYS_AFTER_NOW.fullmatch(time.text.strip())
        return int(found[1]) <= workdays if found else None
    try:
        after = timers.parse_cycle(time.text)[2] if time.kind == "cycle" else timers.to_duration(time.text)
        # A workday may have weekends before it, never fewer hours than a day on the clock.
        return after.after(_ANY_MOMENT) <= _ANY_MOMENT + timedelta(days=workdays)
    except EngineFailure:
        return None


def _reminders(task: Element, workdays: int) -> Iterator[bool | None]:
    """Say of each reminder and escalation of a task whether it comes within so many workdays."""
    due = (task.extensions.attribute("dueDate") or "").strip()
    after = _workdays_to(due)
    moments = [task.properties.get(name, "").strip() for name in (REMIND_AT, ESCALATE_AFTER)]
    for text in filter(None, moments):
        yield from _moments(text, due, after, workdays)
    every = task.properties.get(REMIND_EVERY, "").strip()
    if every and not moments[0]:
        yield from _moments(every, due, after, workdays)


def _workdays_to(due: str) -> int | None:
    """Return after how many workdays a task is due at the latest; None where that cannot be read off."""
    if not due:
        return 0
    found = timers.WORKDAYS_AFTER_NOW.fullmatch(due)
    if found is not None:
        return int(found[1])
    try:
        lasts = timers.to_duration(due).after(_ANY_MOMENT) - _ANY_MOMENT
    except EngineFailure:
        return None
    # Whatever is due within so many days on the clock is due within so many workdays.
    return -(-lasts // timedelta(days=1))


def _moments(text: str, due: str, after: int | None, workdays: int) -> Iterator[bool | None]:
    if text.startswith("=") or after is None:
        yield None
        return
    for offset in offsets_in(text):
        days = offset.workdays
        if offset.duration is not None:
            lasts = offset.duration.after(_ANY_MOMENT) - _ANY_MOMENT
            days = -(-lasts // timedelta(days=1)) if offset.sign > 0 else 0
        # What lies before the due date is left out where it is past already when the task opens.
        certain = offset.sign >= 0 or (bool(due) and after + offset.workdays > 0 and offset.duration is None)
        yield certain and after + days <= workdays


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
