"""Drawings as other tools write them: the engine's own ids, flows without one, references with a prefix."""

from __future__ import annotations

import re

import pytest

from service import manifest
from service.engine.check import check
from tests.engine.diagrams import (
    boundary,
    call,
    declare_message,
    element,
    end,
    flow,
    message,
    parallel,
    path,
    process,
    start,
    user,
    xor,
)
from tests.engine.driver import Case


def errors(*files: bytes) -> list[str]:
    named = {f"file{number}.bpmn": content for number, content in enumerate(files)}
    return [f"{each.element}: {each.code}" for each in check(named, topics={}) if each.severity == "error"]


def without_flow_ids(drawing: bytes) -> bytes:
    return re.sub(rb'<bpmn:sequenceFlow id="[^"]*"', b"<bpmn:sequenceFlow", drawing)


def prefixed(drawing: bytes) -> bytes:
    """Write the references of a drawing as names in the namespace of its file."""
    attributes = rb'(sourceRef|targetRef|attachedToRef|messageRef|calledElement|default)="'
    return re.sub(attributes, rb'\1="tns:', drawing).replace(b"<bpmn:flowNodeRef>", b"<bpmn:flowNodeRef>tns:")


def test_start_and_end_are_ids_like_any_other():
    drawing = process(start("Start"), user("a"), end("End"), path("Start", "a", "End"))
    assert errors(drawing) == []

    case = Case(drawing)
    case.complete("a")

    assert case.state == "completed"
    assert case.left() == ["Start", "a", "End"]


def test_flows_need_no_id_also_where_two_join_the_same():
    fork = (start(), parallel("f"), user("a"), user("b"), parallel("j"), end())
    twice = path("begin", "f", "a", "j", "done") + path("f", "b", "j")
    drawing = without_flow_ids(process(*fork, twice))
    assert errors(drawing) == []

    case = Case(drawing)
    case.complete("b")
    case.complete("a")
    assert case.state == "completed"

    both = without_flow_ids(
        process(
            start(),
            xor("g"),
            xor("m"),
            end(),
            path("begin", "g"),
            flow("g", "m", "=true") * 2,
            path("m", "done"),
        )
    )
    assert errors(both) == []
    assert Case(both).state == "completed"


def test_references_may_carry_the_prefix_of_their_namespace():
    called = prefixed(process(start(), user("b"), end(), path("begin", "b", "done"), key="q"))
    lane = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="法务部"><bpmn:flowNodeRef>a</bpmn:flowNodeRef>'
    calling = prefixed(
        process(
            start(),
            lane + "</bpmn:lane></bpmn:laneSet>",
            user("a", group=""),
            boundary("stop", "a", message("m")),
            call("c", "q"),
            end(),
            path("begin", "a", "c", "done"),
            path("stop", "done"),
            declared=declare_message("m", "stop"),
        )
    )
    assert errors(calling, called) == []

    case = Case(calling, called)
    assert [task.lane for task in case.open.values()] == ["法务部"]
    case.complete("a")
    assert case.tasks() == ["b"]
    other = Case(calling, called)
    assert other.send("stop")
    assert other.state == "completed"


def test_an_element_without_an_id_is_still_refused():
    drawing = process(start(), user("a"), end(), path("begin", "a", "done"), element("task", ""))

    assert errors(drawing) == ["p: missing-id"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a.bpmn20.xml", "a.bpmn"),
        ("A.BPMN", "A.bpmn"),
        ("审批.Bpmn20.XML", "审批.bpmn"),
        ("table.DMN", "table.dmn"),
        ("v1.2.form", "v1.2.form"),
        ("organisation.yaml", "organisation.yaml"),
        ("notes.xml", "notes.xml"),
    ],
)
def test_files_have_one_name_whatever_a_tool_calls_them(written, name):
    assert manifest.plain_name(written) == name


def test_a_folder_holds_files_of_every_spelling(tmp_path):
    for name in ("a.bpmn20.xml", "B.BPMN", "readme.md", "notes.xml"):
        (tmp_path / name).write_bytes(b"")

    assert list(manifest.by_name(manifest.files_in(tmp_path))) == ["B.bpmn", "a.bpmn"]
