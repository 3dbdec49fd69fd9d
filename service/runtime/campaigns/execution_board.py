"""The board of those who run campaigns: what each channel brings by day, against target, for what money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain import closeout
from service.domain.budget import lines_from
from service.domain.metrics import ChannelDay, Metric, Totals, added
from service.domain.plan import as_date
from service.errors import Forbidden, NotFound
from service.runtime.campaigns import board_sums, plans
from service.runtime.campaigns.board_sums import MeasuresView, measures
from service.runtime.identity import visibility
from service.runtime.identity.rights import may
from service.runtime.statistics.periods import Period, period
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import Case, ProcessInstance

RIGHT = "dashboard.execution"
DAYS = 30
_TARGETED = ("ctr", "cvr", "aov", "cpa", "roas")


@dataclass(frozen=True)
class DayView(View):
    """A day: what was measured, and what should have been; None where no target was set."""

    day: date
    measured: MeasuresView
    targets: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class ChannelBoardView(View):
    """A channel: all of its days together, and day by day."""

    channel: str
    measured: MeasuresView
    days: tuple[DayView, ...]


@dataclass(frozen=True)
class SpendView(View):
    """A category of the budget, or a channel outside of all: planned and spent, CNY; None while not known."""

    budget_item: str
    planned: Decimal
    spent: Decimal | None
    ratio: Decimal | None


@dataclass(frozen=True)
class CampaignChoiceView(View):
    """A campaign somebody may look at."""

    number: str
    title: str


@dataclass(frozen=True)
class ExecutionBoardView(View):
    """One campaign, or all (`campaign` None). `spend` is of the whole campaign, empty for all of them."""

    campaign: str | None
    title: str
    since: date
    until: date
    measured: MeasuresView
    days: tuple[DayView, ...]
    channels: tuple[ChannelBoardView, ...]
    spend: tuple[SpendView, ...]


def find(
    app: Application,
    actor: Actor,
    *,
    campaign: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> ExecutionBoardView:
    """Return the board of a campaign, without days of all that are measured; without one of all campaigns.

    Forbidden for who neither takes part in it nor may see all; NotFound where who may see all asks for none.
    """
    with app.db.read() as session:
        case = _case(session, actor, campaign)
        days = _days(app, session, case, first, last)
        conditions = [*board_sums.of_days(days.first, days.last)]
        conditions += [board_sums.of_campaigns([case.number])] if case else []
        sums = board_sums.by(session, ("channel", "day"), *conditions)
        sheet = _sheet(app, session, case) if case else {}
        spend = _spend(app, session, case) if case else ()
        metrics = app.live(session=session).model.organisation.metrics
    targets = _Targets(sheet, metrics)
    return ExecutionBoardView(
        campaign=case.number if case else None,
        title=case.title if case else "",
        since=days.first,
        until=days.last,
        measured=measures(added(sums.values())),
        days=tuple(targets.day(*each) for each in board_sums.regrouped(sums, itemgetter(1)).items()),
        channels=tuple(
            ChannelBoardView(
                channel,
                measures(whole),
                tuple(targets.day(day, part) for (name, day), part in sums.items() if name == channel),
            )
            for channel, whole in board_sums.regrouped(sums, itemgetter(0)).items()
        ),
        spend=spend,
    )


def choices(app: Application, actor: Actor, limit: int = 200) -> tuple[CampaignChoiceView, ...]:
    """Return the campaigns whose board the actor may see and that have figures, the newest first."""
    row = ProcessInstance
    query = (
        select(Case.number, Case.title)
        .join(row, row.id == Case.main_instance)
        .where(board_sums.has_figures(Case.number))
        .order_by(row.id.desc())
        .limit(limit)
    )
    if not may(actor, RIGHT):
        query = query.where(visibility.condition(actor))
    with app.db.read() as session:
        return tuple(CampaignChoiceView(*each) for each in session.execute(query))


def _case(session: Session, actor: Actor, number: str | None) -> Case | None:
    """Return the campaign asked for, None for all. Who may not see it does not learn whether there is one."""
    if not may(actor, RIGHT) and not (number and visibility.sees_key(session, actor, number)):
        raise Forbidden(action=RIGHT)
    if number is None:
        return None
    case = session.get(Case, number)
    if case is None:
        raise NotFound(business_key=number)
    return case


def _days(
    app: Application, session: Session, case: Case | None, first: date | None, last: date | None
) -> Period:
    if case is not None and first is None and last is None:
        known = board_sums.days_of(session, case.number)
        if known is not None:
            return Period(*known)
    return period(first, last, app.clock(), DAYS)


def _sheet(app: Application, session: Session, case: Case) -> Mapping[str, Any]:
    """Return what the KPI sheet says of targets: by the keys under which metrics have theirs."""
    metrics = app.live(session=session).model.organisation.metrics.values()
    keys = {metric.target for metric in metrics if metric.target}
    told = plans.texts(app, session, [case.number], {*keys, "daily_overrides", "kpis"} if keys else ())
    return told.get(case.number, {})


def _spend(app: Application, session: Session, case: Case) -> tuple[SpendView, ...]:
    text = plans.texts(app, session, [case.number], ("lines", plans.CHANNELS)).get(case.number, {})
    spent = board_sums.by(session, ("channel",), board_sums.of_campaigns([case.number]), metrics=("cost",))
    samples = [
        ChannelDay(case.opened_at.date(), channel, cost=each.cost) for (channel,), each in spent.items()
    ]
    rows = closeout.spend_rows(lines_from(text.get("lines")), text.get(plans.CHANNELS) or (), samples)
    return tuple(
        SpendView(row.budget_item, row.budget, row.actual, board_sums.rounded(row.ratio)) for row in rows
    )


class _Targets:
    """The targets of days, as the KPI sheet sets them: for a day by itself, for every day, or as a KPI."""

    def __init__(self, sheet: Mapping[str, Any], metrics: Mapping[str, Metric]) -> None:
        self._sheet = sheet
        self._special = {as_date(row.get("date")): row for row in sheet.get("daily_overrides") or ()}
        self._usual = {key: self._of(metrics[key]) for key in _TARGETED if key in metrics}

    def day(self, day: date, sums: Totals) -> DayView:
        """Return a day's sums beside its targets."""
        special = self._special.get(day, {})
        own = {key: special[key] for key in self._usual if special.get(key) is not None}
        return DayView(day, measures(sums), {**self._usual, **own})

    def _of(self, metric: Metric) -> Decimal | None:
        if metric.target:
            return self._sheet.get(metric.target)
        rows = (
            row for row in self._sheet.get("kpis") or () if row.get("metric") in (metric.key, *metric.names)
        )
        return next((row.get("target") for row in rows), None)
