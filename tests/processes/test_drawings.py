"""The drawings read well: nothing overlaps, nothing crosses, everything is named and explained."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from tests.processes.drawing import ACTIVITIES, EVENTS, FILES, NS, Drawing, Flow, read

SCREEN_WIDTH, FRAME_HEIGHT = 1280, 900
TASK_TEXT, SMALLEST_TEXT = 12, 9
"""The size of the text in a task where a drawing is shown as large as it is, and what can still be read."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REQUIREMENT = re.compile(r"（[A-Z]\d+(?:[–,] ?[A-Z]\d+)*）")


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def drawing(request) -> Drawing:
    return read(request.param)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


def crosses(one: Flow, other: Flow) -> bool:
    """True when two flows that neither leave nor reach the same element meet."""
    if one.source == other.source or one.target == other.target:
        return False
    return any(a.grown(0.5).overlaps(b.grown(0.5)) for a in one.segments() for b in other.segments())


def test_there_are_drawings_to_look_at():
    assert len(FILES) >= 23


def test_every_element_is_drawn(drawing):
    assert drawing.undrawn == []


def test_a_file_holds_the_process_it_is_named_after(path):
    assert read(path).process.get("id") == path.stem


def test_a_diagram_can_be_read_as_a_whole_on_a_screen(drawing):
    extent = drawing.extent

    width, height = extent.right - extent.left, extent.bottom - extent.top

    assert TASK_TEXT * SCREEN_WIDTH / width >= SMALLEST_TEXT, f"{width} px wide is too wide"
    assert height <= FRAME_HEIGHT


def test_elements_do_not_overlap(drawing):
    overlaps = [
        (one.id, other.id)
        for one, other in combinations(drawing.nodes.values(), 2)
        if one.box.overlaps(other.box)
        and other.id not in (one.host, *one.around)
        and one.id not in (other.host, *other.around)
    ]

    assert overlaps == []


def test_elements_lie_inside_their_sub_processes_with_room_to_spare(drawing):
    outside = [
        (around, node.id)
        for node in drawing.nodes.values()
        for around in node.around
        if node.host is None and not drawing.nodes[around].box.grown(-10).holds(node.box)
    ]

    assert outside == []


def test_notes_cover_nothing(drawing):
    covered = [
        (key, other)
        for key, box in drawing.notes.items()
        for other, area in (
            *((node.id, node.box) for node in drawing.nodes.values()),
            *drawing.labels.items(),
            *((flow.id, segment) for flow in drawing.flows for segment in flow.segments()),
        )
        if box.overlaps(area)
    ]

    assert covered == []
    assert all(any(area.holds(box) for area, _ in drawing.lanes.values()) for box in drawing.notes.values())


def test_every_drawing_says_who(drawing):
    assert drawing.lanes, "without lanes nobody sees who does what"


def test_lanes_fill_their_pool_without_gaps(drawing):
    boxes = sorted((box for box, _ in drawing.lanes.values()), key=lambda box: box.top)

    assert [box.top for box in boxes[1:]] == [box.bottom for box in boxes[:-1]]
    assert len({(box.left, box.right) for box in boxes}) == 1


def test_elements_lie_inside_their_lanes_with_room_to_spare(drawing):
    outside = [
        (lane, member)
        for lane, (box, members) in drawing.lanes.items()
        for member in members
        if drawing.nodes[member].host is None and not box.grown(-10).holds(drawing.nodes[member].box)
    ]

    assert outside == []
    if drawing.lanes:
        outermost = [node.id for node in drawing.nodes.values() if not node.around]
        assert sorted(m for _, members in drawing.lanes.values() for m in members) == sorted(outermost)


def test_flows_are_orthogonal_and_begin_and_end_at_their_elements(drawing):
    astray = [
        flow.id
        for flow in drawing.flows
        if any(s.left != s.right and s.top != s.bottom for s in flow.segments())
        or not drawing.nodes[flow.source].box.touches(flow.points[0])
        or not drawing.nodes[flow.target].box.touches(flow.points[-1])
    ]

    assert astray == []


def test_flows_do_not_run_through_elements(drawing):
    hits = [
        (flow.id, node.id)
        for flow in drawing.flows
        for node in drawing.nodes.values()
        if any(segment.overlaps(node.box.grown(-2)) for segment in flow.segments())
        # a boundary event sits half inside its host; the flow leaves at the outer half
        and node.id not in (drawing.nodes[flow.source].host, *drawing.nodes[flow.source].around)
    ]

    assert hits == []


def test_flows_do_not_cross(drawing):
    crossings = [(a.id, b.id) for a, b in combinations(drawing.flows, 2) if crosses(a, b)]

    assert crossings == []


def test_ways_that_meet_at_a_gateway_do_not_run_along_each_other(drawing):
    """Two ways on one line read as one: where they meet there is a gateway."""
    shared = [
        (one.id, other.id)
        for one, other in combinations(drawing.flows, 2)
        if one.target == other.target and drawing.nodes[one.target].tag == "exclusiveGateway"
        for a in one.segments()
        for b in other.segments()
        if a.runs_along(b)
    ]

    assert shared == []


def test_labels_are_free_of_lines_elements_and_each_other(drawing):
    labels = {key: box.grown(-1) for key, box in drawing.labels.items()}
    covered = [
        *(
            (key, node.id)
            for key, box in labels.items()
            for node in drawing.nodes.values()
            if box.overlaps(node.box) and not (node.tag == "subProcess" and node.box.holds(box))
        ),
        *(
            (key, flow.id)
            for key, box in labels.items()
            for flow in drawing.flows
            if any(box.overlaps(segment) for segment in flow.segments())
        ),
        *((a, b) for a, b in combinations(labels, 2) if labels[a].overlaps(labels[b])),
        *(
            (key, lane)
            for key, box in labels.items()
            for lane, (area, _) in drawing.lanes.items()
            if box.overlaps(area) and not area.holds(box)
        ),
    ]

    assert covered == []


def test_every_activity_has_a_chinese_name_and_says_what_is_to_be_done(drawing):
    activities = [node for node in drawing.nodes.values() if node.tag in ACTIVITIES]

    unnamed = [node.id for node in activities if not CHINESE.search(node.name)]
    unexplained = [node.id for node in activities if not REQUIREMENT.search(node.documentation)]

    assert activities
    assert (unnamed, unexplained) == ([], [])


def test_every_event_is_named_in_chinese(drawing):
    events = [node for node in drawing.nodes.values() if node.tag in EVENTS]

    assert [node.id for node in events if not CHINESE.search(node.name)] == []


def test_gateways_ask_and_their_flows_answer(drawing):
    splits = [
        n for n in drawing.nodes.values() if n.tag == "exclusiveGateway" and len(drawing.outgoing(n.id)) > 1
    ]

    silent = [node.id for node in splits if not node.name.endswith("？")]
    unanswered = [flow.id for node in splits for flow in drawing.outgoing(node.id) if not flow.name]

    assert (silent, unanswered) == ([], [])


def test_merges_have_no_name(drawing):
    merges = [
        n for n in drawing.nodes.values() if n.tag == "exclusiveGateway" and len(drawing.incoming(n.id)) > 1
    ]

    assert [node.id for node in merges if node.name] == []


def test_every_decision_has_a_way_out(drawing):
    defaults = {element.get("default") for element in drawing.process.iter() if isinstance(element.tag, str)}
    splits = [
        n for n in drawing.nodes.values() if n.tag == "exclusiveGateway" and len(drawing.outgoing(n.id)) > 1
    ]

    without_default = [n.id for n in splits if not {f.id for f in drawing.outgoing(n.id)} & defaults]
    without_condition = [
        flow.id
        for node in splits
        for flow in drawing.outgoing(node.id)
        if not flow.condition and flow.id not in defaults
    ]

    assert (without_default, without_condition) == ([], [])


def test_user_tasks_ask_with_the_form_of_their_own_name(drawing):
    forms = FILES[0].parents[1] / "forms"
    tasks = drawing.process.findall(".//bpmn:userTask", NS)

    wrong = [task.get("id") for task in tasks if task.get(f"{{{NS['camunda']}}}formRef") != task.get("id")]
    missing = [task.get("id") for task in tasks if not (forms / f"{task.get('id')}.form").exists()]

    assert (wrong, missing) == ([], [])


def test_nothing_is_drawn_that_only_reminds(drawing):
    """Reminders and escalations of one task are its properties."""
    quiet = [
        event.get("id")
        for event in drawing.process.findall(".//bpmn:boundaryEvent", NS)
        if event.get("cancelActivity") == "false" and event.find("bpmn:timerEventDefinition", NS) is not None
    ]

    assert quiet == []


def test_tasks_with_a_due_date_remind(drawing):
    tasks = drawing.process.findall(".//bpmn:userTask", NS)
    reminding = {
        task.get("id")
        for task in tasks
        if task.findall(".//camunda:property[@name='remindAt']", NS)
        or task.findall(".//camunda:property[@name='remindEvery']", NS)
    }
    due = {task.get("id") for task in tasks if task.get(f"{{{NS['camunda']}}}dueDate")}

    assert due - reminding == set()


def test_a_label_on_a_line_would_be_noticed():
    tangled = read(next(path for path in FILES if path.stem == "campaign_approval"))
    flow = tangled.flows[0]
    segment = next(flow.segments())

    tangled.labels["sample"] = segment.grown(5)

    with pytest.raises(AssertionError):
        test_labels_are_free_of_lines_elements_and_each_other(tangled)
