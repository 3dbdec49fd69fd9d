"""Our dialect over SpiffWorkflow's BPMN parser: every node carries its extensions, flows are connected flat.

SpiffWorkflow's parser (3.2.0) recurses along the flows, so a long drawing overflows the stack, unreachable
nodes are dropped without a word, and a merge of flows loses which flow a token came by. Here all nodes are
created first and all flows connected after.
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventDefinitionParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser, SubWorkflowParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from service.engine import extensions, nodes, timers, xml

ALL_EVENTS = [
    f".//bpmn:{kind}EventDefinition"
    for kind in ("message", "signal", "timer", "error", "escalation", "terminate", "cancel", "conditional")
]
TIMER_KINDS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
ELEMENT_SUFFIX = " [element]"


class NodeParser:
    """Mixed into every task parser: reads our extensions, follows no flows."""

    def parse_node(self) -> nodes.Node:
        spec = self.create_task()
        self._describe(spec)
        if spec.extensions.multi_instance is not None:
            spec = self._wrap(spec)
        return spec

    def _describe(self, spec: nodes.Node) -> None:
        spec.kind = xml.local_name(self.node)
        spec.extensions = extensions.read(self.node)
        spec.incoming, spec.flows, spec.boundary = [], [], []

    def _wrap(self, element: nodes.Node) -> nodes.MultiInstance:
        """Put a multi-instance activity around the element that runs for each item."""
        name = element.name
        del self.spec.task_specs[name]
        wrapper = nodes.MultiInstance(self.spec, name, **self.bpmn_attributes)
        self._describe(wrapper)
        element.name = wrapper.element_spec = name + ELEMENT_SUFFIX
        self.spec.task_specs[element.name] = element
        return wrapper

    def parse_incoming_data_references(self) -> list[Any]:
        """Data objects and stores are notes for the reader; they hold no variables."""
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        return []

    def parse_timer_event(self, event: etree._Element) -> timers.TimerDefinition:
        # Stock: the text of a timer is evaluated as code even when it is plain ISO 8601.
        for child in xml.elements(event):
            kind = TIMER_KINDS.get(xml.local_name(child))
            if kind:
                return timers.TimerDefinition(kind, xml.text(child), self.node.get("name"))
        return timers.TimerDefinition("date", "", self.node.get("name"))


class EventNodeParser(NodeParser):
    """Any event: whatever definition is drawn is kept, so that none is dropped in silence."""

    def create_task(self) -> nodes.Event:
        definition = self.get_event_definition(ALL_EVENTS)
        if isinstance(definition, NoneEventDefinition):
            definition = None
        return self.spec_class(self.spec, self.bpmn_id, event_definition=definition, **self._attributes())

    def _attributes(self) -> dict[str, Any]:
        return self.bpmn_attributes


class BoundaryNodeParser(EventNodeParser):
    def _attributes(self) -> dict[str, Any]:
        interrupting = self.node.get("cancelActivity", "true").lower() != "false"
        return {**self.bpmn_attributes, "cancel_activity": interrupting}


class ReceiveNodeParser(NodeParser):
    def create_task(self) -> nodes.Event:
        definition = self.parse_message_event(self.node) if self.node.get("messageRef") else None
        return self.spec_class(self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes)


class SendNodeParser(ReceiveNodeParser):
    """A send task with a topic is a service task; without one it throws its message."""

    def create_task(self) -> nodes.Node:
        if self.node.get(xml.camunda("topic")):
            return nodes.ServiceTask(self.spec, self.bpmn_id, **self.bpmn_attributes)
        return super().create_task()


def _parser(*bases: type) -> type:
    return type("".join(base.__name__ for base in bases), bases, {})


def _tasks() -> dict[str, tuple[type, type]]:
    plain = _parser(NodeParser, TaskParser)
    return {
        "userTask": (plain, nodes.UserTask),
        "manualTask": (plain, nodes.UserTask),
        "task": (plain, nodes.PassThrough),
        "scriptTask": (plain, nodes.ScriptTask),
        "businessRuleTask": (plain, nodes.BusinessRuleTask),
        "serviceTask": (plain, nodes.ServiceTask),
        "sendTask": (_parser(SendNodeParser, EventDefinitionParser), nodes.Throwing),
        "receiveTask": (_parser(ReceiveNodeParser, EventDefinitionParser), nodes.ReceiveTask),
        "subProcess": (_parser(NodeParser, SubWorkflowParser), nodes.SubProcess),
        "callActivity": (_parser(NodeParser, CallActivityParser), nodes.CallActivity),
        "exclusiveGateway": (plain, nodes.ExclusiveGateway),
        "parallelGateway": (plain, nodes.ParallelGateway),
        "inclusiveGateway": (plain, nodes.InclusiveGateway),
        "eventBasedGateway": (_parser(NodeParser, TaskParser), nodes.EventBasedGateway),
        "startEvent": (_parser(EventNodeParser, StartEventParser), nodes.StartEvent),
        "endEvent": (_parser(EventNodeParser, EndEventParser), nodes.EndEvent),
        "intermediateThrowEvent": (_parser(EventNodeParser, EventDefinitionParser), nodes.Throwing),
        "intermediateCatchEvent": (_parser(EventNodeParser, EventDefinitionParser), nodes.CatchEvent),
        "boundaryEvent": (_parser(BoundaryNodeParser, BoundaryEventParser), nodes.BoundaryEvent),
    }


class FlatProcessParser(ProcessParser):
    """Creates every node of a process, then connects every flow."""

    def create_spec(self) -> BpmnProcessSpec:
        return BpmnProcessSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)

    def add_tasks(self) -> None:
        known = self.parser.OVERRIDE_PARSER_CLASSES
        for node in xml.elements(self.node):
            if node.tag in known:
                self.parse_node(node)
        for node in self.node.iterchildren(xml.bpmn("boundaryEvent")):
            self.spec.task_specs[node.get("attachedToRef")].boundary.append(node.get("id"))
        for flow in self.node.iterchildren(xml.bpmn("sequenceFlow")):
            self._connect(flow)

    def _connect(self, flow: etree._Element) -> None:
        source = self.spec.task_specs[flow.get("sourceRef")]
        target = self.spec.task_specs[flow.get("targetRef")]
        condition = xml.text(flow.find("bpmn:conditionExpression", xml.NS)) or None
        is_default = self.get_node_by_id(source.name).get("default") == flow.get("id")
        source.connect(target)
        source.flows.append(
            nodes.Flow(flow.get("id"), target.name, condition, is_default, flow.get("name") or "")
        )
        target.incoming.append(flow.get("id"))


class DialectParser(BpmnParser):
    """Parses one file. Called processes are resolved later, in the manifest."""

    OVERRIDE_PARSER_CLASSES = {xml.bpmn(tag): pair for tag, pair in _tasks().items()}
    PROCESS_PARSER_CLASS = FlatProcessParser

    def __init__(self) -> None:
        super().__init__(namespaces=xml.NS)

    def _add_data_stores(self, bpmn: etree._Element) -> None:
        """Data stores are notes for the reader. Stock: an unknown one stops the parser."""

    def _add_correlations(self, bpmn: etree._Element) -> None:
        """Messages find their case by its business key; drawn correlation keys are refused."""


def parse(root: etree._Element, filename: str) -> dict[str, BpmnProcessSpec]:
    """Return the specs of all processes and embedded sub-processes of one file by their id.

    Embedded sub-processes are keyed `process_id/sub_process_id/…`, so that two files may use one id.
    """
    specs: dict[str, BpmnProcessSpec] = {}
    for process in root.iterchildren(xml.bpmn("process")):
        _parse_into(specs, root, process, process.get("id"), filename)
    return specs


def _parse_into(
    specs: dict[str, BpmnProcessSpec], root: etree._Element, node: etree._Element, key: str, filename: str
) -> None:
    parser = DialectParser()
    for add in (parser._add_diagram_indexes, parser._add_messages, parser._add_signals):
        add(root)
    for add in (parser._add_errors, parser._add_escalations):
        add(root)
    lane = parser.get_document_lanes(root).get(node.get("id")) if node.tag != xml.bpmn("process") else None
    parser.create_parser(node, filename, lane)
    spec = parser.process_parsers[node.get("id")].get_spec()
    spec.key = key
    specs[key] = spec
    for child in node.iterchildren(xml.bpmn("subProcess")):
        sub_key = f"{key}/{child.get('id')}"
        _point_at(spec, child.get("id"), sub_key)
        _parse_into(specs, root, child, sub_key, filename)


def _point_at(spec: BpmnProcessSpec, element_id: str, key: str) -> None:
    for name in (element_id, element_id + ELEMENT_SUFFIX):
        task_spec = spec.task_specs.get(name)
        if isinstance(task_spec, nodes.SubProcess):
            task_spec.spec = key
