"""Starts, ends and flows: what leads nowhere, forks unasked, or carries a condition nobody asks."""

from __future__ import annotations

from collections import Counter

from service.engine.check.elements import refused
from service.engine.check.report import Report
from service.engine.drawing import Container, Element, Flow
from service.engine.drawing.kinds import ACTIVITIES, CONDITIONAL

ONE_WAY_OUT = ACTIVITIES | {"startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}


def check_flows(container: Container, report: Report) -> None:
    """Report what is wrong with the flows of a process or sub-process, and how it begins and ends."""
    _starts_and_ends(container, report)
    _ends_of_flows(container, report)
    loose = {flow.source for flow in loose_flows(container)}
    for element in container.elements.values():
        _incoming(element, report)
        _outgoing(element, element.id in loose, report)


def loose_flows(container: Container) -> list[Flow]:
    """Return the flows of which an end is no element that runs: that is told once, at its cause."""
    elements = container.elements
    return [flow for flow in container.flows if not (flow.source in elements and flow.target in elements)]


def _starts_and_ends(container: Container, report: Report) -> None:
    starts, ends = container.of_kind("startEvent"), container.of_kind("endEvent")
    if not starts:
        report.error(container, "no-start", "There is no start event.")
    for extra in starts[1:]:
        report.error(extra, "several-starts", "Only one start event is supported: merge the ways to begin.")
    if not ends:
        report.error(container, "no-end", "There is no end event: every path needs one.")


def _ends_of_flows(container: Container, report: Report) -> None:
    known = container.elements.keys() | {tag.id for tag in refused(container)}
    for flow in loose_flows(container):
        for end, name in ((flow.source, "sourceRef"), (flow.target, "targetRef")):
            if end not in known:
                report.error(
                    flow,
                    "dangling-flow",
                    "The flow's {name} {end!r} is no element of this process: connect it or delete it.",
                    name=name,
                    end=end,
                )
    for gateway in container.of_kind("eventBasedGateway"):
        targets = Counter(flow.target for flow in gateway.outgoing)
        for flow in gateway.outgoing:
            if targets[flow.target] > 1:
                report.error(flow, "duplicate-flow", "Two flows lead from this gateway to the same event.")


def _incoming(element: Element, report: Report) -> None:
    if element.kind == "startEvent" and element.incoming:
        report.error(element, "flow-into-start", "No flow may lead into a start event.")
    if element.kind == "boundaryEvent" and element.incoming:
        report.error(element, "flow-into-boundary", "No flow may lead into a boundary event.")


def _outgoing(element: Element, leads_to_refused: bool, report: Report) -> None:
    if element.kind == "endEvent":
        if element.outgoing:
            report.error(element, "flow-out-of-end", "No flow may leave an end event.")
        return
    if not element.outgoing and not leads_to_refused and not element.is_event_sub_process:
        report.error(
            element,
            "dead-end",
            "Nothing follows {element!r}: lead it on or to an end event.",
            element=element.title,
        )
    if element.kind in ONE_WAY_OUT:
        _single(element, report)
    elif element.kind in CONDITIONAL:
        _conditions(element, report)
    else:
        _no_conditions(element, report)
    _default(element, report)


def _single(element: Element, report: Report) -> None:
    if len(element.outgoing) > 1:
        report.error(
            element,
            "implicit-fork",
            "Several flows leave {element!r}: put a gateway there that says whether all or one is taken.",
            element=element.title,
        )
    for flow in element.outgoing:
        if flow.condition:
            report.error(
                flow,
                "ignored-condition",
                "The condition would be ignored here: put an exclusive gateway before it.",
            )


def _conditions(element: Element, report: Report) -> None:
    for flow in element.outgoing:
        if flow.is_default and flow.condition:
            report.error(flow, "ignored-condition", "The condition of the default flow would be ignored.")
        elif not flow.is_default and not flow.condition and len(element.outgoing) > 1:
            report.error(
                flow,
                "missing-condition",
                "This flow needs a condition, or must be marked as the gateway's default flow.",
            )


def _no_conditions(element: Element, report: Report) -> None:
    for flow in element.outgoing:
        if flow.condition:
            report.error(
                flow,
                "ignored-condition",
                "The condition would be ignored: only exclusive and inclusive gateways ask conditions.",
            )


def _default(element: Element, report: Report) -> None:
    default = element.default_flow
    if default and default not in {flow.id for flow in element.outgoing}:
        report.error(
            element,
            "dangling-default",
            "The default flow {default!r} does not leave this element.",
            default=default,
        )
