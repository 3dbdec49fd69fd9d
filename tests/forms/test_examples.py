"""The example answers pass, and what a form computes is computed here, whatever was sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.feel import form_keys
from tests.forms.material import NAMES, check, example, schema


@pytest.mark.parametrize("form", NAMES)
def test_the_example_answers_are_accepted(form):
    result = check(form)

    assert [(error.path, error.message) for error in result.errors] == []


@pytest.mark.parametrize("form", NAMES)
def test_every_example_answer_is_asked_by_its_form(form):
    answers, _ = example(form)

    assert set(answers) <= form_keys(schema(form))


def test_a_budget_adds_up():
    data = check("budget").data

    # 45 000 + 18 000 + 25 000 + 12 000 + 5 000 + 3 000, and 12 000 in reserve
    assert (data["subtotal"], data["reserve"], data["plan_total"]) == (108_000, 12_000, 120_000)
    assert data["reserve_rate"] == Decimal("0.1")
    # (480 000 × 45 % − 120 000) ÷ 120 000
    assert data["roi"] == Decimal("0.8")
    # 5 000 against 4 000 for an influencer last time
    assert data["lines"][2]["delta_ratio"] == Decimal("0.25")


@pytest.mark.parametrize("form", ["budget", "submit_preparation", "rework_plan", "revise_plan"])
def test_forged_totals_are_recomputed(form):
    forged = {
        "plan_total": 1,
        "subtotal": 1,
        "reserve": 0,
        "reserve_rate": 0,
        "roi": 99,
        "lines.0.amount": 1,
        "gross_margin": 1,
    }

    data = check(form, forged).data

    assert (data["plan_total"], data["subtotal"], data["reserve"]) == (120_000, 108_000, 12_000)
    assert (data["reserve_rate"], data["roi"], data["gross_margin"]) == (
        Decimal("0.1"),
        Decimal("0.8"),
        Decimal("0.45"),
    )
    assert data["lines"][0]["amount"] == 45_000


def test_forged_outcomes_are_recomputed():
    assert check("director_review", {"pre_review_outcome": "passed"}).data["pre_review_outcome"] == "adjusted"
    assert check("risks", {"standby_named": False, "risk_max_score": 25}).data["standby_named"] is True
    assert check("adjust_today", {"moved_ratio": 0}).data["moved_ratio"] == Decimal("0.025")
    assert check("daily_report", {"metrics": []}).data["metrics"][0]["actual"] == Decimal("0.0195")


def test_values_shown_from_elsewhere_cannot_be_answered():
    data = check(
        "finance_review", {"over_allowance": False, "lines": [], "plan_total": 1}, over_allowance=False
    ).data

    assert data["recomputed_total"] == 120_000
    assert "lines" not in data
    assert "plan_total" not in data


def test_cents_add_up_exactly():
    lines = [
        {
            "category": "图文",
            "spec": "海报",
            "unit": "张",
            "unit_price": 0.1,
            "quantity": 3,
            "no_history_reason": "首次",
        },
        {"category": "备用金", "spec": "备用", "unit": "项", "unit_price": 0.03, "quantity": 1},
    ]

    data = check("budget", {"lines": lines}).data

    # 0.30 + 0.03; binary arithmetic would say 0.33000000000000002
    assert data["plan_total"] == Decimal("0.33")


def test_departments_asked_for_support_are_named_once_and_never_the_own():
    extra = {"side": "internal", "kind": "设计", "name": "海报延展", "department": "设计部", "person_days": 2}
    own = extra | {"name": "文案撰写", "department": "本部门"}
    answers, _ = example("resources")

    data = check("resources", {"resources": [*answers["resources"], extra, own]}).data

    assert data["internal_departments"] == ["设计部", "技术部"]


def test_the_morning_report_measures_each_core_metric_against_its_target():
    ctr, cvr, aov = check("daily_report").data["metrics"]

    # 3 432 clicks ÷ 176 000 impressions, against 2.40 %
    assert (ctr["metric"], ctr["actual"], ctr["deviation"]) == ("ctr", Decimal("0.0195"), Decimal("-0.1875"))
    # 67 orders ÷ 3 432 clicks
    assert cvr["metric"] == "cvr"
    assert round(cvr["actual"], 6) == Decimal("0.019522")
    # 17 534 ÷ 64 payers
    assert (aov["metric"], aov["actual"]) == ("aov", Decimal("273.97"))


def test_a_day_without_clicks_or_payers_has_no_ratio_rather_than_zero():
    quiet = {
        "impressions": 0,
        "clicks": 0,
        "orders": 0,
        "payers": 0,
        "gmv": 0,
        "revenue": 0,
        "cost": 0,
        "channel": "抖音",
    }

    data = check("daily_report", {"channels": [quiet]}).data

    assert (data["ctr"], data["cvr"], data["aov"], data["roas"], data["cpa"]) == (
        None,
        None,
        None,
        None,
        None,
    )
    assert [metric["deviation"] for metric in data["metrics"]] == [None, None, None]


def test_a_missing_target_leaves_the_deviation_open():
    metrics = check("daily_report", targets={"ctr": None, "cvr": 0.019, "aov": 268}).data["metrics"]

    assert (metrics[0]["target"], metrics[0]["deviation"]) == (None, None)


def test_attainment_and_promises_are_computed_in_the_closeout():
    data = check("closeout_report").data

    # 4 500 of 5 000; 27 % of 30 %; response time 30 s aimed at, 24 s reached
    assert [row["attainment"] for row in data["kpi_results"][:2]] == [Decimal("0.9"), Decimal("0.9")]
    assert data["kpi_results"][3]["attainment"] == Decimal("1.25")
    assert data["nps_change"] == 5
    # 352 000 of 400 000; 5 000 ÷ 352 000 × 1 000
    assert data["kol"][0]["attainment"] == Decimal("0.88")
    assert round(data["kol"][0]["cpm"], 2) == Decimal("14.20")
    assert (data["budget_total_planned"], data["spend_total"]) == (108_000, 109_758)


def test_what_a_department_asks_for_travels_on_with_its_name():
    data = check("legal_review").data

    assert data["open_changes"] == [
        {"department": "法务部", "text": "抽奖页首屏公示各奖级中奖概率"},
        {"department": "法务部", "text": "活动页补充免责与限制条款"},
    ]


def test_who_agrees_asks_for_nothing():
    assert check("finance_review").data["open_changes"] == []
