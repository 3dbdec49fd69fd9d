"""The closeout of the website campaign: 158 000 planned, 151 240 paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.domain import closeout
from service.domain.budget import lines_from
from service.domain.metrics import ChannelDay, Metric
from service.domain.traffic import traffic_facts

DAY = date(2026, 11, 2)
LINES = lines_from(
    [
        {"category": "信息流", "unit_price": 100_000, "quantity": 1},
        {"category": "KOL", "unit_price": 42_200, "quantity": 1},
        {"category": "备用金", "unit_price": 15_800, "quantity": 1},
    ]
)
CHANNELS = [
    {"name": "抖音", "budget_item": "信息流"},
    {"name": "小鹿测评", "budget_item": "KOL", "expected_impressions": 1_200_000},
]
METRICS = [
    Metric("registrations", "新增注册", ("注册", "新增用户"), "人"),
    Metric("ctr", "点击率", ("CTR",), "%"),
]
SAMPLES = [
    ChannelDay(DAY, "抖音", impressions=2_000_000, clicks=40_000, visits=39_000, cost=Decimal(60_000)),
    ChannelDay(DAY, "抖音", registrations=4_500, cost=Decimal(49_040)),
    ChannelDay(DAY, "小鹿测评", impressions=1_038_000, cost=Decimal(42_200)),
]


def test_spend_is_compared_by_budget_item():
    rows = {row.budget_item: row for row in closeout.spend_rows(LINES, CHANNELS, SAMPLES)}

    assert rows["信息流"].actual == Decimal(109_040)
    assert rows["信息流"].difference == Decimal(9_040)
    assert rows["信息流"].ratio == Decimal("1.0904")


def test_a_line_nobody_measured_has_no_actual():
    rows = {row.budget_item: row for row in closeout.spend_rows(LINES, CHANNELS, SAMPLES)}

    assert (rows["备用金"].actual, rows["备用金"].difference, rows["备用金"].ratio) == (None, None, None)


def test_kpis_are_filled_in_where_the_samples_know_them():
    kpis = [{"department": "市场部", "metric": "注册", "target": 5000}, {"metric": "美誉度", "target": 3}]

    known, unknown = closeout.kpi_rows(kpis, closeout.measured(SAMPLES, METRICS))

    assert (known.actual, known.attainment) == (4500, Decimal("0.9"))
    assert (unknown.actual, unknown.attainment) == (None, None)


@pytest.mark.parametrize("name", ["新增注册", "注册", "新增用户"])
def test_a_metric_is_known_by_each_of_its_names(name):
    (row,) = closeout.kpi_rows([{"metric": name, "target": 5000}], closeout.measured(SAMPLES, METRICS))

    assert row.actual == 4500


def test_without_samples_nothing_is_measured():
    assert closeout.measured([], METRICS) == {}


def test_influencers_are_held_to_their_promise():
    (row,) = closeout.influencer_rows(CHANNELS, LINES, SAMPLES, "KOL")

    assert (row.name, row.attainment, row.fee) == ("小鹿测评", Decimal("0.865"), 42_200)
    assert round(row.cpm, 2) == Decimal("40.66")  # 42 200 / 1 038 000 × 1 000


def test_with_two_influencers_nobody_knows_whose_the_fee_is():
    channels = [*CHANNELS, {"name": "阿宽探店", "budget_item": "KOL", "expected_impressions": 100}]

    rows = closeout.influencer_rows(channels, LINES, SAMPLES, "KOL")

    assert [(row.fee, row.actual_impressions) for row in rows] == [(None, 1_038_000), (None, None)]


def test_traffic_shares_are_taken_over_what_was_reported():
    samples = [
        ChannelDay(DAY, "抖音", clicks=1_000, visits=900, orders=4, invalid_clicks=60, bounces=450),
        ChannelDay(DAY, "百度", clicks=9_000, orders=6),  # reports no invalid clicks: not counted as clean
    ]

    facts = traffic_facts(samples)

    assert facts.invalid_rate == Decimal("0.06")
    assert facts.bounce == Decimal("0.5")
    assert facts.cvr == Decimal("0.001")
    assert (facts.night_share, facts.top_source_share) == (None, None)


def test_the_worst_single_source_is_not_hidden_by_a_large_total():
    samples = [
        ChannelDay(DAY, "抖音", clicks=100_000, top_source_clicks=10),
        ChannelDay(DAY, "百度", clicks=1_000, top_source_clicks=50),
    ]

    assert traffic_facts(samples).top_source_share == Decimal("0.05")
