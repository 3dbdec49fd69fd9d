"""The shape of a drawing: what the engine cannot run, what leads nowhere, what would wait for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lxml import etree

from service.engine import xml
from service.engine.check.drawing import (
    ACTIVITIES,
    CONDITIONAL,
    FLOW_NODES,
    WAITS,
    Container,
    NodeElement,
    Report,
)
from service.wording import Text

RESERVED_IDS = frozenset({"Start", "End"})
UNSUPPORTED = {
    "complexGateway": Text(
        "A complex gateway is not supported: use exclusive, parallel or inclusive gateways."
    ),
    "adHocSubProcess": Text("An ad-hoc sub-process is not supported: draw the order of its activities."),
    "transaction": Text("A transaction is not supported: use a sub-process with an error boundary event."),
    "globalTask": Text("Global tasks are not supported: draw the task in the process."),
    "globalUserTask": Text("Global tasks are not supported: draw the task in the process."),
    "choreographyTask": Text("Choreographies are not supported."),
    "correlationKey": Text("Correlation keys are not supported: the business key finds the case."),
    "correlationProperty": Text("Correlation keys are not supported: the business key finds the case."),
}
LISTENERS = ("executionListener", "taskListener", "connector", "failedJobRetryTimeCycle")
REFERENCES = {
    "message": Text("message"),
    "signal": Text("signal"),
    "error": Text("error"),
    "escalation": Text("escalation"),
}
EVENT_KINDS = {
    "startEvent": {""},
    "endEvent": {"", "terminate", "error", "escalation", "message", "signal"},
    "intermediateThrowEvent": {"", "escalation", "message", "signal"},
    "intermediateCatchEvent": {"timer", "message", "signal"},
    "boundaryEvent": {"timer", "message", "signal", "error", "escalation"},
}
KNOWN_CHILDREN = FLOW_NODES | {
    "sequenceFlow",
    "laneSet",
    "documentation",
    "extensionElements",
    "textAnnotation",
    "association",
    "group",
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "incoming",
    "outgoing",
    "property",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "ioSpecification",
    "category",
}


def check_structure(container: Container, report: Report) -> None:
    """Judge a process and its embedded sub-processes."""
    for each in container.containers():
        _unsupported_children(each, report)
        _flows(each, report)
        _starts_and_ends(each, report)
        for node in each.nodes.values():
            _node(each, node, report)
        _reachability(each, report)
        _endless_cycles(each, report)


def check_ids(root: etree._Element, report: Report) -> None:
    """Every element of the model has an id of its own."""
    seen: Counter[str] = Counter()
    for element in root.iter():
        if xml.namespace(element) != xml.BPMN:
            continue
        element_id = element.get("id")
        if element_id:
            seen[element_id] += 1
            if seen[element_id] == 2:
                report.error(element, "duplicate-id", "The id {id!r} is used more than once.", id=element_id)
        elif xml.local_name(element) in FLOW_NODES | {"sequenceFlow", "process"}:
            report.error(element, "missing-id", "A {kind} has no id.", kind=xml.local_name(element))
        if element_id in RESERVED_IDS and xml.local_name(element) in FLOW_NODES:
            report.error(
                element,
                "reserved-id",
                "The id {id!r} belongs to the engine: choose another, such as what starts or ends here.",
                id=element_id,
            )


def _unsupported_children(container: Container, report: Report) -> None:
    for child in xml.elements(container.node):
        kind = xml.local_name(child)
        if xml.namespace(child) != xml.BPMN:
            continue
        if kind in UNSUPPORTED:
            report.error(child, "unsupported-element", UNSUPPORTED[kind])
        elif kind == "subProcess" and child.get("triggeredByEvent") == "true":
            report.error(
                child,
                "event-sub-process",
                "An event sub-process is not supported: use a boundary event on the activities concerned.",
            )
        elif kind not in KNOWN_CHILDREN:
            report.error(child, "unsupported-element", "A {kind} is not supported.", kind=kind)


def _flows(container: Container, report: Report) -> None:
    for flow in container.flows:
        for end, name in ((flow.source, "sourceRef"), (flow.target, "targetRef")):
            if end not in container.nodes:
                report.error(
                    flow.node,
                    "dangling-flow",
                    "The flow's {name} {end!r} is no element of this process: connect it or delete it.",
                    name=name,
                    end=end,
                )
    pairs = Counter((flow.source, flow.target) for flow in container.flows)
    for flow in container.flows:
        source = container.nodes.get(flow.source)
        if source is not None and pairs[flow.source, flow.target] > 1 and source.kind == "eventBasedGateway":
            report.error(flow.node, "duplicate-flow", "Two flows lead from this gateway to the same event.")


def _starts_and_ends(container: Container, report: Report) -> None:
    starts = [node for node in container.nodes.values() if node.kind == "startEvent"]
    ends = [node for node in container.nodes.values() if node.kind == "endEvent"]
    if not starts:
        report.error(container.node, "no-start", "There is no start event.")
    for extra in starts[1:]:
        report.error(
            extra.node, "several-starts", "Only one start event is supported: merge the ways to begin."
        )
    if not ends:
        report.error(container.node, "no-end", "There is no end event: every path needs one.")


def _node(container: Container, node: NodeElement, report: Report) -> None:
    _listeners(node, report)
    _loops(node, report)
    _outgoing(node, report)
    if node.kind in EVENT_KINDS:
        _event(container, node, report)
    if node.kind == "eventBasedGateway":
        _event_gateway(container, node, report)
    if node.kind == "startEvent" and node.incoming:
        report.error(node.node, "flow-into-start", "No flow may lead into a start event.")
    if node.kind == "boundaryEvent" and node.incoming:
        report.error(node.node, "flow-into-boundary", "No flow may lead into a boundary event.")
    if node.node.get("isForCompensation") == "true":
        report.error(node.node, "compensation", "Compensation is not supported: draw what undoes the work.")
    if node.kind == "task":
        report.warning(
            node.node,
            "task-without-type",
            "A task without a type does nothing and is passed at once: choose user task, script task…",
        )


def _listeners(node: NodeElement, report: Report) -> None:
    for name in LISTENERS:
        for found in node.node.iterfind(f"bpmn:extensionElements/camunda:{name}", xml.NS):
            report.error(found, "listener", "A {name} would be ignored: draw what it does.", name=name)


def _loops(node: NodeElement, report: Report) -> None:
    if node.node.find("bpmn:standardLoopCharacteristics", xml.NS) is not None:
        report.error(
            node.node, "standard-loop", "A loop marker is not supported: draw the loop with a gateway."
        )
    if node.extensions.multi_instance is not None and node.kind not in ACTIVITIES:
        report.error(node.node, "multi-instance", "Only activities can be multi-instance.")


def _outgoing(node: NodeElement, report: Report) -> None:
    flows = node.outgoing
    if node.kind == "endEvent":
        if flows:
            report.error(node.node, "flow-out-of-end", "No flow may leave an end event.")
        return
    if not flows:
        report.error(
            node.node,
            "dead-end",
            "Nothing follows {element!r}: lead it on or to an end event.",
            element=node.name,
        )
    if node.kind in ACTIVITIES | {
        "startEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }:
        _single_outgoing(node, report)
    elif node.kind in CONDITIONAL:
        _conditions(node, report)
    else:
        for flow in flows:
            if flow.condition:
                report.error(
                    flow.node,
                    "ignored-condition",
                    "The condition would be ignored: only exclusive and inclusive gateways ask conditions.",
                )
    default = node.node.get("default")
    if default and default not in {flow.id for flow in flows}:
        report.error(
            node.node,
            "dangling-default",
            "The default flow {default!r} does not leave this element.",
            default=default,
        )


def _single_outgoing(node: NodeElement, report: Report) -> None:
    if len(node.outgoing) > 1:
        report.error(
            node.node,
            "implicit-fork",
            "Several flows leave {element!r}: put a gateway there that says whether all or one is taken.",
            element=node.name,
        )
    for flow in node.outgoing:
        if flow.condition:
            report.error(
                flow.node,
                "ignored-condition",
                "The condition would be ignored here: put an exclusive gateway before it.",
            )


def _conditions(node: NodeElement, report: Report) -> None:
    default = node.node.get("default")
    for flow in node.outgoing:
        if flow.id == default and flow.condition:
            report.error(
                flow.node, "ignored-condition", "The condition of the default flow would be ignored."
            )
        elif flow.id != default and not flow.condition and len(node.outgoing) > 1:
            report.error(
                flow.node,
                "missing-condition",
                "This flow needs a condition, or must be marked as the gateway's default flow.",
            )


def _event(container: Container, node: NodeElement, report: Report) -> None:
    kind = node.definition_kind
    if len(node.definitions) > 1:
        report.error(
            node.node, "multiple-events", "Several event definitions in one event are not supported."
        )
    if kind not in EVENT_KINDS[node.kind]:
        what = f"{kind} {node.kind}" if kind else Text("{event} without a type", event=node.kind)
        report.error(
            node.node,
            "unsupported-event",
            "A {what} is not supported: {instead}",
            what=what,
            instead=_instead(kind),
        )
    if node.kind == "boundaryEvent":
        _boundary(container, node, report)
    elif node.node.get("isInterrupting") == "false":
        report.error(node.node, "unsupported-event", "A non-interrupting start event is not supported.")
    if kind in REFERENCES:
        _reference(node, kind, report)
    repeats = kind == "timer" and node.definitions[0].find("bpmn:timeCycle", xml.NS) is not None
    if repeats and (node.kind != "boundaryEvent" or node.interrupts):
        report.error(
            node.node, "cycle-timer", "A cycle timer only works on a non-interrupting boundary event."
        )


def _instead(kind: str) -> Text:
    return {
        "compensate": Text("draw what undoes the work."),
        "link": Text("draw the flow itself, or a call activity."),
        "conditional": Text("use a message, or a timer with a gateway behind it."),
        "cancel": Text("use an error event."),
        "timer": Text("start the process by hand, by its API, or from another process."),
        "message": Text("start the process by hand, by its API, or from another process."),
        "signal": Text("start the process by hand, by its API, or from another process."),
        "": Text("choose a timer or a message."),
    }.get(kind, Text("use another kind of event."))


def _boundary(container: Container, node: NodeElement, report: Report) -> None:
    host = container.nodes.get(node.attached_to)
    if host is None:
        report.error(
            node.node,
            "dangling-boundary",
            "The boundary event is attached to {attached_to!r}, which is no element of this process.",
            attached_to=node.attached_to,
        )
    elif host.kind not in ACTIVITIES:
        report.error(node.node, "dangling-boundary", "Boundary events belong on activities.")
    elif host.kind in ("task", "scriptTask", "businessRuleTask", "sendTask") and node.definition_kind in (
        "timer",
        "message",
        "signal",
    ):
        report.error(
            node.node,
            "boundary-never-fires",
            "{element!r} never waits, so nothing can happen on it.",
            element=host.name,
        )
    if node.definition_kind == "error" and not node.interrupts:
        report.error(node.node, "error-not-interrupting", "An error always interrupts its activity.")


def _reference(node: NodeElement, kind: str, report: Report) -> None:
    definition = node.definitions[0]
    wanted = definition.get(f"{kind}Ref")
    root = node.node.getroottree().getroot()
    if not wanted:
        if kind in ("message", "signal") or node.kind != "boundaryEvent":
            report.error(
                node.node, f"missing-{kind}", "Choose the {kind} of this event.", kind=REFERENCES[kind]
            )
        return
    found = [each for each in root.iterchildren(xml.bpmn(kind)) if each.get("id") == wanted]
    if not found:
        report.error(
            node.node,
            f"dangling-{kind}",
            "The {kind} {wanted!r} is not defined in this file.",
            kind=REFERENCES[kind],
            wanted=wanted,
        )
    elif not (found[0].get("name") if kind in ("message", "signal") else found[0].get(f"{kind}Code")):
        what = Text("name") if kind in ("message", "signal") else Text("code")
        report.error(
            node.node,
            f"unnamed-{kind}",
            "The {kind} {wanted!r} has no {what}.",
            kind=REFERENCES[kind],
            wanted=wanted,
            what=what,
        )


def _event_gateway(container: Container, node: NodeElement, report: Report) -> None:
    if node.node.get("instantiate") == "true":
        report.error(node.node, "unsupported-element", "An instantiating event gateway is not supported.")
    if node.node.get("eventGatewayType") == "Parallel":
        report.error(node.node, "unsupported-element", "A parallel event gateway is not supported.")
    for flow in node.outgoing:
        target = container.nodes[flow.target]
        if target.kind not in ("intermediateCatchEvent", "receiveTask"):
            report.error(
                flow.node, "event-gateway-target", "Only catch events and receive tasks may follow here."
            )
        elif len(target.incoming) > 1:
            report.error(
                target.node, "event-gateway-target", "An event behind an event gateway has no other way in."
            )


def _reachability(container: Container, report: Report) -> None:
    starts = [node for node in container.nodes.values() if node.kind == "startEvent"]
    reached = closure(container, starts[:1])
    for node in container.nodes.values():
        attached_nowhere = node.kind == "boundaryEvent" and node.attached_to not in container.nodes
        if starts and node.id not in reached and node not in starts and not attached_nowhere:
            report.error(
                node.node,
                "unreachable",
                "No path leads to {element!r}: connect or delete it.",
                element=node.name,
            )
    for node in container.nodes.values():
        if node.id in reached and node.outgoing:
            ahead = [container.nodes[each] for each in closure(container, [node])]
            # Where a path breaks off, the element at its end is reported instead.
            breaks_off = any(not each.outgoing for each in ahead)
            if not breaks_off:
                report.error(
                    node.node,
                    "no-way-to-end",
                    "From {element!r} no path leads to an end event.",
                    element=node.name,
                )


def closure(container: Container, start: Iterable[NodeElement]) -> set[str]:
    """Return the ids of the nodes a token at `start` may come to, itself included."""
    stack = list(start)
    seen = {node.id for node in stack}
    while stack:
        for following in container.following(stack.pop()):
            if following.id not in seen:
                seen.add(following.id)
                stack.append(following)
    return seen


def _endless_cycles(container: Container, report: Report) -> None:
    """A cycle in which nothing waits and nothing is asked can never be left."""
    automatic = {
        node.id: [flow.target for flow in node.outgoing]
        for node in container.nodes.values()
        if not _may_leave(node)
    }
    for start in automatic:
        if _returns(start, automatic):
            node = container.nodes[start]
            report.error(
                node.node,
                "endless-cycle",
                "The cycle through {element!r} neither waits nor asks a condition.",
                element=node.name,
            )
            return


def _may_leave(node: NodeElement) -> bool:
    waits = node.kind in WAITS | {"callActivity", "subProcess"}
    return waits or (node.kind in CONDITIONAL and len(node.outgoing) > 1)


def _returns(start: str, following: dict[str, list[str]]) -> bool:
    stack, seen = list(following[start]), set()
    while stack:
        current = stack.pop()
        if current == start:
            return True
        if current in following and current not in seen:
            seen.add(current)
            stack.extend(following[current])
    return False
