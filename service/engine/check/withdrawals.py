"""The event by which a case is withdrawn: a message that takes the place of all that runs around it."""

from __future__ import annotations

from service.engine.check.report import Report
from service.engine.drawing import Element, Process

WITHDRAW_BY = "withdrawBy"
"""The property of that start event: who may withdraw the case."""
APPLICANT = "applicant"


def check_withdrawals(process: Process, report: Report) -> None:
    """Report marks of a withdrawal that nothing would come of."""
    triggers = {each.trigger.id for each in process.elements.values() if each.trigger is not None}
    for element in process.elements.values():
        who = element.properties.get(WITHDRAW_BY)
        if who is None:
            continue
        if who != APPLICANT:
            report.error(
                element,
                "unknown-property",
                "{name} says {who!r}: only {known} can withdraw a case.",
                name=WITHDRAW_BY,
                who=who,
                known=APPLICANT,
            )
        elif element.id not in triggers or not _takes_over(element):
            report.error(
                element,
                "ignored-property",
                "{name} belongs on a message that begins an event sub-process and interrupts: nobody could "
                "withdraw a case by {element!r}.",
                name=WITHDRAW_BY,
                element=element.title,
            )


def _takes_over(start: Element) -> bool:
    event = start.event
    return event is not None and event.kind == "message" and bool(event.message) and start.interrupts
