"""What boards show, as tables for the page, its chart, and what is exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from service.runtime.campaigns.board_sums import MeasuresView
from service.runtime.campaigns.execution_board import DayView, ExecutionBoardView
from service.runtime.campaigns.executive_board import ExecutiveBoardView
from service.runtime.campaigns.history import PastView
from service.runtime.campaigns.improvements import OPEN, OVERDUE, ImprovementView
from service.runtime.campaigns.returns import CampaignReturnView
from service.runtime.statistics.comparisons import ComparisonView, PaceView
from service.web import formatting, labels
from service.web.asking import application
from service.web.pace_tables import workday_columns, workdays
from service.web.tables import DAY, MONEY, NUMBER, RATIO, SHARE, Column, Table, links_to

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
            links=links_to((each.instance_id for each in board.campaigns), link),
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
            columns=(Column(_("Approvals")), *workday_columns()),
            rows=(
                (_("gross"), *workdays(board.pace.gross)),
                (_("net of the applicant's rework"), *workdays(board.pace.net)),
                (_("green channel"), *workdays(board.green.gross)),
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
            links=links_to((each.instance_id for each in board.at_risk), link),
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


def improvements(found: Iterable[ImprovementView], link: Callable[[str], str]) -> Table:
    """Return the improvements that were adopted; `link` leads to what follows one up."""
    views = tuple(found)
    return Table(
        "improvements",
        _("Adopted improvements"),
        (
            *(Column(_("Improvement")), Column(_("State")), Column(_("Owner")), Column(_("Due"), DAY)),
            *(Column(_("Target")), Column(_("Before: P50 / P80 workdays"))),
            *(Column(_("Since: P50 / P80 workdays")), Column(_("Campaign"))),
        ),
        tuple(
            (
                *(each.process_step, _improvement_state(each), each.owner, each.due, _target(each)),
                *(_side(each.compared, "before"), _side(each.compared, "since"), each.title),
            )
            for each in views
        ),
        links=links_to((each.instance_id for each in views), link),
        note=_("Measured is that step in all campaigns, n times; only of what is a step of the drawings."),
    )


def improvement_states() -> dict[str, str]:
    """Return the states of improvements, and how they read."""
    return {"open": _("under way"), "overdue": _("Overdue"), "done": _("Done")}


def _improvement_state(each: ImprovementView) -> str:
    named = improvement_states()[each.state]
    said = labels.told(each.result) if each.result else ""
    if each.state in (OPEN, OVERDUE):
        return f"{named} · {said}" if said else named
    return said or _("Cancelled")


def _target(each: ImprovementView) -> str:
    if each.target is None:
        return each.deliverable
    return f"{formatting.number(each.target)} {each.unit}"


def _side(compared: ComparisonView | None, side: str) -> str | None:
    if compared is None:
        return None
    pace: PaceView = getattr(compared, side)
    if pace.p50 is None or pace.p80 is None:
        return _("too little data (n = %(n)d)", n=pace.n)
    p50, p80 = (formatting.number(value, 1) for value in (pace.p50, pace.p80))
    return f"{p50} / {p80} (n = {pace.n})"


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
