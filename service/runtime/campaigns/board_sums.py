"""Sums of figures over many campaigns, made in the database; ratios follow from sums, never from ratios.

What a ratio sets against each other is of the same campaigns, channels and days.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select
from sqlalchemy.orm import Session

from service.domain.metrics import AMOUNTS, COUNTS, PAIRS, PARTS, Pair, Totals, added
from service.runtime.step.views import View
from service.store.models import Figure
from service.store.writing import table_of

_F = table_of(Figure).c
_LATER = table_of(Figure).alias("later")
MEASURED = (*COUNTS, *AMOUNTS)
_PLACES = Decimal("1e-6")


@dataclass(frozen=True)
class MeasuresView(View):
    """What was measured: counts, amounts in CNY, and the ratios of these sums (0–1; AOV and CPA in CNY).

    None is what nobody has reported, and a ratio over nothing. `incomplete_days`: of how many days a ratio
    leaves out a channel, because one of its two figures is missing; ratios that are whole are not in it.
    """

    impressions: int | None
    clicks: int | None
    orders: int | None
    payers: int | None
    gmv: Decimal | None
    revenue: Decimal | None
    refund: Decimal | None
    cost: Decimal | None
    ctr: Decimal | None
    cvr: Decimal | None
    aov: Decimal | None
    cpa: Decimal | None
    roas: Decimal | None
    incomplete_days: Mapping[str, int]


def measures(sums: Totals) -> MeasuresView:
    """Return sums with their ratios, these to the sixth place."""
    counted: dict[str, Any] = {
        name: getattr(sums, name) for name in ("impressions", "clicks", "orders", "payers", *AMOUNTS)
    }
    ratios: dict[str, Any] = {name: rounded(getattr(sums, name)) for name in PARTS}
    return MeasuresView(**counted, **ratios, incomplete_days=sums.incomplete_days(PARTS))


def rounded(value: Decimal | None) -> Decimal | None:
    """Return a ratio as boards tell it."""
    return None if value is None else value.quantize(_PLACES).normalize()


def by(
    session: Session,
    keys: Collection[str],
    *conditions: ColumnElement[bool],
    metrics: Iterable[str] = MEASURED,
) -> dict[tuple[Any, ...], Totals]:
    """Return the sums of the figures in force by these columns (day, channel, number), in their order."""
    wanted = tuple(metrics)
    pairs = {name: parts for name, parts in PAIRS.items() if set(parts) <= set(wanted)}
    if pairs and "day" not in keys:
        # Which days a ratio leaves out is known day by day.
        daily = by(session, (*keys, "day"), *conditions, metrics=wanted)
        return regrouped(daily, lambda key: key[:-1])
    cell = _cells(wanted, conditions)
    columns = [cell.c[key] for key in keys]
    sums = [func.sum(cell.c[metric]) for metric in wanted]
    sides = [column for parts in pairs.values() for column in _paired(cell, *parts)]
    found: dict[tuple[Any, ...], Totals] = {}
    for row in session.execute(select(*columns, *sums, *sides).group_by(*columns)):
        key, values = tuple(row[: len(columns)]), row[len(columns) :]
        day = frozenset({key[tuple(keys).index("day")]}) if pairs else frozenset()
        sided = iter(values[len(wanted) :])
        paired = {name: Pair(next(sided), next(sided), day if next(sided) else frozenset()) for name in pairs}
        measured: dict[str, Any] = {
            metric: value if value is None or metric in AMOUNTS else int(value)
            for metric, value in zip(wanted, values, strict=False)
        }
        found[key] = Totals(**measured, paired=paired)
    return {key: found[key] for key in sorted(found)}


def _cells(metrics: Sequence[str], conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """Return the figures in force of each campaign, day and channel, a column a metric."""
    place = ("number", "day", "channel")
    same = [_LATER.c[name] == _F[name] for name in (*place, "metric")]
    values = [func.max(case((_F.metric == metric, _F.value))).label(metric) for metric in metrics]
    return (
        select(*(_F[name] for name in place), *values)
        .where(_F.metric.in_(metrics), *conditions, ~exists().where(*same, _LATER.c.seq > _F.seq))
        .group_by(*(_F[name] for name in place))
        .subquery()
    )


def _paired(cell: Subquery, over: str, under: str) -> list[ColumnElement[Any]]:
    """Return both sums of the cells that have both figures, and how many have one of them alone."""
    one, other = cell.c[over], cell.c[under]
    whole = and_(one.is_not(None), other.is_not(None))
    return [
        *(func.sum(case((whole, each))) for each in (one, other)),
        func.count(one) + func.count(other) - 2 * func.count(case((whole, 1))),
    ]


def regrouped(
    sums: Mapping[tuple[Any, ...], Totals], part: Callable[[tuple[Any, ...]], Any]
) -> dict[Any, Totals]:
    """Return sums by a part of their key alone, in its order."""
    groups: dict[Any, list[Totals]] = {}
    for key, each in sums.items():
        groups.setdefault(part(key), []).append(each)
    return {key: added(groups[key]) for key in sorted(groups)}


def of_days(first: date | None, last: date | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a figure is of these days, both included; None bounds nothing."""
    bounds = (None if first is None else _F.day >= first, None if last is None else _F.day <= last)
    return tuple(each for each in bounds if each is not None)


def of_campaigns(numbers: Any) -> ColumnElement[bool]:
    """Return the condition that a figure is of one of these campaigns: numbers, or a query for them."""
    return _F.number.in_(numbers)


def days_of(session: Session, number: str) -> tuple[date, date] | None:
    """Return the first and last day of which a campaign has figures, None without any."""
    query = select(func.min(_F.day), func.max(_F.day)).where(_F.number == number)
    first, last = session.execute(query).one()
    return (first, last) if first is not None else None


def has_figures(number: Any) -> ColumnElement[bool]:
    """Return the condition that there is a figure of a campaign, whose number is this column."""
    return exists().where(_F.number == number)
