"""Who a drawing tells of what: events that nobody declared, people nobody knows, requests that ask nobody."""

from __future__ import annotations

from service.engine.check.expressions import is_feel
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.drawing.extensions import split_list
from service.engine.files.nearest import suggestion
from service.engine.nodes.involving import CONSULT_UNTIL, CONSULTS, INFORMS, NOTICE


def check_notices(process: Process, around: Surroundings, report: Report) -> None:
    """Report events, groups and relations that are not declared, and a date for an answer nobody is asked."""
    for element in process.elements.values():
        _event(element, around, report)
        for name in (INFORMS, CONSULTS):
            _people(name, element, around, report)
        if element.properties.get(CONSULT_UNTIL) and not element.properties.get(CONSULTS):
            report.error(
                element,
                "consults-nobody",
                "{name} of {element!r} does nothing without {wanted}.",
                name=CONSULT_UNTIL,
                wanted=CONSULTS,
                element=element.title,
            )


def _event(element: Element, around: Surroundings, report: Report) -> None:
    event = element.properties.get(NOTICE, "")
    known = around.organisation.notices
    if event and around.groups is not None and event not in known:
        report.error(
            element,
            "unknown-event",
            "notice names the event {event!r}, which organisation.yaml does not declare under notices.{hint}",
            event=event,
            hint=suggestion(event, known),
        )


def _people(name: str, element: Element, around: Surroundings, report: Report) -> None:
    written = element.properties.get(name, "")
    if around.groups is None or is_feel(written):
        return
    for each in split_list(written):
        if each not in around.groups:
            report.error(
                element,
                "unknown-group",
                "{where} names {name!r}, which is no group or relation.{hint}",
                where=name,
                name=each,
                hint=suggestion(each, around.groups),
            )
