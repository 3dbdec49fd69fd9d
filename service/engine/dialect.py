"""SpiffWorkflow's specs, made from a drawing: one for each process and embedded sub-process.

SpiffWorkflow's own parser (3.2.0) recurses along the flows, so a long drawing overflows the stack, drops
unreachable nodes without a word, loses which flow a token came by where flows merge, and reads the file a
second time. Here the drawing is read once (`engine.drawing`); all nodes are made first, all flows after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition

from service.engine import nodes
from service.engine.drawing import Container, Declared, Element, EventDefinition, Process
from service.engine.nodes.timers import TimerDefinition

ELEMENT_SUFFIX = " [element]"
NODES: Mapping[str, type[nodes.Node]] = {
    "userTask": nodes.UserTask,
    "manualTask": nodes.UserTask,
    "task": nodes.PassThrough,
    "scriptTask": nodes.ScriptTask,
    "businessRuleTask": nodes.BusinessRuleTask,
    "serviceTask": nodes.ServiceTask,
    "sendTask": nodes.Throwing,
    "receiveTask": nodes.ReceiveTask,
    "subProcess": nodes.SubProcess,
    "callActivity": nodes.CallActivity,
    "exclusiveGateway": nodes.ExclusiveGateway,
    "parallelGateway": nodes.ParallelGateway,
    "inclusiveGateway": nodes.InclusiveGateway,
    "eventBasedGateway": nodes.EventBasedGateway,
    "startEvent": nodes.StartEvent,
    "endEvent": nodes.EndEvent,
    "intermediateThrowEvent": nodes.Throwing,
    "intermediateCatchEvent": nodes.CatchEvent,
    "boundaryEvent": nodes.BoundaryEvent,
}


def specs_of(process: Process) -> dict[str, BpmnProcessSpec]:
    """Return the specs of a process and its embedded sub-processes by their keys.

    Embedded sub-processes are keyed `process_id/sub_process_id/…`, so that two files may use one id.
    """
    return {each.key: _spec(each, process) for each in process.body.containers()}


def _spec(container: Container, process: Process) -> BpmnProcessSpec:
    spec = BpmnProcessSpec(name=container.id, description=process.name, filename=process.file)
    spec.key = container.key
    # Stock: tasks of its own, called Start and End, which a drawing could not use as ids then.
    spec.task_specs.clear()
    for element in container.elements.values():
        _add(spec, element, container)
    spec.event_sub_processes = [each.id for each in container.elements.values() if each.trigger is not None]
    for flow in container.flows:
        source, target = spec.task_specs[flow.source], spec.task_specs[flow.target]
        source.connect(target)
        source.flows.append(flow)
        target.incoming.append(flow.id)
    return spec


def _add(spec: BpmnProcessSpec, element: Element, container: Container) -> None:
    """Put an element's node into the spec; around a multi-instance activity comes one more."""
    node = _node(spec, element, container)
    _describe(node, element)
    if element.extensions.multi_instance is not None:
        del spec.task_specs[element.id]
        node.name = element.id + ELEMENT_SUFFIX
        spec.task_specs[node.name] = node
        wrapper = nodes.MultiInstance(spec, element.id, **_common(element))
        wrapper.element_spec = node.name
        _describe(wrapper, element)
    # Flows and boundary events belong to what goes by the element's own id.
    spec.task_specs[element.id].boundary = [event.id for event in element.boundary]


def _describe(node: nodes.Node, element: Element) -> None:
    node.kind, node.extensions = element.kind, element.extensions
    node.incoming, node.flows, node.boundary = [], [], []


def _common(element: Element) -> dict[str, Any]:
    return {
        "bpmn_name": element.name or None,
        "lane": element.lane,
        "documentation": element.documentation or None,
    }


def _node(spec: BpmnProcessSpec, element: Element, container: Container) -> nodes.Node:
    kind, more = NODES[element.kind], _common(element)
    if element.kind == "sendTask" and element.extensions.attribute("topic"):
        # With a topic it is a service task; without one it throws its message.
        kind = nodes.ServiceTask
    elif element.kind in ("sendTask", "receiveTask"):
        more["event_definition"] = _message(element.message)
    elif element.kind == "subProcess":
        more["subworkflow_spec"] = f"{container.key}/{element.id}"
        if element.trigger is not None:
            kind, more = nodes.EventSubProcess, {**more, **_trigger(element.trigger)}
    elif element.kind == "callActivity":
        more["subworkflow_spec"] = element.called
    elif element.event is not None:
        more["event_definition"] = _definition(element.event, element)
    if element.kind == "boundaryEvent":
        more["cancel_activity"] = element.interrupts
    return kind(spec, element.id, **more)


def _trigger(start: Element) -> dict[str, Any]:
    event = _definition(start.event, start) if start.event is not None else None
    return {"event_definition": event, "interrupts": start.interrupts}


def _definition(event: EventDefinition, element: Element) -> Any:
    """Return SpiffWorkflow's definition of an event, with what the file declares of it."""
    name = event.declared.name if event.declared else None
    code = (event.declared.code if event.declared else None) or None
    if event.kind == "timer":
        # Stock: the text of a timer is evaluated as code even when it is plain ISO 8601.
        time = event.times[0] if event.times else None
        return TimerDefinition(time.kind if time else "date", time.text if time else "", element.name or None)
    if event.kind == "message":
        return _message(event.declared)
    if event.kind == "signal":
        return SignalEventDefinition(name)
    if event.kind == "error":
        return ErrorEventDefinition(name, code)
    if event.kind == "escalation":
        return EscalationEventDefinition(name, code)
    if event.kind == "terminate":
        return TerminateEventDefinition()
    raise ValueError(f"The check refuses {event.kind} events; {element.id!r} is one.")


def _message(declared: Declared | None) -> MessageEventDefinition | None:
    return MessageEventDefinition(declared.name) if declared is not None else None
