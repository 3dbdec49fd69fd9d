"""What a revision changed, and whose signature it touches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.domain import plan
from service.domain.plan import FINANCE, LEGAL, TECH

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


def flags(change):
    return {
        name
        for name in ("legal", "finance", "tech", "goals", "schedule")
        if getattr(change, f"{name}_changed")
    } | ({"earlier"} if change.launch_earlier else set())


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
    change = plan.compare(TEXT, {**TEXT, **edit})

    assert flags(change) == touched
    assert set(change.changed) == set(edit)


def test_the_same_content_written_differently_is_no_change():
    same = {
        **TEXT,
        "start_date": date(2026, 12, 1),
        "lines": [{"quantity": Decimal("1.0"), "unit_price": 5000.0, "category": "H5", "spec": " "}],
        "uses_ip": False,
        "prizes": [],
    }

    assert plan.compare(TEXT, same).changed == ()
    assert plan.content_hash(TEXT) == plan.content_hash(same)


def test_a_departments_hash_moves_only_with_what_concerns_it():
    edited = {**TEXT, "integrations": []}

    unchanged = [name for name in (LEGAL, FINANCE) if _hash(TEXT, name) == _hash(edited, name)]

    assert unchanged == [LEGAL, FINANCE]
    assert _hash(TEXT, TECH) != _hash(edited, TECH)
    assert plan.content_hash(TEXT) != plan.content_hash(edited)


def _hash(text, department):
    return plan.content_hash(text, department)


def test_a_number_and_its_text_are_different_content():
    assert plan.content_hash({"idea": "10"}) != plan.content_hash({"idea": 10})


def test_the_present_text_is_the_latest_answer_per_key():
    text = plan.text_of(
        [
            {"lines": [1], "idea": "alt", "opinion": "not content"},
            {"idea": "neu", "lines": None},
        ]
    )

    assert text == {"lines": [1], "idea": "neu"}


def test_an_emptied_list_is_an_answer():
    assert plan.text_of([{"prizes": [{"name": "杯子"}]}, {"prizes": []}]) == {"prizes": []}


@pytest.mark.parametrize("value", [date(2026, 12, 1), "2026-12-01", "2026-12-01T09:00:00+08:00"])
def test_dates_are_read_in_every_form(value):
    assert plan.as_date(value) == date(2026, 12, 1)


def test_no_date_is_none_and_nonsense_is_refused():
    assert plan.as_date("") is None
    assert plan.as_date(None) is None
    with pytest.raises(ValueError):
        plan.as_date("morgen")
