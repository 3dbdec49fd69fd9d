"""The board of executives: what campaigns bring and cost, how fast they are decided, which are at risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.budget import quarter
from service.runtime.campaigns import at_risk, board_sums, returns, under_way
from service.runtime.campaigns.at_risk import RiskView
from service.runtime.campaigns.returns import CampaignReturnView, ReturnView
from service.runtime.campaigns.under_way import MoneyView
from service.runtime.identity.rights import require
from service.runtime.statistics.cycle_times import PaceView, pace_of
from service.runtime.statistics.decided import decided
from service.runtime.statistics.periods import Period, period
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import DepartmentAllowance

RIGHT = "dashboard.executive"


DAYS = 365


@dataclass(frozen=True)
class TrendView(View):
    """A day on which anything was measured, all campaigns together, CNY."""

    day: date
    gmv: Decimal | None
    revenue: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True)
class BoardAllowanceView(View):
    """A department's allowance for a quarter of the period."""

    period: str
    department: str
    granted: Decimal
    committed: Decimal
    spent: Decimal
    left: Decimal


@dataclass(frozen=True)
class ExecutiveBoardView(View):
    """All campaigns between two days. `pace`: those decided in that time, `green` the urgent ones, apart."""

    since: date
    until: date
    trend: tuple[TrendView, ...]
    total: ReturnView
    campaigns: tuple[CampaignReturnView, ...]
    by_tier: tuple[MoneyView, ...]
    by_phase: tuple[MoneyView, ...]
    allowances: tuple[BoardAllowanceView, ...]
    target: tuple[int, int] | None
    pace: PaceView
    green: PaceView
    at_risk: tuple[RiskView, ...]


def find(
    app: Application, actor: Actor, *, first: date | None = None, last: date | None = None
) -> ExecutiveBoardView:
    """Return the board for these days, a year without any. Forbidden without the right."""
    require(actor, RIGHT)
    now = app.clock()
    days = period(first, last, now, DAYS)
    with app.db.read() as session:
        model = app.live(session=session).model
        trend = board_sums.by(
            session, ("day",), *board_sums.of_days(days.first, days.last), metrics=returns.MEASURED
        )
        total, campaigns = returns.of_days(app, session, actor, days)
        running = under_way.find(session, model, now)
        found = decided(app, session, model.case, days, model.case.main)
        allowances = _allowances(session, days)
        risks = at_risk.find(session, actor, running, model.case.pace, now)
    pace = model.case.pace
    usual, green = pace_of(found, pace.most if pace else 0)
    return ExecutiveBoardView(
        since=days.first,
        until=days.last,
        trend=tuple(TrendView(day, each.gmv, each.revenue, each.cost) for (day,), each in trend.items()),
        total=total,
        campaigns=campaigns,
        by_tier=under_way.by_tier(model.case, running),
        by_phase=under_way.by_phase(model, running),
        allowances=allowances,
        target=(pace.least, pace.most) if pace else None,
        pace=usual,
        green=green,
        at_risk=risks,
    )


def _allowances(session: Session, days: Period) -> tuple[BoardAllowanceView, ...]:
    row = DepartmentAllowance
    query = (
        select(row)
        .where(row.period >= quarter(days.first), row.period <= quarter(days.last))
        .order_by(row.period, row.department)
    )
    return tuple(
        BoardAllowanceView(
            *(each.period, each.department, each.granted, each.committed, each.spent),
            left=each.granted - each.committed - each.spent,
        )
        for each in session.scalars(query)
    )
