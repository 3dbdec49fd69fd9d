"""How long things take: time on workdays, and what many of them are like. Ratios and means are of sums.

A workday has 24 hours here, as deadlines run to its last minute; nights count, weekends and holidays do not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import fsum

from service.domain.workdays import ONE_DAY, ZONE, Calendar, local_day, workdays_between

Span = tuple[datetime, datetime]
"""From when to when."""
_DIGITS = Decimal("0.01")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Spread:
    """What `n` durations are like. None where there are none. `over` counts those above a limit."""

    n: int
    mean: Decimal | None
    p50: Decimal | None
    p80: Decimal | None
    p95: Decimal | None
    over: int = 0


def spread(values: Iterable[float], limit: float | None = None) -> Spread:
    """Return what these durations are like, to two places; `limit` in the same unit."""
    ordered = sorted(values)
    if not ordered:
        return Spread(0, None, None, None, None)
    p50, p80, p95 = (percentile(ordered, each) for each in (50, 80, 95))
    over = len(ordered) - bisect_right(ordered, limit) if limit is not None else 0
    return Spread(len(ordered), _rounded(fsum(ordered) / len(ordered)), p50, p80, p95, over)


def percentile(ordered: Sequence[float], percent: int) -> Decimal:
    """Return the value below which so many percent lie, read off between neighbours, as SQL's percentile_cont
    does. IndexError on nothing.
    """
    lower, rest = divmod(percent * (len(ordered) - 1), 100)
    upper = min(lower + 1, len(ordered) - 1)
    return _rounded(ordered[lower] + (ordered[upper] - ordered[lower]) * rest / 100)


def net_workdays(begun: datetime, ended: datetime, without: Iterable[Span], calendar: Calendar) -> int:
    """Return the workdays from one moment to another that lie in none of the spans `without`.

    Counted as deadlines are (`workdays_between`), so that the parts of a time add up to the whole.
    """
    left = workdays_between(begun, ended, calendar)
    for first, last in merged(without):
        within = max(first, begun), min(last, ended)
        if within[0] < within[1]:
            left -= workdays_between(*within, calendar)
    return left


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time in spans that do not overlap, earliest first."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


class WorkClock:
    """Hours on workdays between two moments. Each day is looked up once, so it is made for very many."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._days: dict[date, tuple[datetime, bool]] = {}
        # How many workdays lie before a day, counted from the first day ever asked for.
        self._before: dict[date, int] = {}
        self._earliest = self._latest = date.min

    def hours(self, begun: datetime, ended: datetime) -> float:
        """Return the hours on workdays from one moment to a later one, 0 where that is not later."""
        if ended <= begun:
            return 0.0
        first, last = local_day(begun), local_day(ended)
        if first == last:
            return (ended - begun) / _HOUR if self._is_workday(first) else 0.0
        whole = self._workdays_before(last) - self._workdays_before(first + ONE_DAY)
        head = (self._midnight(first) + ONE_DAY - begun) / _HOUR if self._is_workday(first) else 0.0
        tail = (ended - self._midnight(last)) / _HOUR if self._is_workday(last) else 0.0
        return head + whole * 24.0 + tail

    def _is_workday(self, day: date) -> bool:
        return self._day(day)[1]

    def _midnight(self, day: date) -> datetime:
        return self._day(day)[0]

    def _day(self, day: date) -> tuple[datetime, bool]:
        known = self._days.get(day)
        if known is None:
            midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
            known = self._days[day] = (midnight, self._calendar.is_workday(day))
        return known

    def _workdays_before(self, day: date) -> int:
        if not self._before:
            self._before[day], self._earliest, self._latest = 0, day, day
        while self._latest < day:
            known = self._before[self._latest] + self._is_workday(self._latest)
            self._latest += ONE_DAY
            self._before[self._latest] = known
        while self._earliest > day:
            known = self._before[self._earliest]
            self._earliest -= ONE_DAY
            self._before[self._earliest] = known - self._is_workday(self._earliest)
        return self._before[day]


def _rounded(value: float) -> Decimal:
    return Decimal(str(value)).quantize(_DIGITS, rounding=ROUND_HALF_UP)
