"""The tables of a closeout report: spend against budget, KPI attainment, what influencers delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.domain.budget import BudgetLine, by_category
from service.domain.metrics import ChannelDay, Metric, attainment, by_channel, cost_per_mille, totals
from service.domain.money import ZERO, decimal, money, ratio


@dataclass(frozen=True)
class SpendRow:
    """One budget category: planned and paid, CNY. `actual` is None while nobody knows it."""

    budget_item: str
    budget: Decimal
    actual: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """actual − budget: above 0 is overspent."""
        return None if self.actual is None else money(self.actual - self.budget)

    @property
    def ratio(self) -> Decimal | None:
        """actual / budget."""
        return ratio(self.actual, self.budget)


@dataclass(frozen=True)
class KpiRow:
    """One line of the KPI sheet, and what came of it."""

    department: str
    metric: str
    target: Decimal | None
    actual: Decimal | None
    unit: str = ""
    direction: str = "up"

    @property
    def attainment(self) -> Decimal | None:
        return attainment(self.actual, self.target, self.direction)


@dataclass(frozen=True)
class InfluencerRow:
    """What one influencer (KOL) promised and delivered, in impressions, for which fee in CNY."""

    name: str
    promised_impressions: int | None
    actual_impressions: int | None
    fee: Decimal | None

    @property
    def attainment(self) -> Decimal | None:
        """actual / promised: 1 038 000 of 1 200 000 → 0.865."""
        return attainment(self.actual_impressions, self.promised_impressions)

    @property
    def cpm(self) -> Decimal | None:
        return cost_per_mille(self.fee, self.actual_impressions)


def spend_rows(
    lines: Sequence[BudgetLine],
    channels: Iterable[Mapping[str, Any]],
    samples: Iterable[ChannelDay],
    outside: str = "",
) -> tuple[SpendRow, ...]:
    """Return one row per budget category, and one per channel that has spent outside all of them.

    `channels` are the plan's rows {name, budget_item}: they say from which category a channel is paid.
    A category no measured channel belongs to has no actual yet; its owner fills it in. A channel outside is
    named behind `outside`, and has a budget of nothing.
    """
    item_of = {row.get("name"): row.get("budget_item") for row in channels}
    budget = by_category(lines)
    paid: dict[str, Decimal] = {}
    strays: list[SpendRow] = []
    for channel, sums in by_channel(samples).items():
        item = item_of.get(channel)
        if sums.cost is None:
            continue
        if item in budget:
            paid[item] = paid.get(item, ZERO) + sums.cost
        elif sums.cost:
            strays.append(SpendRow(f"{outside}{channel}", money(ZERO), sums.cost))
    return (*(SpendRow(name, amount, paid.get(name)) for name, amount in budget.items()), *strays)


def measured(samples: Iterable[ChannelDay], metrics: Iterable[Metric]) -> dict[str, Decimal]:
    """Return what the samples say about each name of a metric; nothing where they say nothing."""
    rows = list(samples)
    if not rows:
        return {}
    sums = totals(rows)
    values = {name: getattr(sums, metric.key) for metric in metrics for name in metric.names}
    return {name: decimal(value) for name, value in values.items() if value is not None}


def kpi_rows(kpis: Iterable[Mapping[str, Any]], actuals: Mapping[str, Decimal]) -> tuple[KpiRow, ...]:
    """Return the KPI sheet's rows with the actual of each metric, where `actuals` knows it."""
    return tuple(
        KpiRow(
            department=str(row.get("department") or ""),
            metric=str(row.get("metric") or ""),
            target=None if row.get("target") is None else decimal(row["target"]),
            actual=actuals.get(str(row.get("metric"))),
            unit=str(row.get("unit") or ""),
            direction=str(row.get("direction") or "up"),
        )
        for row in kpis
    )


def influencer_rows(
    channels: Iterable[Mapping[str, Any]],
    lines: Sequence[BudgetLine],
    samples: Iterable[ChannelDay],
    category: str,
) -> tuple[InfluencerRow, ...]:
    """Return a row per channel that is paid from the category: promised by the plan, actual as measured.

    With a single such channel its fee is the category's budget; with several nobody knows, and it is None.
    """
    rows = [row for row in channels if row.get("budget_item") == category]
    delivered = by_channel(samples)
    fee = by_category(lines).get(category) if len(rows) == 1 else None
    return tuple(
        InfluencerRow(
            name=str(row.get("name") or ""),
            promised_impressions=_whole(row.get("expected_impressions")),
            actual_impressions=delivered[row["name"]].impressions if row.get("name") in delivered else None,
            fee=fee,
        )
        for row in rows
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(decimal(value))
