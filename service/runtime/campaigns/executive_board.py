"""The board of executives: what campaigns bring and cost, how fast they are decided, which are at risk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.budget import quarter
from service.domain.metrics import Totals, added
from service.domain.money import ZERO, decimal, money, ratio
from service.domain.plan import START, as_date
from service.domain.workdays import local_day
from service.engine.case.pace import Pace
from service.engine.case.schema import CaseSchema
from service.engine.definition import Model
from service.runtime.campaigns import board_sums, plans
from service.runtime.campaigns.board_sums import rounded
from service.runtime.identity import visibility
from service.runtime.identity.rights import require
from service.runtime.statistics.cycle_times import PaceView, pace_of
from service.runtime.statistics.decided import decided
from service.runtime.statistics.periods import Period, period
from service.runtime.step.context import Actor, Application
from service.runtime.step.transaction import RUNNING
from service.runtime.step.views import View
from service.store import cases
from service.store.models import TASKS, ActivityHistory, Case, DepartmentAllowance, ProcessInstance

RIGHT = "dashboard.executive"
DAYS = 365
MOST = 20
_CHUNK = 500
_MEASURED = ("gmv", "revenue", "cost")


@dataclass(frozen=True)
class TrendView(View):
    """A day on which anything was measured, all campaigns together, CNY."""

    day: date
    gmv: Decimal | None
    revenue: Decimal | None
    cost: Decimal | None


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


@dataclass(frozen=True)
class MoneyView(View):
    """The budgets of the campaigns under way: of one tier, or in one phase."""

    key: str
    label: str
    n: int
    planned: Decimal


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


@dataclass(frozen=True)
class _Open:
    """A campaign under way, as the board needs it."""

    number: str
    title: str
    department: str | None
    instance_id: str
    incidents: int
    facts: Mapping[str, Any]
    phase: tuple[str, str]
    overdue: int

    @property
    def planned(self) -> Decimal:
        return money(decimal(self.facts.get("plan_total")))


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
            session, ("day",), *board_sums.of_days(days.first, days.last), metrics=_MEASURED
        )
        total, campaigns = _returns(app, session, actor, days)
        under_way = _under_way(session, model, now)
        found = decided(app, session, model.case, days, model.case.main)
        allowances = _allowances(session, days)
        at_risk = _at_risk(session, actor, under_way, model.case.pace, now)
    pace = model.case.pace
    usual, green = pace_of(found, pace.most if pace else 0)
    return ExecutiveBoardView(
        since=days.first,
        until=days.last,
        trend=tuple(TrendView(day, each.gmv, each.revenue, each.cost) for (day,), each in trend.items()),
        total=total,
        campaigns=campaigns,
        by_tier=_by_tier(model.case, under_way),
        by_phase=_by_phase(model, under_way),
        allowances=allowances,
        target=(pace.least, pace.most) if pace else None,
        pace=usual,
        green=green,
        at_risk=at_risk,
    )


# ---- what came of it ---------------------------------------------------------------------------------


def _returns(
    app: Application, session: Session, actor: Actor, days: Period
) -> tuple[ReturnView, tuple[CampaignReturnView, ...]]:
    conditions = board_sums.of_days(days.first, days.last)
    found = board_sums.by(session, ("number",), *conditions, metrics=_MEASURED)
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
    seen = _seen(session, actor, [row.main_instance for row in titles.values()])
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


# ---- what is under way -------------------------------------------------------------------------------


def _under_way(session: Session, model: Model, now: datetime) -> list[_Open]:
    """Return the campaigns whose main instance runs, the oldest first: as many as run, whatever has ended."""
    row, task = ProcessInstance, TASKS.c
    query = (
        select(Case.number, Case.title, Case.department, row.id, row.open_incidents)
        .join(Case, Case.main_instance == row.id)
        .where(row.state.in_(RUNNING), row.definition == model.case.main)
        .order_by(row.id)
    )
    found: list[Any] = list(session.execute(query))
    late = (
        select(row.business_key, func.count())
        .join_from(TASKS, row, row.id == task.instance_id)
        .where(task.state == "open", task.due_order < now)
        .group_by(row.business_key)
    )
    overdue: dict[str, int] = {number: count for number, count in session.execute(late)}
    facts: dict[str, dict[str, Any]] = {}
    phases: dict[str, tuple[str, str]] = {}
    for chunk in _chunks(found):
        facts |= cases.in_force_of(session, [number for number, *_ in chunk])
        phases |= _phases(session, model, [instance for *_, instance, _ in chunk])
    return [
        _Open(
            *(number, title, department, instance, incidents),
            facts=facts.get(number, {}),
            phase=phases.get(instance, ("", "")),
            overdue=overdue.get(number, 0),
        )
        for number, title, department, instance, incidents in found
    ]


def _phases(session: Session, model: Model, instances: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the phase each instance entered last: the called process of its own drawing, by id and name."""
    line = ActivityHistory
    query = (
        select(line.instance_id, line.activity_id, line.name)
        .where(line.instance_id.in_(instances), line.definition == model.case.main)
        .where(line.kind == "callActivity", line.event == "entered")
        .order_by(line.seq)
    )
    return {instance: (activity, name) for instance, activity, name in session.execute(query)}


def _by_tier(schema: CaseSchema, under_way: Sequence[_Open]) -> tuple[MoneyView, ...]:
    """Return the money by tier, in the order in which the owners declare them."""
    fact = schema.facts.get(schema.pace.tier) if schema.pace else None
    if fact is None:
        return ()
    keyed = [(str(each.facts.get(fact.name, fact.initial) or ""), each) for each in under_way]
    return _sums(keyed, fact.values)


def _by_phase(model: Model, under_way: Sequence[_Open]) -> tuple[MoneyView, ...]:
    """Return the money by phase, in the order in which they are drawn."""
    main = model.processes.get(model.case.main or "")
    drawn = main.elements if main is not None else {}
    entered = dict(each.phase for each in under_way)
    labels = {key: each.title for key, each in drawn.items() if key in entered}
    return _sums([(each.phase[0], each) for each in under_way], {**labels, **entered})


def _sums(keyed: Iterable[tuple[str, _Open]], labels: Mapping[str, str]) -> tuple[MoneyView, ...]:
    groups: dict[str, list[_Open]] = {}
    for key, each in keyed:
        groups.setdefault(key, []).append(each)
    order = {key: place for place, key in enumerate(labels)}
    return tuple(
        MoneyView(key, labels.get(key, key), len(part), sum((each.planned for each in part), ZERO))
        for key, part in sorted(groups.items(), key=lambda one: order.get(one[0], len(order)))
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


# ---- what may go wrong -------------------------------------------------------------------------------


def _at_risk(
    session: Session, actor: Actor, under_way: Sequence[_Open], pace: Pace | None, now: datetime
) -> tuple[RiskView, ...]:
    """Return the campaigns that something speaks against, those with most of it first."""
    spent: dict[str, Decimal] = {}
    for chunk in _chunks(under_way):
        numbers = board_sums.of_campaigns([each.number for each in chunk])
        costs = board_sums.by(session, ("number",), numbers, metrics=("cost",))
        spent |= {number: decimal(each.cost) for (number,), each in costs.items()}
    today = local_day(now)
    told = [(each, tuple(_reasons(each, spent.get(each.number), pace, today))) for each in under_way]
    worst = sorted(((each, why) for each, why in told if why), key=lambda one: (-len(one[1]), one[0].number))
    shown = worst[:MOST]
    seen = _seen(session, actor, [each.instance_id for each, _ in shown])
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


def _reasons(campaign: _Open, spent: Decimal | None, pace: Pace | None, today: date) -> Iterator[str]:
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


def _seen(session: Session, actor: Actor, instances: Sequence[str]) -> frozenset[str]:
    query = select(ProcessInstance.id).where(ProcessInstance.id.in_(instances), visibility.condition(actor))
    return frozenset(session.scalars(query))


def _chunks(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(found), _CHUNK):
        yield found[start : start + _CHUNK]
