"""What archived campaigns paid and brought: a measure for budget lines and targets of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.budget import lines_from
from service.domain.metrics import PARTS
from service.domain.money import money
from service.runtime.campaigns import board_sums, plans
from service.runtime.identity import visibility
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import ArchivedCampaign, ProcessInstance

MOST = 500
"""So many of the latest campaigns are looked at."""


@dataclass(frozen=True)
class PriceView(View):
    """Unit prices of a budget line as it was called, CNY: of `n` campaigns the median, the least and most."""

    category: str
    spec: str
    n: int
    median: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class PastRatioView(View):
    """A ratio of a channel over whole campaigns, `n` of them; AOV and CPA in CNY, the others as shares."""

    channel: str
    metric: str
    n: int
    median: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class PastView(View):
    """What `campaigns` archived campaigns that the asker may see paid and brought."""

    campaigns: int
    brand_lines: tuple[str, ...]
    types: tuple[str, ...]
    prices: tuple[PriceView, ...]
    ratios: tuple[PastRatioView, ...]


def find(
    app: Application, actor: Actor, *, brand_line: str | None = None, campaign_type: str | None = None
) -> PastView:
    """Return what archived campaigns paid and brought, all that the actor sees or those of one kind."""
    with app.db.read() as session:
        seen = _seen(session, actor)
        wanted = [
            number
            for number, brand, kind in seen
            if brand_line in (None, brand) and campaign_type in (None, kind)
        ]
        reserve = app.live(session=session).model.organisation.reserve
        texts = plans.texts(app, session, wanted, ("lines",))
        sums = board_sums.by(session, ("channel", "number"), board_sums.of_campaigns(wanted))
    return PastView(
        len(wanted),
        tuple(sorted({brand for _, brand, _ in seen if brand})),
        tuple(sorted({kind for _, _, kind in seen if kind})),
        tuple(_prices(texts, reserve)),
        tuple(_ratios(sums)),
    )


def _seen(session: Session, actor: Actor) -> list[tuple[str, str | None, str | None]]:
    row = ArchivedCampaign
    query = (
        select(row.business_key, row.brand_line, row.campaign_type)
        .join(ProcessInstance, ProcessInstance.id == row.instance_id)
        .where(row.closed_at.is_not(None), visibility.condition(actor))
        .order_by(row.id.desc())
        .limit(MOST)
    )
    return [(number, brand, kind) for number, brand, kind in session.execute(query)]


def _prices(texts: Mapping[str, Mapping[str, Any]], reserve: str) -> Iterable[PriceView]:
    found: dict[tuple[str, str], list[tuple[str, Decimal]]] = {}
    for number, text in texts.items():
        for line in lines_from(text.get("lines")):
            if line.category != reserve and line.unit_price:
                found.setdefault((line.category, line.spec), []).append((number, line.unit_price))
    for place in sorted(found):
        prices = [price for _, price in found[place]]
        campaigns = len({number for number, _ in found[place]})
        yield PriceView(*place, campaigns, money(median(prices)), min(prices), max(prices))


def _ratios(sums: Mapping[tuple[Any, ...], Any]) -> Iterable[PastRatioView]:
    found: dict[tuple[str, str], list[Decimal]] = {}
    for (channel, _), each in sums.items():
        for metric in PARTS:
            value = getattr(each, metric)
            if value is not None:
                found.setdefault((channel, metric), []).append(value)
    for place, values in found.items():
        told = (board_sums.rounded(each) or Decimal(0) for each in (median(values), min(values), max(values)))
        yield PastRatioView(*place, len(values), *told)
