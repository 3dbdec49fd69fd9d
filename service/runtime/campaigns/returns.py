"""What campaigns brought for what they cost: all together, and those that brought most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.metrics import Totals, added
from service.domain.money import ZERO, decimal, ratio
from service.runtime.campaigns import board_sums, plans
from service.runtime.campaigns.board_sums import rounded
from service.runtime.identity import visibility
from service.runtime.statistics.periods import Period
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import Case

MOST = 20


MEASURED = ("gmv", "revenue", "cost")


@dataclass(frozen=True)
class ReturnView(View):
    """What campaigns brought for their cost. ROI is (GMV × margin − cost) / cost, of those `n` whose plan
    states a margin and that have cost; None without any. `incomplete_days`: of how many days `roas` and `roi`
    leave out a channel, because one of their two figures is missing; what is whole is not in it.
    """

    gmv: Decimal | None
    cost: Decimal | None
    roas: Decimal | None
    roi: Decimal | None
    n: int
    incomplete_days: Mapping[str, int]


@dataclass(frozen=True)
class CampaignReturnView(View):
    """One campaign of those that brought most. `planned_roi` is what its plan expects.

    `incomplete_days`: as in `ReturnView`.
    """

    number: str
    title: str
    instance_id: str | None
    gmv: Decimal | None
    cost: Decimal | None
    roas: Decimal | None
    roi: Decimal | None
    planned_roi: Decimal | None
    incomplete_days: Mapping[str, int]


def of_days(
    app: Application, session: Session, actor: Actor, days: Period
) -> tuple[ReturnView, tuple[CampaignReturnView, ...]]:
    """Return what all campaigns brought in this time, and each of those that brought most."""
    conditions = board_sums.of_days(days.first, days.last)
    found = board_sums.by(session, ("number",), *conditions, metrics=MEASURED)
    sums = {number: each for (number,), each in found.items()}
    texts = plans.texts(app, session, list(sums), ("gross_margin", "roi"))
    margins = {
        number: decimal(text["gross_margin"])
        for number, text in texts.items()
        if text.get("gross_margin") is not None and sums[number].pair("roi").under
    }
    reckoned = added(sums[each] for each in margins)
    profit = sum((margins[each] * decimal(sums[each].pair("roi").over) for each in margins), ZERO)
    cost = decimal(reckoned.pair("roi").under)
    whole = added(sums.values())
    left_out = {**whole.incomplete_days(("roas",)), **reckoned.incomplete_days(("roi",))}
    roi = rounded(ratio(profit - cost, cost))
    total = ReturnView(whole.gmv, whole.cost, rounded(whole.roas), roi, len(margins), left_out)
    most = sorted(sums, key=lambda each: (-(sums[each].gmv or ZERO), each))[:MOST]
    titles = {row.number: row for row in session.scalars(select(Case).where(Case.number.in_(most)))}
    seen = visibility.seen_of(session, actor, [row.main_instance for row in titles.values()])
    return total, tuple(
        _return(titles[each], sums[each], margins.get(each), texts.get(each, {}), seen) for each in most
    )


def _return(
    case: Case, sums: Totals, margin: Decimal | None, text: Mapping[str, Any], seen: frozenset[str]
) -> CampaignReturnView:
    roi = None
    if margin is not None:
        gmv, cost = (decimal(each) for each in (sums.pair("roi").over, sums.pair("roi").under))
        roi = rounded(ratio(margin * gmv - cost, cost))
    planned = text.get("roi")
    return CampaignReturnView(
        number=case.number,
        title=case.title,
        instance_id=case.main_instance if case.main_instance in seen else None,
        gmv=sums.gmv,
        cost=sums.cost,
        roas=rounded(sums.roas),
        roi=roi,
        planned_roi=None if planned is None else rounded(decimal(planned)),
        incomplete_days=sums.incomplete_days(("roas", "roi")),
    )
