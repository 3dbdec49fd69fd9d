"""What a campaign brought, by day or by channel: sums of the database, and the ratios that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from service.domain.figures import MEASURED
from service.domain.metrics import AMOUNTS, PARTS, Totals, added
from service.domain.money import ZERO
from service.runtime.campaigns import board_sums, campaign_figures
from service.runtime.campaigns.measurements import require_case
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View

By = Literal["day", "channel"]
Sums = Mapping[str, Decimal]
_PLACES = Decimal("1e-9")


@dataclass(frozen=True)
class MeasuredView(View):
    """What was measured of a day or a channel (both None: of all). None is what nobody has reported.

    Counts are whole numbers, amounts CNY; ratios (0–1, AOV and CPA in CNY) are of the sums, None over
    nothing. `incomplete_days`: of how many days a ratio leaves out a channel, because one of its two figures
    is missing; ratios that are whole are not in it.
    """

    day: date | None
    channel: str | None
    impressions: int | None
    clicks: int | None
    visits: int | None
    registrations: int | None
    orders: int | None
    payers: int | None
    gmv: Decimal | None
    revenue: Decimal | None
    refund: Decimal | None
    cost: Decimal | None
    invalid_clicks: int | None
    top_source_clicks: int | None
    night_clicks: int | None
    bounces: int | None
    ctr: Decimal | None
    cvr: Decimal | None
    aov: Decimal | None
    roas: Decimal | None
    cpa: Decimal | None
    incomplete_days: Mapping[str, int]


@dataclass(frozen=True)
class MetricsView(View):
    """The figures in force of a campaign between two days, by day or by channel, and in all."""

    by: By
    rows: tuple[MeasuredView, ...]
    total: MeasuredView


def metrics(
    app: Application,
    actor: Actor,
    business_key: str,
    by: By = "day",
    first: date | None = None,
    last: date | None = None,
) -> MetricsView:
    """Return what a campaign brought, by day or by channel. NotFound unless the actor sees the case."""
    with app.db.read() as session:
        require_case(session, actor, business_key)
        found = campaign_figures.sums(session, business_key, by, first, last)
        these = (board_sums.of_campaigns([business_key]), *board_sums.of_days(first, last))
        ratios = {key: each for (key,), each in board_sums.by(session, (by,), *these).items()}
    rows = tuple(_view(sums, ratios.get(key, Totals()), **{by: key}) for key, sums in found.items())
    return MetricsView(by, rows, _view(_added(found.values()), added(ratios.values())))


def _added(groups: Iterable[Sums]) -> Sums:
    """Return the sums of sums, of each metric over those that know it."""
    found: dict[str, Decimal] = {}
    for sums in groups:
        for metric, value in sums.items():
            found[metric] = found.get(metric, ZERO) + value
    return found


def _view(sums: Sums, totals: Totals, day: date | None = None, channel: str | None = None) -> MeasuredView:
    measured = {name: _as_kept(sums, name) for name in MEASURED}
    ratios: dict[str, Any] = {name: rounded(getattr(totals, name)) for name in PARTS}
    return MeasuredView(day, channel, **measured, **ratios, incomplete_days=totals.incomplete_days(PARTS))


def rounded(value: Decimal | None) -> Decimal | None:
    """Return a ratio as it is told: to the ninth place."""
    return None if value is None else value.quantize(_PLACES).normalize()


def _as_kept(sums: Sums, name: str) -> Any:
    value = sums.get(name)
    return value if value is None or name in AMOUNTS else int(value)
