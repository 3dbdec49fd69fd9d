"""The budget of the prize-draw campaign: 120 000 CNY in seven lines, a tenth of it in reserve."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.domain import budget

RESERVE = "备用金"
ROWS = [
    {"category": "信息流", "unit_price": 1500, "quantity": 30, "amount": 45000},
    {"category": "搜索竞价", "unit_price": 600, "quantity": 30, "amount": 18000},
    {"category": "KOL", "unit_price": 25000, "quantity": 1, "amount": 25000},
    {"category": "视频", "unit_price": 4000, "quantity": 3, "amount": 12000},
    {"category": "H5", "unit_price": 5000, "quantity": 1, "amount": 5000},
    {"category": "奖品", "unit_price": 30, "quantity": 100, "amount": 3000},
    {"category": "备用金", "unit_price": 12000, "quantity": 1, "amount": 12000},
]


def test_total_is_subtotal_plus_reserve():
    sums = budget.totals(budget.lines_from(ROWS), RESERVE)

    # 45 000 + 18 000 + 25 000 + 12 000 + 5 000 + 3 000 = 108 000
    assert (sums.subtotal, sums.reserve, sums.total) == (108000, 12000, 120000)
    assert sums.reserve_rate == Decimal("0.1")


def test_an_empty_budget_has_no_reserve_rate():
    assert budget.totals((), RESERVE).reserve_rate is None


def test_an_amount_is_rounded_to_the_cent():
    (line,) = budget.lines_from([{"category": "图文", "unit_price": "0.335", "quantity": 3}])

    assert line.amount == Decimal("1.01")  # 1.005 rounds up


def test_a_forged_amount_and_its_total_are_named():
    rows = [{**ROWS[0], "amount": 40000}, *ROWS[1:]]

    found = budget.differences(budget.lines_from(rows), {"plan_total": 115000, "reserve": 12000}, RESERVE)

    assert [(item.item, item.stated, item.computed) for item in found] == [
        ("1. 信息流", 40000, 45000),
        ("plan_total", 115000, 120000),
    ]


def test_a_right_budget_shows_no_differences():
    stated = {"subtotal": 108000, "reserve": 12000, "plan_total": 120000}

    assert budget.differences(budget.lines_from(ROWS), stated, RESERVE) == ()


def test_the_price_is_compared_with_the_earlier_campaign():
    (line,) = budget.lines_from([{"unit_price": 1500, "quantity": 1, "history_unit_price": 1200}])

    assert line.delta_ratio == Decimal("0.25")


def test_roi_is_gross_profit_less_cost_over_cost():
    # (600 000 × 0.45 − 120 000) / 120 000 = 1.25
    assert budget.roi(600000, "0.45", 120000) == Decimal("1.25")
    assert budget.roi(600000, None, 120000) is None
    assert budget.roi(600000, "0.45", 0) is None


def test_what_is_left_of_the_allowance_counts_the_own_share_back():
    allowance = budget.Allowance("市场部", "2026Q4", Decimal(1_200_000), committed=Decimal(640_000))

    assert allowance.left == 560_000

    held = budget.Allowance(
        "市场部", "2026Q4", Decimal(1_200_000), Decimal(640_000), own_share=Decimal(90_000)
    )
    assert held.left == 650_000


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_allowances_run_by_the_quarter(day, period):
    assert budget.quarter(day) == period


def test_a_total_is_rounded_to_cents_before_it_is_compared():
    # 0.01 × 4 499 999.6 = 44 999.996, and 5 000 more: 49 999.996, which is shown as 50 000.00
    lines = budget.lines_from(
        [
            {"category": "信息流", "unit_price": "0.01", "quantity": "4499999.6"},
            {"category": "备用金", "unit_price": 5_000, "quantity": 1},
        ]
    )

    assert budget.totals(lines, "备用金").total == 50_000
