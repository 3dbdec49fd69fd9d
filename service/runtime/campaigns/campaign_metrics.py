"""What a campaign brought, by day or by channel: sums of the database, and the ratios that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from service.domain.figures import SUSPECT
from service.domain.metrics import AMOUNTS, COUNTS, PARTS, Totals, added
from service.runtime.campaigns import board_sums
from service.runtime.campaigns.board_sums import MeasuresView
from service.runtime.campaigns.measurements import require_case
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View

By = Literal["day", "channel"]
_PLACES = Decimal("1e-9")


@dataclass(frozen=True)
class MeasuredView(MeasuresView):
    """What was measured of a day or a channel (both None: of all), with what an audit asks for."""

    day: date | None
    channel: str | None
    visits: int | None
    registrations: int | None
    invalid_clicks: int | None
    top_source_clicks: int | None
    night_clicks: int | None
    bounces: int | None


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
        these = (board_sums.of_campaigns([business_key]), *board_sums.of_days(first, last))
        sums = {key: each for (key,), each in board_sums.by(session, (by,), *these).items()}
        suspect = board_sums.sums_of(session, by, SUSPECT, *these)
    rows = tuple(_view(sums.get(key, Totals()), suspect[key], **{by: key}) for key in sorted(suspect))
    return MetricsView(by, rows, _view(added(sums.values()), _added(suspect.values())))


def _added(groups: Iterable[Mapping[str, int | None]]) -> Mapping[str, int | None]:
    """Return the sums of sums, of each metric over those that know it."""
    rows = list(groups)
    known = {name: [value for row in rows if (value := row[name]) is not None] for name in SUSPECT}
    return {name: sum(found) if found else None for name, found in known.items()}


def _view(
    sums: Totals, suspect: Mapping[str, Any], day: date | None = None, channel: str | None = None
) -> MeasuredView:
    measured: dict[str, Any] = {name: getattr(sums, name) for name in (*COUNTS, *AMOUNTS)}
    ratios: dict[str, Any] = {name: rounded(getattr(sums, name)) for name in PARTS}
    left_out = sums.incomplete_days(PARTS)
    return MeasuredView(day=day, channel=channel, **measured, **suspect, **ratios, incomplete_days=left_out)


def rounded(value: Decimal | None) -> Decimal | None:
    """Return a ratio as it is told: to the ninth place."""
    return None if value is None else value.quantize(_PLACES).normalize()
