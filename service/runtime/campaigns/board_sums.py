"""Sums of figures over many campaigns, made in the database; ratios follow from sums, never from ratios.

What a ratio sets against each other is of the same campaigns, channels and days.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from service.domain.metrics import AMOUNTS, COUNTS, PAIRS, PARTS, Pair, Totals, added
from service.runtime.step.views import View
from service.store.models import CHANNEL_DAYS

_DAY = CHANNEL_DAYS.c
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
    columns = [_DAY[key] for key in keys]
    sums = [func.sum(_DAY[metric]) for metric in wanted]
    sides = [column for parts in pairs.values() for column in _paired(*parts)]
    known = or_(*(_DAY[metric].is_not(None) for metric in wanted))
    query = select(*columns, *sums, *sides).where(known, *conditions).group_by(*columns)
    rows = [(tuple(row[: len(columns)]), row[len(columns) :]) for row in session.execute(query)]
    left_out = _left_out(session, keys, pairs, conditions) if _is_any(rows, len(wanted)) else {}
    found: dict[tuple[Any, ...], Totals] = {}
    for key, values in rows:
        sided = iter(values[len(wanted) :])
        paired = {}
        for name in pairs:
            over, under, _ = next(sided), next(sided), next(sided)
            paired[name] = Pair(over, under, frozenset(left_out.get((key, name), ())))
        measured: dict[str, Any] = {
            metric: _as_kept(metric, value) for metric, value in zip(wanted, values, strict=False)
        }
        found[key] = Totals(**measured, paired=paired)
    return {key: found[key] for key in sorted(found)}


def sums_of(
    session: Session, key: str, metrics: Sequence[str], *conditions: ColumnElement[bool]
) -> dict[Any, dict[str, Any]]:
    """Return the sums of further metrics, of which no ratio is made, by one column."""
    query = select(_DAY[key], *(func.sum(_DAY[metric]) for metric in metrics)).where(*conditions)
    return {
        value: {metric: _as_kept(metric, each) for metric, each in zip(metrics, found, strict=True)}
        for value, *found in session.execute(query.group_by(_DAY[key]))
    }


def _as_kept(metric: str, value: Any) -> Any:
    return value if value is None or metric in AMOUNTS else int(value)


def _is_any(rows: Iterable[tuple[Any, Sequence[Any]]], metrics: int) -> bool:
    """Say whether any of the sides counts a channel's day that has one of its two figures alone."""
    return any(any(values[metrics + 2 :: 3]) for _, values in rows)


def _left_out(
    session: Session,
    keys: Collection[str],
    pairs: Mapping[str, tuple[str, str]],
    conditions: Sequence[ColumnElement[bool]],
) -> Mapping[tuple[tuple[Any, ...], str], set[date]]:
    """Return by key and ratio the days of which it leaves out a channel."""
    columns, alone = [_DAY[key] for key in keys], [_is_alone(*parts) for parts in pairs.values()]
    query = (
        select(*columns, _DAY.day, *(func.max(case((each, 1), else_=0)) for each in alone))
        .where(or_(*alone), *conditions)
        .group_by(*columns, *([] if "day" in keys else [_DAY.day]))
    )
    found: dict[tuple[tuple[Any, ...], str], set[date]] = {}
    for row in session.execute(query):
        key, day = tuple(row[: len(columns)]), row[len(columns)]
        for name, is_left_out in zip(pairs, row[len(columns) + 1 :], strict=True):
            if is_left_out:
                found.setdefault((key, name), set()).add(day)
    return found


def _paired(over: str, under: str) -> list[ColumnElement[Any]]:
    """Return both sums of the channels' days that have both figures, and how many have one of them alone."""
    one, other = _DAY[over], _DAY[under]
    whole = and_(one.is_not(None), other.is_not(None))
    return [
        *(func.sum(case((whole, each))) for each in (one, other)),
        func.sum(case((_is_alone(over, under), 1), else_=0)),
    ]


def _is_alone(over: str, under: str) -> ColumnElement[bool]:
    return _DAY[over].is_(None) != _DAY[under].is_(None)


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
    bounds = (None if first is None else _DAY.day >= first, None if last is None else _DAY.day <= last)
    return tuple(each for each in bounds if each is not None)


def of_campaigns(numbers: Any) -> ColumnElement[bool]:
    """Return the condition that a figure is of one of these campaigns: numbers, or a query for them."""
    return _DAY.number.in_(numbers)


def days_of(session: Session, number: str) -> tuple[date, date] | None:
    """Return the first and last day of which a campaign has figures, None without any."""
    query = select(func.min(_DAY.day), func.max(_DAY.day)).where(_DAY.number == number)
    first, last = session.execute(query).one()
    return (first, last) if first is not None else None


def has_figures(number: Any) -> ColumnElement[bool]:
    """Return the condition that there is a figure of a campaign, whose number is this column."""
    return exists().where(_DAY.number == number)
