"""What many durations are like, and how many workdays some took. Ratios and means are of sums."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from math import fsum

from service.domain.workdays import Calendar, workdays_between

Span = tuple[datetime, datetime]
"""From when to when."""
_DIGITS = Decimal("0.01")


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


def _rounded(value: float) -> Decimal:
    return Decimal(str(value)).quantize(_DIGITS, rounding=ROUND_HALF_UP)
