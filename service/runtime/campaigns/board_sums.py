"""Sums of figures over many campaigns, made in the database; ratios follow from sums, never from ratios."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from service.domain.metrics import AMOUNTS, COUNTS, Totals
from service.domain.money import decimal
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

    None is what nobody has reported, and a ratio over nothing.
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


def measures(sums: Totals) -> MeasuresView:
    """Return sums with their ratios, these to the sixth place."""
    counted: dict[str, Any] = {
        name: getattr(sums, name) for name in ("impressions", "clicks", "orders", "payers", *AMOUNTS)
    }
    ratios: dict[str, Any] = {
        name: rounded(getattr(sums, name)) for name in ("ctr", "cvr", "aov", "cpa", "roas")
    }
    return MeasuresView(**counted, **ratios)


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
    columns = [_F[key] for key in keys]
    same = [_LATER.c[name] == _F[name] for name in ("number", "day", "channel", "metric")]
    query = (
        select(*columns, _F.metric, func.sum(_F.value))
        .where(_F.metric.in_(tuple(metrics)), *conditions, ~exists().where(*same, _LATER.c.seq > _F.seq))
        .group_by(*columns, _F.metric)
    )
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for *key, metric, value in session.execute(query):
        found.setdefault(tuple(key), {})[metric] = decimal(value) if metric in AMOUNTS else int(value)
    return {key: Totals(**found[key]) for key in sorted(found)}


def added(parts: Iterable[Totals]) -> Totals:
    """Return the sums of sums, of each measure over those that know it."""
    found: dict[str, Any] = {}
    for part in parts:
        for name in MEASURED:
            value = getattr(part, name)
            if value is not None:
                found[name] = found.get(name, 0) + value
    return Totals(**found)


def regrouped(sums: Mapping[tuple[Any, ...], Totals], place: int) -> dict[Any, Totals]:
    """Return sums by one part of their key alone, in its order."""
    groups: dict[Any, list[Totals]] = {}
    for key, part in sums.items():
        groups.setdefault(key[place], []).append(part)
    return {key: added(groups[key]) for key in sorted(groups)}


def of_days(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a figure is of these days, both included."""
    return (_F.day >= first, _F.day <= last)


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
