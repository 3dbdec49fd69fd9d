"""The load of a site drawn as lines with their limits: geometry for an SVG, which needs no script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from service.runtime.campaigns.load_watch import LimitView, LoadPointView, LoadWatchView
from service.web.formatting import number, percent

WIDTH, HEIGHT = 600, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 10, 8
_HEADROOM = Decimal("1.1")


@dataclass(frozen=True)
class LimitLine:
    """A limit: how high it lies, and what it says, at the left end of its line or at the right."""

    y: float
    text: str
    is_left: bool


@dataclass(frozen=True)
class Chart:
    """One measure over time: `points` is what a polyline takes, `now` the last value as text.

    `warning` is what the owners remark on the highest limit that is reached, "" where none is.
    """

    title: str
    points: str
    limits: tuple[LimitLine, ...]
    now: str
    warning: str


def charts(watch: LoadWatchView) -> list[Chart]:
    """Return a chart for each measure that has values, in the order of the table's columns."""
    measures: tuple[tuple[str, str, Callable[[Decimal], str]], ...] = (
        ("qps_ratio", _("Requests against the planned peak"), percent),
        ("cpu", _("CPU"), percent),
        ("p95", _("P95 latency (ms)"), number),
        ("error_rate", _("Errors"), percent),
    )
    return [
        chart
        for measure, title, shown in measures
        if (chart := _chart(watch, measure, title, shown)) is not None
    ]


def _chart(watch: LoadWatchView, measure: str, title: str, shown: Callable[[Decimal], str]) -> Chart | None:
    values = [(point, value) for point in watch.points if (value := getattr(point, measure)) is not None]
    if not values:
        return None
    limits = [limit for limit in watch.limits if limit.measure == measure]
    top = max([value for _point, value in values] + [limit.at for limit in limits]) * _HEADROOM or Decimal(1)
    last = values[-1][1]
    lines = tuple(
        # Neighbours lie close together: their words stand at different ends.
        LimitLine(_y(each.at, top), f"{each.note or each.level} ≥ {shown(each.at)}", bool(place % 2))
        for place, each in enumerate(limits)
    )
    return Chart(title, _polyline(values, top), lines, shown(last), _warning(last, limits))


def _warning(value: Decimal, limits: Sequence[LimitView]) -> str:
    return next((each.note or each.level for each in reversed(limits) if value >= each.at), "")


def _polyline(values: Sequence[tuple[LoadPointView, Decimal]], top: Decimal) -> str:
    first, last = values[0][0].at, values[-1][0].at
    span = (last - first).total_seconds() or 1
    places = ((((point.at - first).total_seconds() / span), _y(value, top)) for point, value in values)
    return " ".join(f"{_LEFT + share * (WIDTH - _LEFT - _RIGHT):.1f},{y:.1f}" for share, y in places)


def _y(value: Decimal, top: Decimal) -> float:
    return float(_TOP + (1 - value / top) * (HEIGHT - _TOP - _BOTTOM))
