"""A drawing as the check sees it: elements with their lines, whatever is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.engine import extensions, xml
from service.engine.findings import Finding, Severity
from service.wording import Text

PEOPLE = frozenset({"userTask", "manualTask"})
TASKS = PEOPLE | {"task", "scriptTask", "businessRuleTask", "serviceTask", "sendTask", "receiveTask"}
ACTIVITIES = TASKS | {"subProcess", "callActivity"}
GATEWAYS = frozenset(["exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"])
CONDITIONAL = frozenset({"exclusiveGateway", "inclusiveGateway"})
CATCHING = frozenset({"intermediateCatchEvent", "boundaryEvent"})
EVENTS = CATCHING | {"startEvent", "endEvent", "intermediateThrowEvent"}
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
WAITS = frozenset(["userTask", "manualTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"])


@dataclass
class FlowElement:
    """One sequence flow."""

    id: str
    node: etree._Element
    source: str
    target: str
    condition: str


@dataclass
class NodeElement:
    """One flow node with its connected flows."""

    id: str
    kind: str
    node: etree._Element
    extensions: extensions.Extensions
    outgoing: list[FlowElement] = field(default_factory=list)
    incoming: list[FlowElement] = field(default_factory=list)
    boundary: list[NodeElement] = field(default_factory=list)
    inner: Container | None = None
    lane: str | None = None

    @property
    def name(self) -> str:
        return self.node.get("name") or self.id

    @property
    def definitions(self) -> list[etree._Element]:
        """Return the event definitions of an event."""
        return [
            child for child in xml.elements(self.node) if xml.local_name(child).endswith("EventDefinition")
        ]

    @property
    def definition_kind(self) -> str:
        """Return timer, message, error…; empty for a none event."""
        found = self.definitions
        return xml.local_name(found[0]).removesuffix("EventDefinition") if found else ""

    @property
    def attached_to(self) -> str:
        return self.node.get("attachedToRef") or ""

    @property
    def interrupts(self) -> bool:
        return (self.node.get("cancelActivity") or "true").lower() != "false"


@dataclass
class Container:
    """A process or an embedded sub-process: its nodes by id, its flows."""

    id: str
    node: etree._Element
    process: str
    nodes: dict[str, NodeElement] = field(default_factory=dict)
    flows: list[FlowElement] = field(default_factory=list)

    def everything(self) -> Iterator[NodeElement]:
        """Yield the nodes here and in embedded sub-processes."""
        for node in self.nodes.values():
            yield node
            if node.inner is not None:
                yield from node.inner.everything()

    def containers(self) -> Iterator[Container]:
        yield self
        for node in self.nodes.values():
            if node.inner is not None:
                yield from node.inner.containers()

    def following(self, node: NodeElement) -> Iterator[NodeElement]:
        """Yield what a token at `node` may reach next, boundary events included."""
        yield from (self.nodes[flow.target] for flow in node.outgoing if flow.target in self.nodes)
        yield from node.boundary


@dataclass
class Report:
    """Collects the findings of one file."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def error(self, at: etree._Element | None, code: str, template: str, /, **params: str | int) -> None:
        """Add an error; `template` and `params` are those of a Text."""
        self._add(at, "error", code, Text(template, **params))

    def warning(self, at: etree._Element | None, code: str, template: str, /, **params: str | int) -> None:
        """Add a warning; `template` and `params` are those of a Text."""
        self._add(at, "warning", code, Text(template, **params))

    def _add(self, at: etree._Element | None, severity: Severity, code: str, message: Text) -> None:
        line = at.sourceline or 0 if at is not None else 0
        self.findings.append(Finding(self.file, line, _id_of(at), severity, code, message))

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def _id_of(at: etree._Element | None) -> str:
    while at is not None:
        if at.get("id") and xml.namespace(at) != xml.CAMUNDA and not _is_part(at):
            return at.get("id")
        at = at.getparent()
    return ""


def _is_part(at: etree._Element) -> bool:
    """Definitions inside an event carry ids of their own; the reader looks for the event."""
    return xml.local_name(at).endswith("EventDefinition") or xml.local_name(at) == "conditionExpression"


def read(process: etree._Element) -> Container:
    """Return a process with its nodes and flows; what refers to nothing is left out, not repaired."""
    lanes = {
        xml.text(ref): lane.get("name") or ""
        for lane in process.iter(xml.bpmn("lane"))
        for ref in lane.iterchildren(xml.bpmn("flowNodeRef"))
    }
    return _container(process, process.get("id") or "", lanes, None)


def _container(node: etree._Element, process: str, lanes: dict[str, str], lane: str | None) -> Container:
    container = Container(node.get("id") or "", node, process)
    for child in xml.elements(node):
        kind = xml.local_name(child)
        if kind in FLOW_NODES and child.get("id"):
            element = NodeElement(child.get("id"), kind, child, extensions.read(child))
            element.lane = lanes.get(element.id, lane)
            if kind == "subProcess":
                element.inner = _container(child, process, lanes, element.lane)
            container.nodes.setdefault(element.id, element)
    for child in node.iterchildren(xml.bpmn("sequenceFlow")):
        container.flows.append(_flow(child))
    _connect(container)
    return container


def _flow(node: etree._Element) -> FlowElement:
    condition = xml.text(node.find("bpmn:conditionExpression", xml.NS))
    return FlowElement(
        node.get("id") or "", node, node.get("sourceRef") or "", node.get("targetRef") or "", condition
    )


def _connect(container: Container) -> None:
    for flow in container.flows:
        if flow.source in container.nodes and flow.target in container.nodes:
            container.nodes[flow.source].outgoing.append(flow)
            container.nodes[flow.target].incoming.append(flow)
    for node in container.nodes.values():
        if node.kind == "boundaryEvent" and node.attached_to in container.nodes:
            container.nodes[node.attached_to].boundary.append(node)
