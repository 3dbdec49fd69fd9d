"""A drawing is read once, with everything anybody asks of it."""

from __future__ import annotations

import pytest

from service.engine.drawing import Process, read_drawing
from service.engine.files.xml import read_xml
from service.errors import InvalidDeployment
from tests.engine.diagrams import (
    boundary,
    call,
    end,
    flow,
    loop,
    message,
    path,
    process,
    start,
    sub,
    timer,
    user,
    xor,
)

NOTICE = '<bpmn:message id="m" name="通知"/>'


def read(*parts: str, declared: str = "") -> Process:
    [drawn] = read_drawing("p.bpmn", process(*parts, declared=declared)).processes
    return drawn


def test_an_element_knows_its_flows_its_events_and_what_is_attached_to_it() -> None:
    drawn = read(
        start(),
        user("a", properties={"returnTo": "b、 c", "notBy": "applicant，a"}),
        boundary("late", "a", timer("duration", "PT1H"), interrupting=False),
        boundary("told", "a", message("m")),
        xor("g", "small"),
        end(),
        path("begin", "a", "g"),
        flow("g", "a", "=x > 1", id="big"),
        flow("g", "done", id="small"),
        path("late", "done"),
        path("told", "done"),
        declared=NOTICE,
    )
    a, gateway = drawn.elements["a"], drawn.elements["g"]

    assert (a.return_targets, a.not_by) == (("b", "c"), ("applicant", "a"))
    assert [event.id for event in a.boundary] == ["late", "told"]
    assert [event.interrupts for event in a.boundary] == [False, True]
    assert [(each.kind, each.text) for each in a.boundary[0].events[0].times] == [("duration", "PT1H")]
    told = a.boundary[1].event
    assert told is not None
    assert told.declared is not None
    assert told.declared.name == "通知"
    assert [(each.id, each.condition, each.is_default) for each in gateway.outgoing] == [
        ("big", "=x > 1", False),
        ("small", "", True),
    ]
    assert {each.id for each in a.incoming} == {"begin_to_a", "big"}
    assert [each.id for each in drawn.body.following(a)] == ["g", "late", "told"]


def test_what_is_embedded_is_found_with_its_place() -> None:
    inner = (start("i"), sub("deep", start("j"), end("k"), path("j", "k")), end("o"), path("i", "deep", "o"))
    drawn = read(start(), sub("s", *inner), call("c", "q"), end(), path("begin", "s", "c", "done"))

    assert [each.key for each in drawn.body.containers()] == ["p", "p/s", "p/s/deep"]
    assert [(each, drawn.elements[each].parent) for each in ("s", "deep", "j")] == [
        ("s", None),
        ("deep", "s"),
        ("j", "deep"),
    ]
    assert drawn.calls == ("q",)


def test_a_lane_holds_for_what_is_inside_its_elements() -> None:
    lanes = (
        '<bpmn:laneSet><bpmn:lane name="法务部"><bpmn:flowNodeRef>s</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane name="外"><bpmn:flowNodeRef>a</bpmn:flowNodeRef><bpmn:childLaneSet><bpmn:lane name="内">'
        "<bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"
    )
    drawn = read(lanes, start(), sub("s", user("x")), user("a"), end())

    assert [drawn.elements[each].lane for each in ("s", "x", "a", "begin")] == [
        "法务部",
        "法务部",
        "内",
        None,
    ]


def test_what_refers_to_nothing_is_left_out_and_not_repaired() -> None:
    drawn = read(start(), user("a", loop("=[1]", "x")), flow("a", "gone", id="f"), end())

    assert drawn.elements["a"].outgoing == ()
    assert [each.id for each in drawn.body.flows] == ["f"]


def test_every_thing_stands_in_its_line() -> None:
    content = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">\n<process id="p">\n<task id="a"/>'
    )
    content += b'\n<sequenceFlow id="f"/></process></definitions>'
    [drawn] = read_drawing("p.bpmn", content).processes

    assert (drawn.line, drawn.elements["a"].line, drawn.body.flows[0].line) == (2, 3, 4)


def test_where_things_stand_on_the_page_is_known_by_what_is_drawn() -> None:
    drawn = read_drawing(
        "p.bpmn",
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        b' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
        b'<process id="p"/><di:BPMNShape id="s" bpmnElement="a">'
        b'<dc:Bounds x="1" y="2" width="100" height="80"/></di:BPMNShape>'
        b'<di:BPMNEdge id="e" bpmnElement="f"><di:waypoint x="1" y="2"/><di:waypoint x="3"/>'
        b"</di:BPMNEdge></definitions>",
    )

    assert drawn.layout == {"a": "1 2 100 80", "f": "1 2; 3 0"}


def test_a_drawing_is_read_once_per_name_and_content() -> None:
    content = process(start(), end(), path("begin", "done"))

    assert read_drawing("p.bpmn", content) is read_drawing("p.bpmn", bytes(content))
    assert read_drawing("p.bpmn", content) is not read_drawing("q.bpmn", content)
    assert read_drawing("p.bpmn", content) is not read_drawing("p.bpmn", content + b"\n")


def test_a_file_of_another_kind_is_refused_at_its_line() -> None:
    with pytest.raises(InvalidDeployment) as refused:
        read_drawing("p.bpmn", b"\n<html/>")

    assert [(each.code, each.line) for each in refused.value.findings] == [("not-bpmn", 2)]


def test_a_tag_keeps_what_is_written_and_leaves_out_what_is_remarked() -> None:
    root = read_xml("x", b'<a xmlns:n="urn:n" n:k="1" k="2"> said <!-- not --><n:b id="i"/></a>')

    assert (root.name, root.text, root.get("k"), root.get("{urn:n}k")) == ("a", "said", "2", "1")
    assert [(each.name, each.space, each.id) for each in root.everything()] == [
        ("a", "", ""),
        ("b", "urn:n", "i"),
    ]
    assert root.first("b", "urn:n") is root.first("b") is not None
    assert root.first("b", "urn:other") is None
