"""What a running campaign is measured by. Counts are whole numbers, money is CNY, ratios are 0–1.

Totals divide summed numerators by summed denominators: ratios are never averaged. Source: formulas, §6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.domain.money import Number, decimal, ratio

COUNTS = ("impressions", "clicks", "visits", "registrations", "orders", "payers")
AMOUNTS = ("gmv", "revenue", "refund", "cost")
RATIOS = frozenset({"ctr", "cvr", "aov", "roas", "cpa"})
MEASURES = frozenset({*COUNTS, *AMOUNTS, *RATIOS})
"""What is measured or follows from what is measured. What people call each, the owners declare."""


@dataclass(frozen=True)
class Metric:
    """What the owners call a measure: its name, further names, its unit, whether days and channels add up.

    `target`: the key of the KPI sheet that holds its daily target; such a metric is reported every morning.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    is_additive: bool = True
    target: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which a KPI sheet may mean it."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was counted. None is what no source has reported: no data is not the same as nothing."""

    impressions: int | None = None
    clicks: int | None = None
    visits: int | None = None
    registrations: int | None = None
    orders: int | None = None
    payers: int | None = None
    gmv: Decimal | None = None
    revenue: Decimal | None = None
    refund: Decimal | None = None
    cost: Decimal | None = None


@dataclass(frozen=True)
class ChannelDay(Measured):
    """One channel on one day."""

    day: date
    channel: str
    source: str = ""
    invalid_clicks: int | None = None
    top_source_clicks: int | None = None
    night_clicks: int | None = None
    bounces: int | None = None


@dataclass(frozen=True)
class LoadSample:
    """The system at one moment: queries per second, cpu and errors as shares, 95th percentile in ms."""

    at: datetime
    qps: Decimal
    cpu: Decimal
    p95: Decimal
    error_rate: Decimal
    cdn_nodes: int | None = None


@dataclass(frozen=True)
class Totals(Measured):
    """Sums over any number of channels and days, with the ratios that follow from them."""

    @property
    def ctr(self) -> Decimal | None:
        """Click-through rate: clicks / impressions."""
        return ratio(self.clicks, self.impressions)

    @property
    def cvr(self) -> Decimal | None:
        """Conversion rate: orders / clicks."""
        return ratio(self.orders, self.clicks)

    @property
    def aov(self) -> Decimal | None:
        """Average order value 客单价: revenue paid / payers."""
        return ratio(self.revenue, self.payers)

    @property
    def roas(self) -> Decimal | None:
        """Return on ad spend: attributed revenue / cost."""
        return ratio(self.revenue, self.cost)

    @property
    def cpa(self) -> Decimal | None:
        """Cost per acquisition: cost / orders."""
        return ratio(self.cost, self.orders)


def totals(samples: Iterable[ChannelDay]) -> Totals:
    """Return the sums over all samples, of each measure over those that report it."""
    rows = list(samples)
    return Totals(**{name: _sum(rows, name) for name in (*COUNTS, *AMOUNTS)})


def _sum(rows: Iterable[ChannelDay], name: str) -> Any:
    known = [value for row in rows if (value := getattr(row, name)) is not None]
    return sum(known) if known else None


def by_channel(samples: Iterable[ChannelDay]) -> dict[str, Totals]:
    """Return the sums per channel, in the order of their first sample."""
    groups: dict[str, list[ChannelDay]] = {}
    for row in samples:
        groups.setdefault(row.channel, []).append(row)
    return {channel: totals(rows) for channel, rows in groups.items()}


def attainment(actual: Number | None, target: Number | None, direction: str = "up") -> Decimal | None:
    """Return how far a KPI was reached: actual / target; for "down" metrics target / actual.

    4 500 of 5 000 → 0.9. For a growth goal both numbers are growth rates: 27 % of 30 % → 0.9.
    """
    return ratio(target, actual) if direction == "down" else ratio(actual, target)


def cost_per_mille(fee: Number | None, impressions: Number | None) -> Decimal | None:
    """Return the fee per thousand impressions (CPM)."""
    share = ratio(fee, impressions)
    return None if share is None else share * 1000


def load_ratio(qps: Number | None, expected_peak_qps: Number | None) -> Decimal | None:
    """Return the load as a share of the peak the plan expects; None when it expects none."""
    return ratio(None if qps is None else decimal(qps), expected_peak_qps)
