"""How long approvals and their activities take, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _

from service.runtime.statistics.activities import ActivityStatisticsView
from service.runtime.statistics.cycle_times import CycleTimeView, WorkdaysView
from service.web.tables import DAYS, HOURS, NUMBER, Column, Table, links_to


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
            columns=(Column(_("Approvals")), *workday_columns()),
            rows=(
                (_("gross"), *workdays(found.gross)),
                (_("net of the applicant's rework"), *workdays(found.net)),
                (_("green channel, gross"), *workdays(found.green.gross)),
                (_("green channel, net"), *workdays(found.green.net)),
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
            links=links_to((each.instance_id for each in found.over), link),
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


def workday_columns() -> tuple[Column, ...]:
    """Return the columns of how many workdays something took."""
    return (
        *(Column(_("Cases"), NUMBER), Column(_("Mean"), DAYS), Column("P50", DAYS), Column("P80", DAYS)),
        *(Column("P95", DAYS), Column(_("Over the target"), NUMBER)),
    )


def workdays(found: WorkdaysView) -> tuple[Any, ...]:
    """Return their cells."""
    return (found.n, found.mean, found.p50, found.p80, found.p95, found.over_target)
