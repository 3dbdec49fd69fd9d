"""The drawings as geometry: shapes, edges and labels as a reader sees them, in diagram pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from lxml import etree

PROCESSES = Path(__file__).parents[2] / "processes"
FILES = sorted(PROCESSES.glob("*.bpmn"))

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
}
ACTIVITIES = frozenset(
    {"userTask", "serviceTask", "businessRuleTask", "scriptTask", "callActivity", "subProcess"}
)
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "eventBasedGateway"})
NODES = ACTIVITIES | EVENTS | GATEWAYS


@dataclass(frozen=True)
class Box:
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Box:
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def runs_along(self, other: Box) -> bool:
        """True when two lines lie on each other for more than a pixel."""
        across = min(self.right, other.right) - max(self.left, other.left)
        along = min(self.bottom, other.bottom) - max(self.top, other.top)
        return min(across, along) >= 0 and max(across, along) > 1

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def touches(self, point: tuple[float, float]) -> bool:
        """True when the point lies on the border, give or take a pixel."""
        inside = Box(point[0], point[1], point[0], point[1])
        return self.grown(1.5).holds(inside) and not self.grown(-1.5).overlaps(inside.grown(0.1))


@dataclass(frozen=True)
class Node:
    id: str
    tag: str
    name: str
    documentation: str
    box: Box
    host: str | None = None
    # The sub-processes it is drawn inside of, outermost first.
    around: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str
    points: tuple[tuple[float, float], ...]

    def segments(self) -> Iterator[Box]:
        for (x1, y1), (x2, y2) in pairwise(self.points):
            yield Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


@dataclass
class Drawing:
    """One file, read."""

    file: str
    root: etree._Element
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    lanes: dict[str, tuple[Box, tuple[str, ...]]] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    notes: dict[str, Box] = field(default_factory=dict)
    undrawn: list[str] = field(default_factory=list)

    def outgoing(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == node_id]

    def incoming(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == node_id]

    @property
    def process(self) -> etree._Element:
        return self.root.find("bpmn:process", NS)

    @property
    def extent(self) -> Box:
        boxes = [
            *(node.box for node in self.nodes.values()),
            *(box for box, _ in self.lanes.values()),
            *self.labels.values(),
            *self.notes.values(),
            *(segment for flow in self.flows for segment in flow.segments()),
        ]
        return Box(
            min(box.left for box in boxes),
            min(box.top for box in boxes),
            max(box.right for box in boxes),
            max(box.bottom for box in boxes),
        )


def read(path: Path) -> Drawing:
    """Return the drawing in a file. What has no shape or edge stands in `undrawn`."""
    root = etree.parse(path).getroot()
    drawing = Drawing(path.name, root)
    shapes = {shape.get("bpmnElement"): shape for shape in root.iter(f"{{{NS['bpmndi']}}}BPMNShape")}
    edges = {edge.get("bpmnElement"): edge for edge in root.iter(f"{{{NS['bpmndi']}}}BPMNEdge")}
    for element in drawing.process.iter():
        tag = etree.QName(element).localname if isinstance(element.tag, str) else ""
        drawn = edges if tag == "sequenceFlow" else shapes
        if tag not in NODES | {"lane", "sequenceFlow"}:
            continue
        if element.get("id") not in drawn:
            drawing.undrawn.append(element.get("id"))
        elif tag == "lane":
            members = tuple(each.text for each in element.findall("bpmn:flowNodeRef", NS))
            drawing.lanes[element.get("id")] = (_bounds(shapes[element.get("id")]), members)
        elif tag == "sequenceFlow":
            drawing.flows.append(_flow(element, edges[element.get("id")]))
        else:
            drawing.nodes[element.get("id")] = _node(element, tag, shapes[element.get("id")])
    drawing.notes = {
        note.get("id"): _bounds(shapes[note.get("id")])
        for note in drawing.process.findall("bpmn:textAnnotation", NS)
    }
    drawing.labels = {
        element_id: _bounds(label)
        for element_id, holder in {**shapes, **edges}.items()
        if (label := holder.find("bpmndi:BPMNLabel", NS)) is not None and len(label)
    }
    return drawing


def _node(element: etree._Element, tag: str, shape: etree._Element) -> Node:
    documentation = element.findtext("bpmn:documentation", "", NS)
    name = element.get("name", "")
    around = tuple(each.get("id") for each in element.iterancestors(f"{{{NS['bpmn']}}}subProcess"))[::-1]
    host = element.get("attachedToRef")
    return Node(element.get("id"), tag, name, documentation, _bounds(shape), host, around)


def _flow(element: etree._Element, edge: etree._Element) -> Flow:
    points = tuple((float(p.get("x")), float(p.get("y"))) for p in edge.findall("di:waypoint", NS))
    condition = element.findtext("bpmn:conditionExpression", "", NS)
    source, target = element.get("sourceRef"), element.get("targetRef")
    return Flow(element.get("id"), element.get("name", ""), source, target, condition, points)


def _bounds(holder: etree._Element) -> Box:
    bounds = holder.find("dc:Bounds", NS)
    x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)
