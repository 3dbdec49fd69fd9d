"""What a running campaign is measured by. Counts are whole numbers, money is CNY, ratios are 0–1.

Totals divide summed numerators by summed denominators, both of the same days and channels: ratios are never
averaged. Source: formulas, §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.domain.money import Number, decimal, ratio

COUNTS = ("impressions", "clicks", "visits", "registrations", "orders", "payers")
AMOUNTS = ("gmv", "revenue", "refund", "cost")
PARTS = {
    "ctr": ("clicks", "impressions"),
    "cvr": ("orders", "clicks"),
    "aov": ("revenue", "payers"),
    "roas": ("revenue", "cost"),
    "cpa": ("cost", "orders"),
}
"""What each ratio divides by what."""
RATIOS = frozenset(PARTS)
PAIRS = {**PARTS, "roi": ("gmv", "cost")}
"""What is set against each other, of the same days and channels: ratios, and what ROI is made of."""
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
class Pair:
    """Two sums of the same days and channels: those that know both figures; None without any.

    `left_out`: the days of which a channel knows only one of them.
    """

    over: Number | None = None
    under: Number | None = None
    left_out: frozenset[date] = frozenset()

    @property
    def ratio(self) -> Decimal | None:
        return ratio(self.over, self.under)


@dataclass(frozen=True)
class Totals(Measured):
    """Sums over any number of channels and days, with the ratios that follow from them.

    `paired` has for each name of `PAIRS` what its ratio is made of; where it is not among them, the sums.
    """

    paired: Mapping[str, Pair] = field(default_factory=dict)

    def pair(self, name: str) -> Pair:
        """Return what one of `PAIRS` sets against each other."""
        over, under = PAIRS[name]
        return self.paired.get(name) or Pair(getattr(self, over), getattr(self, under))

    def incomplete_days(self, names: Iterable[str]) -> dict[str, int]:
        """Return of how many days each of these is not whole; those that are whole are not among them."""
        found = {name: len(self.pair(name).left_out) for name in names}
        return {name: count for name, count in found.items() if count}

    @property
    def ctr(self) -> Decimal | None:
        """Click-through rate: clicks / impressions."""
        return self.pair("ctr").ratio

    @property
    def cvr(self) -> Decimal | None:
        """Conversion rate: orders / clicks."""
        return self.pair("cvr").ratio

    @property
    def aov(self) -> Decimal | None:
        """Average order value 客单价: revenue paid / payers."""
        return self.pair("aov").ratio

    @property
    def roas(self) -> Decimal | None:
        """Return on ad spend: attributed revenue / cost."""
        return self.pair("roas").ratio

    @property
    def cpa(self) -> Decimal | None:
        """Cost per acquisition: cost / orders."""
        return self.pair("cpa").ratio


def totals(samples: Iterable[ChannelDay]) -> Totals:
    """Return the sums over all samples, of each measure over those that report it."""
    rows = list(samples)
    pairs = {name: _pair(rows, *parts) for name, parts in PAIRS.items()}
    return Totals(**{name: _sum(rows, name) for name in (*COUNTS, *AMOUNTS)}, paired=pairs)


def added(parts: Iterable[Totals]) -> Totals:
    """Return the sums of sums, of each measure over those that know it."""
    rows = list(parts)
    pairs = {name: _joined([row.pair(name) for row in rows]) for name in PAIRS}
    return Totals(**{name: _sum(rows, name) for name in (*COUNTS, *AMOUNTS)}, paired=pairs)


def _sum(rows: Iterable[Any], name: str) -> Any:
    known = [value for row in rows if (value := getattr(row, name)) is not None]
    return sum(known) if known else None


def _pair(rows: Iterable[ChannelDay], over: str, under: str) -> Pair:
    known = [(row, getattr(row, over) is not None, getattr(row, under) is not None) for row in rows]
    whole = [row for row, *both in known if all(both)]
    left_out = frozenset(row.day for row, has_over, has_under in known if has_over != has_under)
    return Pair(_sum(whole, over), _sum(whole, under), left_out)


def _joined(pairs: Iterable[Pair]) -> Pair:
    rows = list(pairs)
    return Pair(_sum(rows, "over"), _sum(rows, "under"), frozenset().union(*(row.left_out for row in rows)))


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
