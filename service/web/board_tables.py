"""What boards show, as tables: one shape for the page, its chart, and what is exported.

A chart is drawn from its table in the browser: whoever listens, prints or exports has the same numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from service.runtime.campaigns.board_sums import MeasuresView
from service.runtime.campaigns.execution_board import DayView, ExecutionBoardView
from service.runtime.campaigns.executive_board import CampaignReturnView, ExecutiveBoardView
from service.runtime.campaigns.history import PastView
from service.runtime.statistics.activities import ActivityStatisticsView
from service.runtime.statistics.cycle_times import CycleTimeView, WorkdaysView
from service.runtime.step.sheets import plain_cell
from service.web import formatting
from service.web.asking import application

TEXT, NUMBER, MONEY, SHARE, RATIO, DAYS, HOURS = "text", "number", "money", "share", "ratio", "days", "hours"
KINDS = {
    **dict.fromkeys(("impressions", "clicks", "orders"), NUMBER),
    **dict.fromkeys(("gmv", "revenue", "cost"), MONEY),
    "ctr": SHARE,
    "cvr": SHARE,
    "aov": MONEY,
    "cpa": MONEY,
    "roas": RATIO,
}
"""The measures of a board, in their order, and how each reads."""
_FORMATS: Mapping[str, Callable[[Any], str]] = {
    NUMBER: formatting.number,
    MONEY: formatting.yuan,
    SHARE: formatting.percent,
    RATIO: lambda value: formatting.number(value, 2),
    DAYS: formatting.number,
    HOURS: lambda value: formatting.number(value, 1),
}


@dataclass(frozen=True)
class Column:
    """A column: its kind says how values read. `series`: it is drawn, as a line that is a `target` or not."""

    name: str
    kind: str = TEXT
    series: bool = False
    is_target: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns. `chart` is line or bar, "" for none; `band` is shown behind it, `links` by row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    chart: str = ""
    band: tuple[int, int] | None = None
    note: str = ""
    links: tuple[str | None, ...] = ()

    def text(self, column: Column, value: Any) -> str:
        """Return a value as it reads; "—" for none: no data is not nothing."""
        if value is None or value == "":
            return "—"
        return _FORMATS[column.kind](value) if column.kind in _FORMATS else str(value)

    def csv(self) -> str:
        """Return it for spreadsheets: exact numbers, UTF-8 with its mark, no cell that is a formula."""
        text = io.StringIO()
        sheet = csv.writer(text)
        sheet.writerow([plain_cell(column.name) for column in self.columns])
        for row in self.rows:
            sheet.writerow([_cell(value) for value in row])
        return "\ufeff" + text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else plain_cell(str(value))


def measures() -> dict[str, str]:
    """Return what the owners call the measures of a board, in its order; one they do not name by its key."""
    named = application().live().model.organisation.metrics
    return {key: named[key].name if key in named else key for key in KINDS}


def _reasons() -> dict[str, str]:
    return {
        "overdue": _("tasks are overdue"),
        "incident": _("an automatic step has failed"),
        "over_budget": _("more is spent than planned"),
        "undecided": _("its first day has come without a decision"),
    }


def executive(board: ExecutiveBoardView, link: Callable[[str], str]) -> tuple[Table, ...]:
    """Return the tables of the executives' board; `link` leads to a case by its instance."""
    reasons = _reasons()
    money = (_column("gmv", series=True), _column("revenue"), _column("cost", series=True))
    return (
        Table(
            *("trend", _("GMV and cost by day")),
            columns=(Column(_("Day")), *money),
            rows=tuple((each.day, each.gmv, each.revenue, each.cost) for each in board.trend),
            chart="line",
        ),
        Table(
            *("campaigns", _("Campaigns that brought most")),
            columns=(
                *(Column(_("Campaign")), _column("gmv", series=True), _column("cost", series=True)),
                *(_column("roas"), Column(_("ROI"), SHARE), Column(_("ROI as planned"), SHARE)),
                Column(_("Days with incomplete data"), NUMBER),
            ),
            rows=tuple(
                (
                    *(each.title, each.gmv, each.cost, each.roas, each.roi, each.planned_roi),
                    _worst(each),
                )
                for each in board.campaigns
            ),
            chart="bar",
            links=_links((each.instance_id for each in board.campaigns), link),
        ),
        *(
            Table(
                *(key, title),
                columns=(
                    Column(name),
                    Column(_("Campaigns"), NUMBER),
                    Column(_("Budget"), MONEY, series=True),
                ),
                rows=tuple((each.label or _("not begun"), each.n, each.planned) for each in groups),
                chart="bar",
            )
            for key, title, name, groups in (
                ("tiers", _("Budgets under way by tier"), _("Tier"), board.by_tier),
                ("phases", _("Budgets under way by phase"), _("Phase"), board.by_phase),
            )
        ),
        Table(
            *("allowances", _("Allowances by quarter")),
            columns=(
                *(Column(_("Quarter")), Column(_("Granted"), MONEY, series=True)),
                *(Column(_("Committed"), MONEY, series=True), Column(_("Spent"), MONEY, series=True)),
                Column(_("Left"), MONEY),
            ),
            rows=tuple(
                (f"{each.period} {each.department}", each.granted, each.committed, each.spent, each.left)
                for each in board.allowances
            ),
            chart="bar",
        ),
        Table(
            *("pace", _("How long approvals take, in workdays")),
            columns=(Column(_("Approvals")), *_workday_columns()),
            rows=(
                (_("gross"), *_workdays(board.pace.gross)),
                (_("net of the applicant's rework"), *_workdays(board.pace.net)),
                (_("green channel"), *_workdays(board.green.gross)),
            ),
        ),
        Table(
            *("at_risk", _("Campaigns at risk")),
            columns=(
                *(Column(_("Campaign")), Column(_("Department")), Column(_("Phase"))),
                *(Column(_("Budget"), MONEY), Column(_("Why"))),
            ),
            rows=tuple(
                (
                    each.title,
                    each.department,
                    each.phase,
                    each.planned,
                    "；".join(reasons[why] for why in each.reasons),
                )
                for each in board.at_risk
            ),
            links=_links((each.instance_id for each in board.at_risk), link),
        ),
    )


def execution(board: ExecutionBoardView, metric: str) -> tuple[Table, ...]:
    """Return the tables of the board of execution, the first of them of one metric by day and channel."""
    kind = KINDS[metric]
    channels = [each.channel for each in board.channels]
    by_day: dict[date, dict[str, Any]] = {each.day: {} for each in board.days}
    for channel in board.channels:
        for each in channel.days:
            by_day[each.day][channel.channel] = getattr(each.measured, metric)
    names = measures()
    return (
        Table(
            *("days", _("%(metric)s by day and channel", metric=names[metric])),
            columns=(
                *(Column(_("Day")), *(Column(channel, kind, series=True) for channel in channels)),
                *(Column(_("All channels"), kind), Column(_("Target"), kind, series=True, is_target=True)),
            ),
            rows=tuple(_day(each, by_day[each.day], channels, metric) for each in board.days),
            chart="line",
        ),
        Table(
            *("channels", _("Channels over the whole time")),
            columns=(
                Column(_("Channel")),
                *(_column(key, series=key == "roas") for key in names),
                Column(_("Days with incomplete data"), NUMBER),
            ),
            rows=(
                *((each.channel, *_measured(each.measured, names)) for each in board.channels),
                *([(_("All channels"), *_measured(board.measured, names))] if channels else []),
            ),
            chart="bar",
        ),
        Table(
            *("spend", _("Spent against the plan")),
            columns=(
                *(Column(_("Budget item")), Column(_("Planned"), MONEY, series=True)),
                *(Column(_("Spent"), MONEY, series=True), Column(_("Spent of planned"), SHARE)),
            ),
            rows=tuple((each.budget_item, each.planned, each.spent, each.ratio) for each in board.spend),
            chart="bar",
            note=_("What no measured channel is paid from has no figure until the closeout."),
        ),
    )


def _day(each: DayView, known: Mapping[str, Any], channels: Sequence[str], metric: str) -> tuple[Any, ...]:
    own = (known.get(channel) for channel in channels)
    return (each.day, *own, getattr(each.measured, metric), each.targets.get(metric))


def pace(found: CycleTimeView, by: str, link: Callable[[str], str]) -> tuple[Table, ...]:
    """Return the tables of how long approvals take."""
    return (
        Table(
            *("groups", _("Workdays from submission to decision")),
            columns=(
                *(Column(by), Column(_("Decided"), NUMBER)),
                *(Column(_("Gross P50"), DAYS, series=True), Column(_("Gross P80"), DAYS, series=True)),
                *(
                    Column(_("Gross P95"), DAYS),
                    Column(_("Net P50"), DAYS, series=True),
                    Column(_("Net P80"), DAYS),
                ),
                *(Column(_("Over the target"), NUMBER), Column(_("Green channel"), NUMBER)),
                Column(_("Green P50"), DAYS),
            ),
            rows=tuple(
                (
                    *(
                        each.label or _("not told"),
                        each.gross.n,
                        each.gross.p50,
                        each.gross.p80,
                        each.gross.p95,
                    ),
                    *(
                        each.net.p50,
                        each.net.p80,
                        each.gross.over_target,
                        each.green.gross.n,
                        each.green.gross.p50,
                    ),
                )
                for each in found.groups
            ),
            chart="line" if found.by == "month" else "bar",
            band=found.target,
        ),
        Table(
            *("whole", _("All together, in workdays")),
            columns=(Column(_("Approvals")), *_workday_columns()),
            rows=(
                (_("gross"), *_workdays(found.gross)),
                (_("net of the applicant's rework"), *_workdays(found.net)),
                (_("green channel, gross"), *_workdays(found.green.gross)),
                (_("green channel, net"), *_workdays(found.green.net)),
            ),
        ),
        Table(
            *("over", _("Over the target, and why")),
            columns=(
                *(
                    Column(_("Campaign")),
                    Column(_("Department")),
                    Column(_("Gross"), DAYS),
                    Column(_("Net"), DAYS),
                ),
                *(Column(_("Rework"), DAYS), Column(_("What took longest, in workdays"))),
            ),
            rows=tuple(
                (
                    *(each.title, each.department, each.gross, each.net, each.rework),
                    "；".join(f"{why.name} {why.workdays}" for why in each.because),
                )
                for each in found.over
            ),
            links=_links((each.instance_id for each in found.over), link),
        ),
    )


def activities(found: Iterable[ActivityStatisticsView]) -> tuple[Table, ...]:
    """Return the tables of how long activities take, what waits in them and what they send back."""
    views = sorted(found, key=lambda each: (each.lane or "", each.definition, each.activity_id))
    return (
        Table(
            *("activities", _("Activities, in hours on workdays")),
            columns=(
                *(Column(_("Activity")), Column(_("Whose")), Column(_("Answered"), NUMBER)),
                *(Column(_("Total P50"), HOURS, series=True), Column(_("Total P80"), HOURS)),
                *(Column(_("Total P95"), HOURS, series=True), Column(_("Waiting P50"), HOURS)),
                *(Column(_("Waiting P95"), HOURS), Column(_("Working P50"), HOURS)),
                *(Column(_("Working P95"), HOURS), Column(_("Answered late"), NUMBER)),
            ),
            rows=tuple(
                (
                    *(each.name, each.lane, each.n, each.total.p50, each.total.p80, each.total.p95),
                    *(each.waiting.p50, each.waiting.p95, each.working.p50, each.working.p95, each.overdue),
                )
                for each in views
                if each.n
            ),
            chart="bar",
            note=_(
                "A task waits until it is taken, or answered at once; working hours are known of taken ones."
            ),
        ),
        Table(
            *("waiting", _("What waits now")),
            columns=(
                *(Column(_("Activity")), Column(_("Whose")), Column(_("Waiting now"), NUMBER, series=True)),
                Column(_("Overdue"), NUMBER, series=True),
            ),
            rows=tuple((each.name, each.lane, each.open, each.open_overdue) for each in views if each.open),
            chart="bar",
        ),
        Table(
            *("returned", _("What was sent back, and why")),
            columns=(
                *(Column(_("Activity")), Column(_("Whose")), Column(_("Answered"), NUMBER)),
                *(Column(_("Not simply agreed"), NUMBER), Column(_("Conclusions"))),
            ),
            rows=tuple(
                (
                    *(each.name, each.lane, each.n, each.returned),
                    "；".join(f"{said} {count}" for said, count in each.conclusions.items()),
                )
                for each in views
                if each.returned
            ),
        ),
    )


def history(found: PastView) -> tuple[Table, ...]:
    """Return what archived campaigns paid, by budget line, and a table of each ratio by channel."""
    paid = Table(
        "prices",
        _("Unit prices of archived campaigns"),
        (
            Column(_("Category")),
            Column(_("Specification")),
            Column(_("Campaigns"), NUMBER),
            *(Column(name, MONEY) for name in (_("Median"), _("Lowest"), _("Highest"))),
        ),
        tuple((e.category, e.spec, e.n, e.median, e.least, e.most) for e in found.prices),
    )
    names = measures()
    metrics = [metric for metric in names if any(each.metric == metric for each in found.ratios)]
    return (paid, *(_past_ratio(found, metric, names[metric]) for metric in metrics))


def _past_ratio(found: PastView, metric: str, name: str) -> Table:
    kind = KINDS[metric]
    return Table(
        metric,
        name,
        (
            Column(_("Channel")),
            Column(_("Campaigns"), NUMBER),
            *(Column(name, kind) for name in (_("Median"), _("Lowest"), _("Highest"))),
        ),
        tuple(
            (each.channel, each.n, each.median, each.least, each.most)
            for each in found.ratios
            if each.metric == metric
        ),
    )


def _measured(found: MeasuresView, names: Iterable[str]) -> tuple[Any, ...]:
    """Return what was measured, and the days of which the worst of its ratios is not whole."""
    return (*(getattr(found, key) for key in names), _worst(found))


def _worst(found: MeasuresView | CampaignReturnView) -> int | None:
    incomplete = (count for name, count in found.incomplete_days.items() if getattr(found, name) is not None)
    return max(incomplete, default=None)


def _column(key: str, *, series: bool = False) -> Column:
    return Column(measures()[key], KINDS[key], series)


def _workday_columns() -> tuple[Column, ...]:
    return (
        *(Column(_("Cases"), NUMBER), Column(_("Mean"), DAYS), Column("P50", DAYS), Column("P80", DAYS)),
        *(Column("P95", DAYS), Column(_("Over the target"), NUMBER)),
    )


def _workdays(found: WorkdaysView) -> tuple[Any, ...]:
    return (found.n, found.mean, found.p50, found.p80, found.p95, found.over_target)


def _links(instances: Iterable[str | None], link: Callable[[str], str]) -> tuple[str | None, ...]:
    return tuple(link(each) if each else None for each in instances)
