"""Form parts at the check: a copy that is none any more, and names that lead nowhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.engine.check import check
from service.engine.forms.parts import woven


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": f"f_{key}", "key": key, "label": key, **more}


def rows(path: str, *components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "dynamiclist", "id": f"f_{path}", "path": path, "components": list(components), **more}


def group(part: str = "", *components: dict[str, Any], id: str = "g", **properties: str) -> dict[str, Any]:
    named = {"part": part} if part else {}
    return {
        "type": "group",
        "id": id,
        "properties": named | {name.removesuffix("_"): value for name, value in properties.items()},
        "components": list(components),
    }


def form(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "default", "components": list(components)}


LINES = form(
    rows(
        "lines",
        text("spec", validate={"required": True}, layout={"row": "Row_2", "columns": 8}),
        text("supplier", layout={"row": "Row_2", "columns": 8}),
        properties={"requiredIf": "=true", "material": "财务部"},
        layout={"row": "Row_1", "columns": None},
    ),
    text("reason", properties={"assert": "=value != lines[1].spec", "assertMessage": "?"}),
)


def weave(form: dict[str, Any], **parts: dict[str, Any]) -> dict[str, Any]:
    return dict(woven(form, parts))


def findings(**forms: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    files = {f"{name}.form": json.dumps(schema).encode() for name, schema in forms.items()}
    return [(each.file, each.element, each.severity, each.code) for each in check(files, topics={})]


def messages(**forms: dict[str, Any]) -> list[str]:
    files = {f"{name}.form": json.dumps(schema).encode() for name, schema in forms.items()}
    return [each.message for each in check(files, topics={})]


def inside(form: dict[str, Any]) -> list[dict[str, Any]]:
    return form["components"][0]["components"]


def test_a_woven_group_holds_the_components_of_its_part_under_ids_of_its_own():
    plan = weave(form(group("lines", id="budget")), lines=LINES)

    listed, reason = inside(plan)
    assert (listed["id"], listed["layout"]["row"], listed["path"]) == (
        "budget_f_lines",
        "budget_Row_1",
        "lines",
    )
    spec, supplier = listed["components"]
    assert (spec["id"], spec["key"], spec["validate"]) == (
        "budget_f_spec",
        "spec",
        {"required": True},
    )
    assert spec["layout"] == supplier["layout"] == {"row": "budget_Row_2", "columns": 8}
    assert (reason["id"], reason["properties"]) == ("budget_f_reason", LINES["components"][1]["properties"])
    assert findings(plan=plan, lines=LINES) == []


def test_weaving_again_changes_nothing():
    plan = weave(form(text("name"), group("lines")), lines=LINES)

    assert weave(plan, lines=LINES) == plan


def test_a_form_may_hold_a_part_twice():
    plan = weave(
        form(group("other", id="a"), group("other", id="b")), other=form({"type": "text", "id": "t"})
    )

    assert [inside["components"][0]["id"] for inside in plan["components"]] == ["a_t", "b_t"]


def test_except_leaves_out_fields_and_what_stands_in_rows():
    plan = weave(form(group("lines", except_="reason、lines.supplier")), lines=LINES)

    [listed] = inside(plan)
    assert [each["key"] for each in listed["components"]] == ["spec"]
    assert findings(plan=plan, lines=LINES) == []


def test_readonly_shows_the_fields_and_demands_nothing_of_them():
    plan = weave(form(group("lines", readonly="true")), lines=LINES)

    listed, reason = inside(plan)
    assert (listed["allowAddRemove"], listed["properties"]) == (False, {"material": "财务部"})
    assert [(each["readonly"], "validate" in each) for each in listed["components"]] == [(True, False)] * 2
    assert (reason["readonly"], reason["properties"]) == (True, {})
    assert findings(plan=plan, lines=LINES) == []


def test_a_part_may_hold_a_part():
    outer = form(text("name"), group("lines", id="inner"))
    plan = weave(form(group("outer")), outer=outer, lines=LINES)

    assert [each["id"] for each in inside(plan)] == ["g_f_name", "g_inner"]
    assert [each["id"] for each in inside(plan)[1]["components"]] == ["g_inner_f_lines", "g_inner_f_reason"]
    assert findings(plan=plan, outer=weave(outer, lines=LINES), lines=LINES) == []
    assert findings(plan=plan, outer=outer, lines=LINES) == [("outer.form", "inner", "error", "part-stale")]


def test_a_label_changed_in_the_part_is_missed_in_every_copy():
    plan = weave(form(group("lines")), lines=LINES)
    changed = json.loads(json.dumps(LINES).replace('"label": "spec"', '"label": "规格"'))

    assert findings(plan=plan, other=plan, lines=changed) == [
        ("other.form", "g", "error", "part-stale"),
        ("plan.form", "g", "error", "part-stale"),
    ]
    assert "countersign weave forms" in messages(plan=plan, lines=changed)[0]


def test_a_label_changed_in_a_copy_is_noticed():
    plan = weave(form(group("lines")), lines=LINES)
    inside(plan)[1]["label"] = "说明"

    assert findings(plan=plan, lines=LINES) == [("plan.form", "g", "error", "part-stale")]


def test_a_copy_pasted_in_the_modeler_has_ids_of_its_own_and_is_fresh():
    plan = weave(form(group("lines")), lines=LINES)
    pasted = json.loads(json.dumps(plan).replace("g_f_", "Field_0").replace("g_Row_", "Row_0a"))

    assert findings(plan=pasted, lines=LINES) == []
    assert weave(pasted, lines=LINES) == pasted


def test_two_fields_that_shared_a_row_and_no_longer_do_are_noticed():
    plan = weave(form(group("lines")), lines=LINES)
    inside(plan)[0]["components"][1]["layout"]["row"] = "Row_of_its_own"

    assert findings(plan=plan, lines=LINES) == [("plan.form", "g", "error", "part-stale")]


@pytest.mark.parametrize(
    ("component", "code"),
    [
        (group("lins"), "unknown-part"),
        (group("lines", except_="supplier"), "unknown-part-key"),
        (group("lines", readonly="yes"), "part-property"),
        (group("", except_="reason"), "part-property"),
        (group(""), ""),
        (text("x", properties={"part": "lines"}), "part-property"),
        (text("x", properties={"readonly": "true"}), ""),
    ],
)
def test_names_that_lead_nowhere_are_told(component, code):
    parts = {"lines": LINES, "other": weave(form(group("lines")), lines=LINES)}
    plan = weave(form(component), **parts)

    assert findings(plan=plan, **parts) == ([("plan.form", component["id"], "error", code)] if code else [])


def test_the_name_that_was_probably_meant_is_suggested():
    parts = {"lines": LINES, "other": weave(form(group("lines")), lines=LINES)}

    assert messages(plan=form(group("lins")), **parts) == [
        "There is no part 'lins': correct the name. Did you mean 'lines'?"
    ]
    left_out = weave(form(group("lines", except_="lines.suplier")), **parts)
    assert messages(plan=left_out, **parts) == [
        "The part 'lines' has no field 'lines.suplier' to leave out. Did you mean 'lines.supplier'?"
    ]


def test_parts_that_hold_each_other_are_refused():
    a, b = form(group("b", text("x"))), form(group("a", text("x")))

    assert findings(a=a, b=b) == [
        ("a.form", "g", "error", "part-cycle"),
        ("b.form", "g", "error", "part-cycle"),
    ]
    assert messages(a=a, b=b)[0] == "The part holds itself: a → b → a."
    assert findings(a=form(group("a"))) == [("a.form", "g", "error", "part-cycle")]
    assert ("plan.form", "g", "error", "part-cycle") in findings(plan=form(group("a")), a=a, b=b)
