"""Event sub-processes: nothing leads into or out of them, and each hears an event of its own."""

from __future__ import annotations

from service.engine.check.report import Report
from service.engine.drawing import Container, Element
from service.wording import Text

HEARD_BY_ONE = {"message": Text("message"), "error": Text("error"), "escalation": Text("escalation")}


def check_event_sub_processes(container: Container, report: Report) -> None:
    """Report what is wrong with the event sub-processes of a process or sub-process."""
    heard: dict[tuple[str, str], Element] = {}
    for element in container.elements.values():
        if element.trigger is None:
            continue
        _apart(element, report)
        _alone(element, element.trigger, heard, report)


def _apart(element: Element, report: Report) -> None:
    if element.incoming or element.outgoing:
        report.error(
            element,
            "event-sub-process-flow",
            "Its event alone begins {element!r}, and it ends by itself: no flow may lead into or out of it.",
            element=element.title,
        )
    for event in element.boundary:
        report.error(
            event,
            "event-sub-process-flow",
            "No boundary event works on the event sub-process {element!r}: put it on what is inside.",
            element=element.title,
        )
    if element.extensions.multi_instance is not None:
        report.error(element, "multi-instance", "An event sub-process cannot be multi-instance.")


def _alone(element: Element, trigger: Element, heard: dict[tuple[str, str], Element], report: Report) -> None:
    """Report a second one for the same event: of those that one alone hears, it would be the first."""
    event = trigger.event
    if event is None or event.kind not in HEARD_BY_ONE:
        return
    named = event.declared
    name = (named.name if event.kind == "message" else named.code) if named is not None else ""
    first = heard.setdefault((event.kind, name), element)
    if first is not element:
        report.error(
            element,
            "event-heard-twice",
            "{first!r} hears the same {kind} already: {element!r} would never begin.",
            first=first.title,
            kind=HEARD_BY_ONE[event.kind],
            element=element.title,
        )
