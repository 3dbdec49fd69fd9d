"""Sentences about single tasks, judged where they are drawn: who does them and timers here, `told` beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from service.engine.drawing import Container, Element
from service.engine.drawing.extensions import split_list
from service.engine.drawing.kinds import PEOPLE
from service.engine.guarantees.model import AboutTasks, DoneBy, NotBy, NoTimer, Proof, Told
from service.engine.guarantees.naming import APPLICANT, elements_of, tasks_of
from service.engine.guarantees.places import Place, places, way
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.told import told
from service.engine.guarantees.unfolding import Frame
from service.wording import Text, joined


def look(subject: Subject, claim: AboutTasks) -> Proof:
    """Return what is found of a sentence about single tasks."""
    found = list(places(subject, tasks_of(claim.what, subject)))
    for frame, task in found:
        if task.kind not in PEOPLE and not isinstance(claim, NoTimer):
            reason = Text("{element!r} is no task that people do", element=task.title)
            return Proof("broken", way(frame, task), reason=reason)
    return _LOOK[type(claim)](subject, claim, found)


# ---- who does them ------------------------------------------------------------------------------------


def _not_by(subject: Subject, claim: NotBy, places: Iterable[Place]) -> Proof:
    for frame, task in places:
        for name, other in _kept_away(subject, claim):
            if name not in task.not_by:
                reason = Text("notBy of {element!r} does not name {other!r}", element=task.title, other=other)
                return Proof("broken", way(frame, task), reason=reason)
    return Proof("holds")


def _done_by(_subject: Subject, claim: DoneBy, places: Iterable[Place]) -> Proof:
    doubted: Proof | None = None
    for frame, task in places:
        doers, is_open = _doers(task)
        said = {"element": task.title, "groups": _listed(claim.groups)}
        if not doers <= set(claim.groups):
            reason = Text("{who} may do {element!r}, not only {groups}", who=_listed(sorted(doers)), **said)
            return Proof("broken", way(frame, task), reason=reason)
        if is_open:
            reason = Text("who does {element!r} is reckoned while a case runs", element=task.title)
            doubted = Proof("unproven", way(frame, task), reason=reason)
    return doubted or Proof("holds")


def _doers(task: Element) -> tuple[set[str], bool]:
    """Return the groups, relations and people that a task names, and whether others may come of FEEL."""
    named = [
        task.extensions.attribute(each) or "" for each in ("candidateGroups", "candidateUsers", "assignee")
    ]
    written = [each for each in named if each.strip()] or [task.lane or ""]
    literal = [each for each in written if not each.lstrip().startswith("=")]
    return {name for each in literal for name in split_list(each)}, len(literal) < len(written)


def _listed(names: Iterable[str]) -> Text:
    return joined([Text("{name!r}", name=name) for name in names], "{first}, {rest}")


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
            return Proof("broken", way(frame, task, timer), reason=reason)
        for around, host in ((frame, task), *frame.around()):
            for timer in (each for each in host.boundary if each.event_kind == "timer"):
                if _goes_on_instead(around.container, host, timer):
                    reason = Text(
                        "behind the timer {timer!r} it goes on as behind {element!r}",
                        timer=timer.title,
                        element=task.title,
                    )
                    return Proof("broken", way(frame, task, timer), reason=reason)
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


_LOOK: Mapping[type, Callable[..., Proof]] = {
    NotBy: _not_by,
    DoneBy: _done_by,
    NoTimer: _no_timer,
    Told: told,
}
