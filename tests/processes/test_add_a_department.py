"""A department is added to the countersign by copying: room is made, and what finance has is put into it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from lxml import etree

from tests.processes import test_drawings as layout
from tests.processes.drawing import NS, PROCESSES, Drawing, read

BESIDE, BELOW = 850, 320
"""Right of finance's gateway and below its lane the modeler's space tool makes room."""
WIDTH, HEIGHT = 240, 120
"""A column with a stage and its gateway, and a lane."""
OURS = {
    "lane_finance": "lane_design",
    "finance_stage": "design_stage",
    "finance_gateway": "design_gateway",
    "finance_objection_merge": "design_objection_merge",
}
"""What is copied, and what the copy is called."""


@pytest.fixture(scope="module")
def widened(tmp_path_factory: pytest.TempPathFactory) -> Drawing:
    root = etree.parse(PROCESSES / "countersign_phase.bpmn").getroot()
    copies = {old: (_shape(root, old), _element(root, old)) for old in OURS}
    _make_room(root)
    for old, new in OURS.items():
        _paste(root, new, *copies[old])
    _join(root)
    file = Path(tmp_path_factory.mktemp("drawing")) / "countersign_phase.bpmn"
    root.getroottree().write(file)
    return read(file)


def _element(root: etree._Element, id: str) -> etree._Element:
    [found] = root.xpath(f"//bpmn:process//*[@id='{id}']", namespaces=NS)
    return copy.deepcopy(found)


def _shape(root: etree._Element, id: str) -> etree._Element:
    [found] = root.xpath(f"//bpmndi:BPMNShape[@bpmnElement='{id}']", namespaces=NS)
    return copy.deepcopy(found)


def _make_room(root: etree._Element) -> None:
    for point in root.iter(f"{{{NS['di']}}}waypoint"):
        _move(point, WIDTH * (float(point.get("x")) >= BESIDE), HEIGHT * (float(point.get("y")) >= BELOW))
    for bounds in root.iter(f"{{{NS['dc']}}}Bounds"):
        x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
        _move(bounds, WIDTH * (x >= BESIDE), HEIGHT * (y >= BELOW))
        bounds.set("width", str(width + WIDTH * (x < BESIDE < x + width)))
        bounds.set("height", str(height + HEIGHT * (y < BELOW < y + height)))


def _move(place: etree._Element, right: float, down: float) -> None:
    place.set("x", str(float(place.get("x")) + right))
    place.set("y", str(float(place.get("y")) + down))


def _paste(root: etree._Element, new: str, shape: etree._Element, element: etree._Element) -> None:
    """Put a copy a column to the right and a lane further down; a lane only further down."""
    is_lane = element.tag.endswith("}lane")
    for bounds in shape.iter(f"{{{NS['dc']}}}Bounds"):
        _move(bounds, 0 if is_lane else WIDTH, HEIGHT)
        if is_lane:
            bounds.set("width", str(float(bounds.get("width")) + WIDTH))
    shape.set("bpmnElement", new)
    shape.set("id", f"{new}_di")
    element.set("id", new)
    for part in element.xpath("bpmn:incoming|bpmn:outgoing|bpmn:flowNodeRef", namespaces=NS):
        element.remove(part)
    if is_lane:
        for member in ("design_stage", "design_gateway"):
            etree.SubElement(element, f"{{{NS['bpmn']}}}flowNodeRef").text = member
        root.find(".//bpmn:laneSet", NS).append(element)
    else:
        root.find("bpmn:process", NS).append(element)
    if new.endswith("merge"):
        [lane] = root.xpath("//bpmn:lane[@id='lane_office']", namespaces=NS)
        etree.SubElement(lane, f"{{{NS['bpmn']}}}flowNodeRef").text = new
    root.find(".//bpmndi:BPMNPlane", NS).append(shape)


def _join(root: etree._Element) -> None:
    """Connect the copy as finance is connected: each flow goes where the same one of finance goes."""
    for source, target, after in (
        ("finance_gateway", "tech_stage", "design_stage"),
        ("finance_objection_merge", "objection_merge", "design_objection_merge"),
    ):
        [found] = root.xpath(
            f"//bpmn:sequenceFlow[@sourceRef='{source}'][@targetRef='{target}']", namespaces=NS
        )
        found.set("targetRef", after)
        [edge] = root.xpath(f"//bpmndi:BPMNEdge[@bpmnElement='{found.get('id')}']", namespaces=NS)
        for point in edge.findall("di:waypoint", NS):
            if float(point.get("x")) >= BESIDE + WIDTH:
                _move(point, -WIDTH, 0)
            if float(point.get("y")) > BELOW + HEIGHT and after == "design_stage":
                _move(point, 0, -HEIGHT)
    _flow(root, "design_stage", "design_gateway", (970, 380), (1015, 380))
    _flow(root, "design_gateway", "tech_stage", (1065, 380), (1160, 380), (1160, 460))
    _flow(root, "design_gateway", "design_objection_merge", (1040, 405), (1040, 585))
    _flow(root, "design_objection_merge", "objection_merge", (1065, 610), (1255, 610))


def _flow(root: etree._Element, source: str, target: str, *points: tuple[int, int]) -> None:
    id = f"{source}_to_{target}"
    flow = etree.SubElement(root.find("bpmn:process", NS), f"{{{NS['bpmn']}}}sequenceFlow", id=id)
    flow.set("sourceRef", source)
    flow.set("targetRef", target)
    plane = root.find(".//bpmndi:BPMNPlane", NS)
    edge = etree.SubElement(plane, f"{{{NS['bpmndi']}}}BPMNEdge", id=f"{id}_di", bpmnElement=id)
    for x, y in points:
        etree.SubElement(edge, f"{{{NS['di']}}}waypoint", x=str(x), y=str(y))


@pytest.mark.parametrize(
    "holds",
    [
        layout.test_every_element_is_drawn,
        layout.test_a_diagram_can_be_read_as_a_whole_on_a_screen,
        layout.test_elements_do_not_overlap,
        layout.test_lanes_fill_their_pool_without_gaps,
        layout.test_elements_lie_inside_their_lanes_with_room_to_spare,
        layout.test_flows_are_orthogonal_and_begin_and_end_at_their_elements,
        layout.test_flows_do_not_run_through_elements,
        layout.test_flows_do_not_cross,
        layout.test_labels_are_free_of_lines_elements_and_each_other,
        layout.test_notes_cover_nothing,
    ],
    ids=lambda each: each.__name__.removeprefix("test_"),
)
def test_the_countersign_has_room_for_one_more_department(widened, holds):
    holds(widened)
