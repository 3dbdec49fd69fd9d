"""Campaigns under way that something speaks against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from service.domain.money import decimal
from service.domain.plan import START, as_date
from service.domain.workdays import local_day
from service.engine.case.pace import Pace
from service.runtime.campaigns import board_sums
from service.runtime.campaigns.under_way import UnderWay, chunks
from service.runtime.identity import visibility
from service.runtime.step.context import Actor
from service.runtime.step.views import View

MOST = 20


@dataclass(frozen=True)
class RiskView(View):
    """A campaign under way with what speaks against it: `overdue`, `incident`, `over_budget`, `undecided`.

    `undecided`: its first day has come, and it is not approved. `instance_id` only for who sees the case.
    """

    number: str
    title: str
    instance_id: str | None
    department: str | None
    phase: str
    planned: Decimal
    reasons: tuple[str, ...]
    overdue: int
    incidents: int


def find(
    session: Session, actor: Actor, under_way: Sequence[UnderWay], pace: Pace | None, now: datetime
) -> tuple[RiskView, ...]:
    """Return the campaigns that something speaks against, those with most of it first."""
    spent: dict[str, Decimal] = {}
    for chunk in chunks(under_way):
        numbers = board_sums.of_campaigns([each.number for each in chunk])
        costs = board_sums.by(session, ("number",), numbers, metrics=("cost",))
        spent |= {number: decimal(each.cost) for (number,), each in costs.items()}
    today = local_day(now)
    told = [(each, tuple(_reasons(each, spent.get(each.number), pace, today))) for each in under_way]
    worst = sorted(((each, why) for each, why in told if why), key=lambda one: (-len(one[1]), one[0].number))
    shown = worst[:MOST]
    seen = visibility.seen_of(session, actor, [each.instance_id for each, _ in shown])
    return tuple(
        RiskView(
            number=each.number,
            title=each.title,
            instance_id=each.instance_id if each.instance_id in seen else None,
            department=each.department,
            phase=each.phase[1],
            planned=each.planned,
            reasons=why,
            overdue=each.overdue,
            incidents=each.incidents,
        )
        for each, why in shown
    )


def _reasons(campaign: UnderWay, spent: Decimal | None, pace: Pace | None, today: date) -> Iterator[str]:
    if campaign.incidents:
        yield "incident"
    if campaign.overdue:
        yield "overdue"
    if spent is not None and campaign.planned and spent > campaign.planned:
        yield "over_budget"
    start = as_date(campaign.facts.get(START))
    is_decided = pace is None or campaign.facts.get(pace.decided) is not None
    if start is not None and start <= today and not is_decided:
        yield "undecided"
