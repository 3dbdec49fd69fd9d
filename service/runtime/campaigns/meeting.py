"""The morning meeting of a campaign: a day against its targets, what was done last time, the money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.budget import lines_from
from service.domain.closeout import SpendRow, spend_rows
from service.domain.metrics import RATIOS, ChannelDay, Metric, Totals, added
from service.domain.money import decimal, deviation, ratio
from service.domain.plan import as_date
from service.domain.targets import daily, targets_of
from service.domain.workdays import local_day
from service.runtime.campaigns import adjustments, board_sums
from service.runtime.campaigns.adjustments import DoneView
from service.runtime.campaigns.campaign_metrics import rounded
from service.runtime.campaigns.measurements import main_instance
from service.runtime.campaigns.meeting_case import MeetingCase
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import TASKS, ProcessInstance


@dataclass(frozen=True)
class ReadingView(View):
    """One metric of a day: what came of it, what was wanted, how far off that is, and what the table says.

    `is_off`: the table says anything but that all is well. `is_incomplete`: what came of it leaves out a
    channel that has only one of the two figures of the ratio.
    """

    metric: str
    actual: Decimal | None
    target: Decimal | None
    deviation: Decimal | None
    level: str
    is_off: bool
    is_incomplete: bool


@dataclass(frozen=True)
class RowView(View):
    """A channel on the day (None: all of them), with its readings in the order of the metrics."""

    channel: str | None
    cost: Decimal | None
    readings: tuple[ReadingView, ...]


@dataclass(frozen=True)
class OpenView(View):
    """A task of a campaign day that somebody still owes."""

    task_id: str
    instance_id: str
    name: str
    day: date | None
    due_at: datetime | None
    is_adjustment: bool


@dataclass(frozen=True)
class MoneyView(View):
    """A budget item: what is planned, what its channels have cost so far, and that as a share."""

    item: str
    budget: Decimal
    spent: Decimal | None
    share: Decimal | None


@dataclass(frozen=True)
class MeetingView(View):
    """The meeting about a day. `elapsed` is the share of the campaign's days that are over by then.

    `has_earlier` and `has_later`: it has days before and after this one.
    `metrics` are those with a daily target, by key; `done` has for each of them the last adjustment.
    """

    day: date
    has_earlier: bool
    has_later: bool
    first: date | None
    last: date | None
    elapsed: Decimal | None
    metrics: tuple[str, ...]
    rows: tuple[RowView, ...]
    total: RowView
    open: tuple[OpenView, ...]
    done: tuple[DoneView, ...]
    money: tuple[MoneyView, ...]


def meeting(app: Application, actor: Actor, business_key: str, day: date | None = None) -> MeetingView:
    """Return what the meeting about a day looks at, by default yesterday. NotFound for who sees no case.

    A day that is named is one of the campaign or of its figures; the nearest of them where it is none.
    """
    leading = main_instance(app, actor, business_key)
    with app.db.read() as session:
        row = require_visible(app, session, actor, leading)
        case = MeetingCase.of(app, session, row, actor)
        measured = board_sums.days_of(session, business_key) or ()
        known = sorted({*measured, *filter(None, (case.first, case.last))})
        wanted = day or local_day(app.clock()) - timedelta(days=1)
        if day and known:
            wanted = min(max(day, known[0]), known[-1])
        of_day = _sums(session, business_key, "channel", wanted, wanted)
        so_far = _sums(session, business_key, "channel", None, wanted, metrics=("cost",))
        opened = tuple(_open(session, case))
        metrics, targets = daily(case.metrics), targets_of(wanted, case.sheet, case.metrics)
        adjusted = list(adjustments.last_of_each(case.adjustments, metrics))
        since = min((local_day(said.at) for _, said, _ in adjusted), default=None)
        by_day = _sums(session, business_key, "day", since, None) if since is not None else {}
    return MeetingView(
        day=wanted,
        has_earlier=not known or wanted > known[0],
        has_later=not known or wanted < known[-1],
        first=case.first,
        last=case.last,
        elapsed=_elapsed(case, wanted),
        metrics=tuple(each.key for each in metrics),
        rows=tuple(
            _row(app, case, name, of_day.get(name, Totals()), metrics, targets)
            for name in case.channels_with(of_day)
        ),
        total=_row(app, case, None, added(of_day.values()), metrics, targets),
        open=opened,
        done=tuple(adjustments.judged(*each, by_day) for each in adjusted),
        money=tuple(map(_money, _spend(case, so_far))),
    )


def _row(
    app: Application,
    case: MeetingCase,
    channel: str | None,
    sums: Totals,
    metrics: Sequence[Metric],
    targets: Mapping[str, Any],
) -> RowView:
    readings = []
    for metric in metrics:
        actual, target = getattr(sums, metric.key), targets.get(metric.key)
        off = deviation(actual, target)
        level = case.level(app, actual, target, off)
        wanted = None if target is None else decimal(target)
        is_off = level not in ("", case.model.figures.meeting.normal)
        is_incomplete = metric.key in RATIOS and bool(sums.pair(metric.key).left_out)
        told = (rounded(actual), wanted, rounded(off), level, is_off, is_incomplete)
        readings.append(ReadingView(metric.key, *told))
    return RowView(channel, sums.cost, tuple(readings))


def _sums(
    session: Session,
    number: str,
    key: str,
    first: date | None,
    last: date | None,
    metrics: Iterable[str] = board_sums.MEASURED,
) -> dict[Any, Totals]:
    """Return what was measured of a campaign by day or channel, of these days."""
    these = (board_sums.of_campaigns([number]), *board_sums.of_days(first, last))
    return {value: each for (value,), each in board_sums.by(session, (key,), *these, metrics=metrics).items()}


def _elapsed(case: MeetingCase, day: date) -> Decimal | None:
    if case.first is None or case.last is None or case.last < case.first:
        return None
    over = min(max((day - case.first).days + 1, 0), (case.last - case.first).days + 1)
    return ratio(over, (case.last - case.first).days + 1)


def _open(session: Session, case: MeetingCase) -> Iterable[OpenView]:
    """Yield the open tasks of the processes that ask for an adjustment: those of campaign days."""
    form = case.model.figures.meeting.adjustment
    days = [
        each.key
        for each in case.model.processes.values()
        if any(one.form == form for one in each.elements.values())
    ]
    query = (
        select(TASKS, ProcessInstance.variables)
        .join(ProcessInstance, ProcessInstance.id == TASKS.c.instance_id)
        .where(
            TASKS.c.state == "open",
            ProcessInstance.business_key == case.number,
            ProcessInstance.definition.in_(days),
        )
        .order_by(TASKS.c.id)
    )
    for found in session.execute(query):
        yield OpenView(
            found.id,
            found.instance_id,
            found.name,
            as_date((found.variables or {}).get("day")),
            found.due_at,
            found.form == form,
        )


def _spend(case: MeetingCase, so_far: Mapping[str, Totals]) -> Sequence[SpendRow]:
    day = date.min
    costs = [ChannelDay(day, name, cost=sums.cost) for name, sums in so_far.items() if sums.cost is not None]
    return spend_rows(lines_from(case.text.get("lines")), case.text.get("channels") or (), costs)


def _money(row: SpendRow) -> MoneyView:
    return MoneyView(row.budget_item, row.budget, row.actual, rounded(row.ratio))
