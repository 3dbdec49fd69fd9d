"""Figures of a campaign: one per day, channel and metric, with its source; corrections keep the old one.

Counts are whole numbers, money is CNY. The latest figure of a place counts; those before it stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service.domain.metrics import AMOUNTS, COUNTS, ChannelDay
from service.domain.money import decimal

SUSPECT = ("invalid_clicks", "top_source_clicks", "night_clicks", "bounces")
"""What the audit asks for, where the source knows it."""
MEASURED = (*COUNTS, *AMOUNTS, *SUSPECT)
"""Everything that is measured of a channel's day, by name."""
MOST = 10**15
"""No figure is as large as this: it could not be kept in hundredths."""
SETTLING = timedelta(days=1)
"""How long after its day the source of a figure may bring it up to date without giving a reason."""

Place = tuple[date, str, str]
"""Day, channel, metric: where there is one figure."""


@dataclass(frozen=True)
class Figure:
    """One figure as it was recorded. `reason` says why it differs from the one before, where it had to."""

    day: date
    channel: str
    metric: str
    value: Decimal
    source: str = ""
    reason: str | None = None
    by: str = ""
    at: datetime | None = None

    @property
    def place(self) -> Place:
        return (self.day, self.channel, self.metric)


@dataclass(frozen=True)
class Correction:
    """A figure that took the place of another."""

    before: Figure
    after: Figure


def figures_of(sample: ChannelDay, reason: str | None = None) -> list[Figure]:
    """Return what a sample says, as figures: what it does not know is none."""
    known = {name: getattr(sample, name) for name in MEASURED}
    return [
        Figure(sample.day, sample.channel, name, decimal(value), sample.source, reason)
        for name, value in known.items()
        if value is not None
    ]


def in_force(figures: Iterable[Figure]) -> dict[Place, Figure]:
    """Return the latest figure of each place. Given oldest first."""
    return {figure.place: figure for figure in figures}


def corrections(figures: Iterable[Figure]) -> tuple[Correction, ...]:
    """Return which figures took the place of others, in the order in which they did. Given oldest first."""
    last: dict[Place, Figure] = {}
    found: list[Correction] = []
    for figure in figures:
        before = last.get(figure.place)
        if before is not None:
            found.append(Correction(before, figure))
        last[figure.place] = figure
    return tuple(found)


def changes(new: Iterable[Figure], present: Mapping[Place, Figure]) -> list[Figure]:
    """Return those of the new figures that say something new, each of them once: the last of its place."""
    latest = in_force(new).values()
    return [each for each in latest if each.place not in present or present[each.place].value != each.value]


def needs_reason(new: Figure, before: Figure, today: date) -> bool:
    """Say whether replacing a figure takes a reason: from another source, or later than sources settle."""
    return new.source != before.source or today > new.day + SETTLING


def channel_days(figures: Iterable[Figure]) -> list[ChannelDay]:
    """Return the figures in force per channel and day, by day and channel. Given oldest first."""
    found: dict[tuple[date, str], dict[str, Figure]] = {}
    for figure in in_force(figures).values():
        found.setdefault((figure.day, figure.channel), {})[figure.metric] = figure
    return [_channel_day(*place, found[place]) for place in sorted(found)]


def _channel_day(day: date, channel: str, known: Mapping[str, Figure]) -> ChannelDay:
    values: dict[str, Any] = {
        name: figure.value if name in AMOUNTS else int(figure.value) for name, figure in known.items()
    }
    sources = dict.fromkeys(figure.source for figure in known.values() if figure.source)
    return ChannelDay(day, channel, source="、".join(sources), **values)
