"""Campaign metrics: the arithmetic stands beside its row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.domain import metrics
from service.domain.metrics import ChannelDay

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
FEED = ChannelDay(
    MONDAY,
    "抖音信息流",
    impressions=10_000,
    clicks=100,
    orders=10,
    payers=8,
    revenue=Decimal(2192),
    cost=Decimal(500),
)
SEARCH = ChannelDay(
    MONDAY, "百度搜索", impressions=1_000, clicks=100, orders=2, payers=2, revenue=Decimal(548)
)
NEXT_DAY = ChannelDay(TUESDAY, "抖音信息流", impressions=9_000, clicks=95)


def test_totals_divide_sums_and_never_average_ratios():
    sums = metrics.totals([FEED, SEARCH])

    # 200 / 11 000, not the mean of 1 % and 10 %
    assert sums.ctr == Decimal(200) / Decimal(11_000)
    assert sums.cvr == Decimal(12) / Decimal(200)
    assert sums.aov == Decimal(274)  # (2 192 + 548) / 10


def test_both_sums_of_a_ratio_are_of_the_same_days_and_channels():
    sums = metrics.totals([FEED, SEARCH, NEXT_DAY])

    # nobody knows what the search has cost, nor how many orders the next day brought
    assert sums.roas == Decimal("4.384")  # 2 192 / 500, not 2 740 / 500
    assert (sums.revenue, sums.cpa, sums.cvr) == (2740, 50, Decimal("0.06"))
    assert sums.incomplete_days(metrics.PARTS) == {"cvr": 1, "roas": 1, "cpa": 1}
    parts = metrics.totals([FEED, SEARCH]), metrics.totals([NEXT_DAY])
    assert metrics.added(parts) == sums


def test_nothing_measured_gives_no_value():
    sums = metrics.totals([])

    assert (sums.ctr, sums.cvr, sums.aov, sums.roas, sums.cpa) == (None,) * 5


def test_what_nobody_reports_is_no_value_and_not_nothing():
    sums = metrics.totals([FEED, NEXT_DAY])

    assert (sums.clicks, sums.orders, sums.gmv) == (195, 10, None)


def test_channels_are_summed_apart():
    assert {name: sums.clicks for name, sums in metrics.by_channel([FEED, SEARCH, NEXT_DAY]).items()} == {
        "抖音信息流": 195,
        "百度搜索": 100,
    }


@pytest.mark.parametrize(
    ("actual", "target", "direction", "expected"),
    [
        (4500, 5000, "up", "0.9"),
        ("0.27", "0.30", "up", "0.9"),  # growth goal: actual growth over target growth
        (50, 40, "down", "0.8"),  # a cost per lead of 50 instead of 40
        (0, 40, "down", None),
        (10, 0, "up", None),
    ],
)
def test_attainment_follows_the_direction_of_the_metric(actual, target, direction, expected):
    attained = metrics.attainment(actual, target, direction)

    assert attained == (None if expected is None else Decimal(expected))


def test_cost_per_thousand_impressions():
    assert metrics.cost_per_mille(25_000, 1_000_000) == 25
    assert metrics.cost_per_mille(25_000, 0) is None


def test_load_is_a_share_of_the_expected_peak():
    assert metrics.load_ratio(1700, 2000) == Decimal("0.85")
    assert metrics.load_ratio(1700, None) is None
