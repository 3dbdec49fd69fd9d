"""A form is read before it is deployed: what would fail, lose answers or open a door is named."""

from __future__ import annotations

from typing import Any

import pytest

from service.feel import check_schema, check_schemas


def codes(*components: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in check_schema({"components": list(components)})]


def field(**more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": "f1", "key": "name", **more}


PROBLEMS = [
    ("forbidden", {"type": "html", "content": "<b>"}),
    ("forbidden", {"type": "iframe", "url": "https://example.com"}),
    ("forbidden", {"type": "script"}),
    ("unknown_type", {"type": "hologram"}),
    ("unknown_type", {}),
    ("button", {"type": "button", "action": "delete"}),
    ("no_key", {"type": "number"}),
    ("no_path", {"type": "dynamiclist", "components": []}),
    ("no_options", {"type": "select", "key": "a"}),
    ("reserved_key", {"type": "number", "key": "this"}),
    ("reserved_key", {"type": "number", "key": "__proto__"}),
    ("reserved_key", {"type": "number", "key": "a.$t"}),
    ("pattern", {"type": "textfield", "key": "a", "validate": {"pattern": "("}}),
    ("expression", {"type": "expression", "key": "a", "expression": "=1 +"}),
    ("expression", {"type": "expression", "key": "a", "expression": ""}),
    ("expression", {"type": "expression", "key": "a", "expression": 5}),
    ("expression", {"type": "expression", "key": "a", "expression": "=approve(1)"}),
    ("expression", {"type": "text", "conditional": {"hide": "=a >"}}),
    ("no_equals", {"type": "text", "conditional": {"hide": "a > 1"}}),
    ("expression", {"type": "number", "key": "a", "readonly": "=1 +"}),
    ("expression", {"type": "number", "key": "a", "validate": {"max": "=limit +"}}),
    ("expression", {"type": "select", "key": "a", "valuesExpression": "=("}),
    ("expression", {"type": "number", "key": "a", "properties": {"assert": "value >"}}),
    ("expression", {"type": "number", "key": "a", "properties": {"requiredIf": True}}),
    ("bare_call", {"type": "number", "key": "a", "properties": {"assert": "=lines[not(item.open)] = []"}}),
    ("unknown_rule", {"type": "number", "key": "a", "properties": {"requireIf": "=true"}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "component"), PROBLEMS, ids=[f"{code} {component}"[:60] for code, component in PROBLEMS]
)
def test_a_problem_is_named(code, component):
    (problem,) = check_schema({"components": [{"id": "f1", **component}]})

    assert (problem.field, problem.code) == ("f1", code)
    assert problem.severity == ("warning" if code == "unknown_rule" else "error")
    assert "%" not in problem.message


def test_two_fields_of_one_key_are_named():
    group = {"type": "group", "id": "g", "components": [field(id="f2")]}

    assert codes(field(), group) == [("f2", "duplicate_key")]


def test_two_components_of_one_id_are_named():
    group = {"type": "group", "id": "g", "components": [field(key="other")]}

    assert codes(field(), group) == [("f1", "duplicate_id")]
    assert codes({"type": "text", "text": "?"}, {"type": "text", "text": "!"}) == []


def test_the_same_key_in_rows_and_outside_is_another_field():
    rows = {
        "type": "dynamiclist",
        "id": "d",
        "path": "lines",
        "components": [field(id="f2"), field(id="f3", key="value")],
    }
    group = {"type": "group", "path": "persona", "id": "g", "components": [field(id="f4")]}

    assert codes(field(), rows, group) == []


def test_a_sound_form_has_no_problems():
    assert (
        codes(
            field(
                properties={"assert": "=value != null", "assertMessage": "…", "note": "ours"},
                conditional={"hide": "=amount > 1"},
            ),
            {"type": "number", "id": "f2", "key": "amount", "validate": {"max": "=limit"}},
            {"type": "separator", "id": "f3"},
            {"type": "button", "id": "f4", "action": "submit"},
        )
        == []
    )


@pytest.mark.parametrize("schema", [{}, {"components": {}}, {"components": [None]}, {"components": ["x"]}])
def test_what_is_no_form_is_named(schema):
    assert [problem.code for problem in check_schema(schema)] == ["components"]


def test_forms_checked_together_are_told_apart() -> None:
    good, bad = {"components": [field()]}, {"components": [{"type": "script", "id": "s"}]}

    assert [[problem.code for problem in found] for found in check_schemas([good, bad, good])] == [
        [],
        ["forbidden"],
        [],
    ]


def test_a_form_that_cannot_be_looked_through_is_a_finding() -> None:
    odd, good = {"components": [{"type": {"toString": 1}}]}, {"components": [field()]}

    [[problem], nothing] = check_schemas([odd, good])

    assert (problem.code, problem.severity) == ("unreadable", "error")
    assert nothing == ()
