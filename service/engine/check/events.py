"""Events: kinds that do not run, definitions that refer to nothing, gateways that wait for events."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.check.elements import refused
from service.engine.check.report import Report
from service.engine.drawing import Container, Element
from service.engine.drawing.kinds import ACTIVITIES
from service.wording import Text

RUNNING: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"", "message", "timer"}),
    "endEvent": frozenset({"", "terminate", "error", "escalation", "message", "signal"}),
    "intermediateThrowEvent": frozenset({"", "escalation", "message", "signal"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
}
STARTS_INSIDE = frozenset({""})
"""How a sub-process begins: with whoever comes to it."""
TRIGGERS = frozenset({"timer", "message", "signal", "error", "escalation"})
"""What may begin an event sub-process."""
REFERENCES = {
    "message": Text("message"),
    "signal": Text("signal"),
    "error": Text("error"),
    "escalation": Text("escalation"),
}
INSTEAD = {
    "compensate": Text("draw what undoes the work."),
    "link": Text("draw the flow itself, or a call activity."),
    "conditional": Text("use a message, or a timer with a gateway behind it."),
    "cancel": Text("use an error event."),
    "": Text("choose a timer or a message."),
}
NEVER_WAITS = frozenset({"task", "scriptTask", "businessRuleTask", "sendTask"})


def check_events(container: Container, report: Report) -> None:
    """Report what is wrong with the events of a process or sub-process, and with its event gateways."""
    for element in container.elements.values():
        if element.kind in RUNNING:
            _event(element, container, report)
        if element.kind == "boundaryEvent":
            _boundary(container, element, report)
        if element.kind == "eventBasedGateway":
            _event_gateway(container, element, report)


def _running(element: Element, container: Container) -> frozenset[str]:
    """Return the kinds of events that run at an element."""
    if element.kind != "startEvent" or container.tag.name == "process":
        return RUNNING[element.kind]
    return TRIGGERS if container.is_begun_by_event else STARTS_INSIDE


def _event(element: Element, container: Container, report: Report) -> None:
    kind = element.event_kind
    if len(element.events) > 1:
        report.error(element, "multiple-events", "Several event definitions in one event are not supported.")
    if kind not in _running(element, container):
        report.error(
            element,
            "unsupported-event",
            "A {what} is not supported: {instead}",
            what=f"{kind} {element.kind}" if kind else Text("{event} without a type", event=element.kind),
            instead=_instead(kind, element, container),
        )
    begins_one = element.kind == "startEvent" and container.is_begun_by_event
    is_beside = element.kind == "boundaryEvent" or begins_one
    if not is_beside and element.tag.get("isInterrupting") == "false":
        report.error(
            element,
            "unsupported-event",
            "Only the start event of an event sub-process can be non-interrupting.",
        )
    if kind in REFERENCES:
        _reference(element, kind, report)
    repeats = kind == "timer" and any(time.kind == "cycle" for time in element.events[0].times)
    begins_cases = element.kind == "startEvent" and container.tag.name == "process"
    if repeats and not begins_cases and (not is_beside or element.interrupts):
        report.error(
            element,
            "cycle-timer",
            "A cycle timer only works where it interrupts nothing: on a boundary event, at the start of an "
            "event sub-process or of a process.",
        )
    if kind and element.kind == "startEvent" and element.form:
        report.error(element, "form-unasked", "An event begins this: nobody would be asked with a form.")
    if kind == "error" and is_beside and not element.interrupts:
        report.error(element, "error-not-interrupting", "An error always interrupts what it is caught for.")


def _instead(kind: str, element: Element, container: Container) -> Text:
    if element.kind != "startEvent" or kind in ("", "conditional", "compensate"):
        return INSTEAD.get(kind, Text("use another kind of event."))
    if container.tag.name == "process":
        return Text("begin the process by a message.")
    return Text("put the event before the sub-process, or use an event sub-process.")


def _boundary(container: Container, element: Element, report: Report) -> None:
    host = container.elements.get(element.attached_to)
    if element.attached_to in {tag.id for tag in refused(container)}:
        return
    if host is None:
        report.error(
            element,
            "dangling-boundary",
            "The boundary event is attached to {attached_to!r}, which is no element of this process.",
            attached_to=element.attached_to,
        )
    elif host.kind not in ACTIVITIES:
        report.error(element, "dangling-boundary", "Boundary events belong on activities.")
    elif host.kind in NEVER_WAITS and element.event_kind in ("timer", "message", "signal"):
        report.error(
            element,
            "boundary-never-fires",
            "{element!r} never waits, so nothing can happen on it.",
            element=host.title,
        )


def _reference(element: Element, kind: str, report: Report) -> None:
    definition = element.events[0]
    if not definition.ref:
        if kind in ("message", "signal") or element.kind not in ("boundaryEvent", "startEvent"):
            report.error(
                element, f"missing-{kind}", "Choose the {kind} of this event.", kind=REFERENCES[kind]
            )
        return
    if definition.declared is None:
        report.error(
            element,
            f"dangling-{kind}",
            "The {kind} {wanted!r} is not defined in this file.",
            kind=REFERENCES[kind],
            wanted=definition.ref,
        )
        return
    has_name = kind in ("message", "signal")
    if not (definition.declared.name if has_name else definition.declared.code):
        report.error(
            element,
            f"unnamed-{kind}",
            "The {kind} {wanted!r} has no {what}.",
            kind=REFERENCES[kind],
            wanted=definition.ref,
            what=Text("name") if has_name else Text("code"),
        )


def _event_gateway(container: Container, gateway: Element, report: Report) -> None:
    if gateway.tag.get("instantiate") == "true":
        report.error(gateway, "unsupported-element", "An instantiating event gateway is not supported.")
    if gateway.tag.get("eventGatewayType") == "Parallel":
        report.error(gateway, "unsupported-element", "A parallel event gateway is not supported.")
    for flow in gateway.outgoing:
        target = container.elements[flow.target]
        if target.kind not in ("intermediateCatchEvent", "receiveTask"):
            report.error(flow, "event-gateway-target", "Only catch events and receive tasks may follow here.")
        elif len(target.incoming) > 1:
            report.error(
                target, "event-gateway-target", "An event behind an event gateway has no other way in."
            )
