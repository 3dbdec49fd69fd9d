"""Fields that nobody can answer are refused, with the line they stand in."""

from __future__ import annotations

import json

import pytest

from service.engine.check import check
from tests.engine.diagrams import end, path, process, start, user


def said(**field: object) -> list[tuple[int, str, str]]:
    component = {"key": "a", "id": "f1", "label": "金额", **field}
    form = json.dumps({"id": "x", "type": "default", "components": [component]}, indent=1).encode()
    found = check({"x.form": form}, topics={})
    return [(each.line, each.code, str(each.message)) for each in found]


def choices(*values: object, **more: object) -> dict[str, object]:
    return {"type": "radio", "values": [{"label": f"{each}。", "value": each} for each in values], **more}


def test_whatever_is_wrong_with_a_field_names_its_line():
    [(line, code, _)] = said(type="number", conditional={"hide": "=amuont >"})

    assert (line, code) == (7, "expression")


@pytest.mark.parametrize(
    ("type_", "validate"),
    [
        ("number", {"min": 10, "max": 1}),
        ("number", {"min": 0.5, "max": "0.25"}),
        ("textfield", {"minLength": 20, "maxLength": 5}),
        ("textarea", {"minLength": "20", "maxLength": 5}),
    ],
)
def test_limits_that_nothing_satisfies_are_refused(type_, validate):
    [(line, code, message)] = said(type=type_, validate=validate)

    assert (line, code) == (7, "field-limits")
    assert message.startswith("Nothing satisfies '金额'")


@pytest.mark.parametrize("validate", [{"min": 1, "max": 1}, {"min": "=a", "max": 1}, {"min": 1}, {"max": -1}])
def test_limits_that_something_satisfies_or_that_are_computed_are_fine(validate):
    assert said(type="number", validate=validate) == []


def test_two_choices_with_one_value_are_refused():
    [(_, code, message)] = said(
        type="radio", values=[{"label": "同意", "value": "yes"}, {"label": "不同意", "value": "yes"}]
    )

    assert (code, message) == (
        "field-choices",
        "Two choices of '金额' have the value 'yes': nobody could tell them apart.",
    )


def test_two_choices_with_one_label_are_refused():
    [(_, _, message)] = said(
        type="select", values=[{"label": "同意", "value": "yes"}, {"label": "同意", "value": "no"}]
    )

    assert "have the label '同意'" in message


def test_choices_that_answer_what_the_other_says_are_refused():
    turned = [{"label": "同意", "value": "不同意"}, {"label": "不同意", "value": "同意"}]

    found = said(type="radio", values=turned)

    assert [code for _, code, _ in found] == ["field-choices"] * 2
    assert "The choice '同意' of '金额' answers '不同意'" in found[0][2]


def test_a_default_that_is_no_choice_is_refused():
    [(_, code, _)] = said(**choices("yes", "no", defaultValue="maybe"))

    assert code == "field-choices"


@pytest.mark.parametrize("default", ["yes", None])
def test_a_default_among_the_choices_is_fine(default):
    assert said(**choices("yes", "no", defaultValue=default)) == []


@pytest.mark.parametrize("value", [{}, {"a": 1}, []])
def test_a_choice_that_is_no_single_value_is_refused(value):
    found = said(**choices("同意", value))

    assert [code for _, code, _ in found] == ["field-choices"]


@pytest.mark.parametrize("name", ["role", "text", "refersTo", "total", "suggest", "material", "aspect"])
@pytest.mark.parametrize("value", [{}, []])
def test_a_mark_that_is_no_text_stops_no_check(name, value):
    form = {"id": "x", "type": "default", "components": [{"key": "a", "type": "textfield"}]}
    form["components"][0]["properties"] = {name: value}
    organisation = "groups: {法务部: department}\nrights: {audit.read: [法务部]}\n"

    check({"x.form": json.dumps(form).encode(), "organisation.yaml": organisation.encode()}, topics={})


def test_a_conclusion_that_is_no_text_has_no_tone():
    form = {"id": "x", "type": "default", "components": [{"key": "a", **choices("同意", {})}]}
    form["components"][0]["properties"] = {"role": "conclusion"}
    organisation = "groups: {法务部: department}\nrights: {audit.read: [法务部]}\nconclusions: {同意: good}\n"

    found = check(
        {"x.form": json.dumps(form).encode(), "organisation.yaml": organisation.encode()}, topics={}
    )

    assert {"field-choices", "conclusion-without-tone"} <= {each.code for each in found}


def test_a_choice_that_refers_to_an_activity_is_one_that_is_drawn():
    form = {"id": "x", "type": "default", "components": [{"key": "a", **choices("p/sign", "p/sing")}]}
    form["components"][0]["properties"] = {"refersTo": "activity"}
    drawing = process(start(), user("sign"), end(), path("begin", "sign", "done"))

    files = {"x.form": json.dumps(form).encode(), "p.bpmn": drawing, "organisation.yaml": b"rights: {}"}
    found = check(files, topics={})

    [message] = [str(each.message) for each in found if each.code == "unknown-activity"]
    assert "'p/sing'" in message
    assert "'p/sign'" in message
