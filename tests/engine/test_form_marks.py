"""What owners mark at the fields of their forms, and what is said about a mark that leads nowhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service import resources
from service.domain.plan import content_hash
from service.engine import v0_1
from service.engine.check import check
from service.engine.forms.marks import Marked, marked, text_fields
from tests.company_words import company_words

COMPANY = """
groups: {法务部: department, 财务部: department}
rights: {}
conclusions: {同意: good, 退回: bad}
aspects: [排期]
"""


def field(key: str, kind: str = "textfield", **rest: Any) -> dict[str, Any]:
    marks = {
        name: rest.pop(name) for name in ("role", "text", "suggest", "material", "aspect") if name in rest
    }
    return {"type": kind, "id": f"f_{key}", "key": key, "label": key, **rest, "properties": marks}


def rows(path: str, *fields: dict[str, Any], **marks: Any) -> dict[str, Any]:
    return {
        "type": "dynamiclist",
        "id": f"l_{path}",
        "path": path,
        "components": [*fields],
        "properties": marks,
    }


def form(*components: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"type": "default", "schemaVersion": 19, "components": [*components], **rest}


def choice(key: str, *values: str, **marks: Any) -> dict[str, Any]:
    return field(key, "select", values=[{"label": each, "value": each} for each in values], **marks)


def findings(*components: dict[str, Any], company: str = COMPANY) -> list[tuple[int, str, str]]:
    content = json.dumps(form(*components), ensure_ascii=False, indent=2).encode()
    found = check({"organisation.yaml": company.encode(), "x.form": content}, topics={})
    return [(each.line, each.code, str(each.message)) for each in found]


def test_a_marked_field_is_text_and_material_wherever_it_stands():
    forms = {
        "write": form(
            field("idea", text="plan", material="法务部，财务部"),
            field("remark"),
            rows("phases", field("start", material="财务部", aspect="排期"), field("note"), text="plan"),
        ),
        "revise": form(field("idea", text="plan"), field("host", text="plan", material="法务部")),
        "review": form(field("idea", text="plan", material="法务部", readonly=True)),
    }

    found = text_fields(forms)

    assert found.keys == {"write": ("idea", "phases"), "revise": ("idea", "host")}
    assert found.material == {"法务部": ("idea", "host"), "财务部": ("idea", "phases[].start")}
    assert found.aspects == {"排期": ("phases[].start",)}


def test_a_conclusion_and_an_opinion_are_found_under_whatever_key_they_are_asked():
    asked = marked(form(choice("verdict", "同意", role="conclusion"), field("words", role="opinion")))

    assert asked == Marked(("verdict",), ("words",))
    assert asked.conclusion_of({"verdict": "同意", "words": "可以"}) == "同意"
    assert asked.opinion_of({"verdict": "同意", "words": "可以"}) == "可以"
    assert asked.conclusion_of({"conclusion": "同意", "verdict": None}) is None


@pytest.mark.parametrize("key", ["conclusion", "action", "meeting_resolution", "stop_decision"])
def test_the_first_release_found_conclusions_by_their_keys(key):
    assert v0_1.marked(None).conclusion_of({key: "同意", "opinion": "可以"}) == "同意"
    assert v0_1.marked(form(choice(key, "同意"))).conclusion_of({key: "同意"}) == "同意"
    assert v0_1.marked(form(field(key, "textarea"))).conclusion_of({key: "一整句话"}) is None


def test_the_companys_forms_say_what_stood_in_python_before():
    text = company_words().text

    assert {name: sorted(paths) for name, paths in text.material.items()} == {
        name: sorted(paths) for name, paths in v0_1.TEXT.material.items()
    }
    assert sorted(text.aspects["排期"]) == sorted(v0_1.TEXT.aspects["schedule"])
    assert sorted(text.aspects["目标"]) == sorted(v0_1.TEXT.aspects["goals"])
    assert sorted(text.all_keys) == sorted(v0_1.TEXT.all_keys)
    parts = {path.stem for path in (resources.forms() / "parts").glob("*.form")}
    assert set(text.keys) - parts == set(v0_1.TEXT.keys)


def test_what_the_first_release_signed_has_the_hash_it_had_then():
    text = {
        "goals": [{"metric": "注册", "target": 5000}],
        "lines": [{"category": "H5", "unit_price": 5000, "quantity": 1}],
        "idea": "校园大使",
        "brand_fit": "年轻",
        "start_date": "2026-12-01",
        "end_date": "2026-12-07",
        "phases": [{"kind": "爆发", "start": "2026-12-01", "end": "2026-12-07", "actions": "直播"}],
        "channels": [{"name": "抖音", "reason": "目标人群"}],
        "draw_rules": "中奖概率见页面",
        "integrations": [{"system": "CRM", "dev_workdays": 5}],
    }

    # Calculated by release 0.1.0.
    assert content_hash(text, v0_1.TEXT) == "9ea3b995d91a60b64562664702d1a51648a58f9a56a277e51ca9ba883ee82ead"
    of_legal = "823ccb9ff5254f6e5d345f0720161344487b82812cafa3fc5d27920926bb1511"
    assert content_hash(text, v0_1.TEXT, "法务部") == of_legal


def test_well_marked_fields_are_not_complained_about():
    assert (
        findings(
            choice("verdict", "同意", "退回", role="conclusion"),
            field("words", role="opinion"),
            field("idea", text="plan", material="法务部", aspect="排期"),
            rows("phases", field("start", material="财务部"), text="plan"),
            field("owner", suggest="people"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("component", "code", "says"),
    [
        (field("a", role="conclusoin"), "unknown-word", "Did you mean 'conclusion'?"),
        (field("a", text="plans"), "unknown-word", "Did you mean 'plan'?"),
        (field("a", suggest="peple"), "unknown-word", "Did you mean 'people'?"),
        (field("a", text="plan", material="法务"), "unknown-group", "Did you mean '法务部'?"),
        (field("a", text="plan", aspect="目标"), "unknown-word", "Known are 排期."),
        (field("a", material="法务部"), "mark-without-text", "Give it the property text = plan."),
        (rows("a", field("b", material="法务部")), "mark-without-text", "or the list around it"),
        (choice("a", "同意", "驳回", role="conclusion"), "conclusion-without-tone", "'驳回' has no tone"),
        (field("a", role="conclusion"), "conclusion-choice", "list its values"),
    ],
)
def test_a_mark_that_leads_nowhere_is_refused_with_its_line_and_the_mend(component, code, says):
    (found,) = findings(field("first"), component)

    assert found[1] == code
    assert says in found[2]
    assert found[0] > 10, "the line of the field, not of the file"
