"""What a revision changed, and whose signature it touches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.domain import plan
from service.domain.plan import TextFields

TEXT = {
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


FIELDS = TextFields(
    keys={
        "write_plan": (
            "idea",
            "brand_fit",
            "start_date",
            "end_date",
            "phases",
            "channels",
            "draw_rules",
            "prizes",
        ),
        "budget": ("lines",),
        "design_tech": ("integrations",),
        "goals": ("goals",),
    },
    material={
        "legal": ("idea", "draw_rules", "prizes", "channels[].name", "start_date", "end_date"),
        "finance": ("lines", "prizes", "start_date", "end_date", "phases[].start", "phases[].end"),
        "tech": ("integrations",),
    },
    aspects={
        "goals": ("goals",),
        "schedule": ("start_date", "end_date", "phases[].kind", "phases[].start", "phases[].end"),
    },
)


def touched_by(change):
    return {*change.material_to, *change.aspects} | ({"earlier"} if change.launch_earlier else set())


@pytest.mark.parametrize(
    ("edit", "touched"),
    [
        ({}, set()),
        ({"brand_fit": "更年轻"}, set()),  # one word that is material to nobody
        ({"draw_rules": "概率 1 %"}, {"legal"}),
        ({"lines": [{"category": "H5", "unit_price": 5500, "quantity": 1}]}, {"finance"}),
        ({"integrations": []}, {"tech"}),
        ({"prizes": [{"name": "杯子", "market_value": 30}]}, {"legal", "finance"}),
        ({"end_date": "2026-12-10"}, {"legal", "finance", "schedule"}),  # seven days become ten
        (
            {"phases": [{"kind": "爆发", "start": "2026-12-02", "end": "2026-12-07", "actions": "直播"}]},
            {"finance", "schedule"},
        ),
        ({"start_date": "2026-11-30"}, {"legal", "finance", "schedule", "earlier"}),
        ({"start_date": "2026-12-02"}, {"legal", "finance", "schedule"}),  # later is not earlier
        ({"goals": [{"metric": "注册", "target": 6000}]}, {"goals"}),
        ({"channels": [{"name": "抖音", "reason": "另一个理由"}]}, set()),
        ({"channels": [{"name": "快手", "reason": "目标人群"}]}, {"legal"}),
    ],
)
def test_an_edit_touches_those_it_is_material_to(edit, touched):
    change = plan.compare(TEXT, {**TEXT, **edit}, FIELDS)

    assert touched_by(change) == touched
    assert set(change.changed) == set(edit)


def test_the_same_content_written_differently_is_no_change():
    same = {
        **TEXT,
        "start_date": date(2026, 12, 1),
        "lines": [{"quantity": Decimal("1.0"), "unit_price": 5000.0, "category": "H5", "spec": " "}],
        "prizes": [],
    }

    assert plan.compare(TEXT, same, FIELDS).changed == ()
    assert plan.content_hash(TEXT, FIELDS) == plan.content_hash(same, FIELDS)


def test_a_departments_hash_moves_only_with_what_concerns_it():
    edited = {**TEXT, "integrations": []}

    moved = [
        name
        for name in ("legal", "finance", "tech")
        if plan.content_hash(TEXT, FIELDS, name) != plan.content_hash(edited, FIELDS, name)
    ]

    assert moved == ["tech"]
    assert plan.content_hash(TEXT, FIELDS) != plan.content_hash(edited, FIELDS)


def test_a_field_the_owners_add_moves_no_hash_until_somebody_answers_it():
    keys = {**FIELDS.keys, "write_plan": (*FIELDS.keys["write_plan"], "live_host")}
    wider = replace(FIELDS, keys=keys, material={**FIELDS.material, "legal": ("idea", "live_host")})

    assert plan.content_hash(TEXT, wider) == plan.content_hash(TEXT, FIELDS)
    answered = {**TEXT, "live_host": "小鹿"}
    assert plan.content_hash(answered, wider) != plan.content_hash(TEXT, wider)
    assert plan.compare(TEXT, answered, wider).material_to == ("legal",)


def test_a_number_and_its_text_are_different_content():
    assert plan.content_hash({"idea": "10"}, FIELDS) != plan.content_hash({"idea": 10}, FIELDS)


def test_the_present_text_is_the_latest_answer_per_key_of_the_forms_that_hold_it():
    text = plan.text_of(
        [
            ("budget", {"lines": [1], "opinion": "not content"}),
            ("write_plan", {"idea": "alt", "lines": [9]}),  # its lines are only shown there
            ("write_plan", {"idea": "neu", "prizes": None}),
            ("finance_review", {"lines": [7]}),
        ],
        FIELDS,
    )

    assert text == {"lines": [1], "idea": "neu"}


def test_an_emptied_list_is_an_answer():
    handed_in = [("write_plan", {"prizes": [{"name": "杯子"}]}), ("write_plan", {"prizes": []})]

    assert plan.text_of(handed_in, FIELDS) == {"prizes": []}


@pytest.mark.parametrize("value", [date(2026, 12, 1), "2026-12-01", "2026-12-01T09:00:00+08:00"])
def test_dates_are_read_in_every_form(value):
    assert plan.as_date(value) == date(2026, 12, 1)


def test_no_date_is_none_and_nonsense_is_refused():
    assert plan.as_date("") is None
    assert plan.as_date(None) is None
    with pytest.raises(ValueError):
        plan.as_date("morgen")
