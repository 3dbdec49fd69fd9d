"""The company's calendar by year: the official days, and its own free and worked days on top."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.domain.workdays import official_calendar
from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.company import declaring
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.wording import Text

YEARS = range(2000, 2101)


@dataclass(frozen=True)
class CalendarView(View):
    """A year: `holidays` and `workdays` are the company's own, `official_…` the state's exceptions to
    Monday to Friday. Without `is_announced` the official ones are not known yet."""

    year: int
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]
    official_holidays: tuple[date, ...]
    official_workdays: tuple[date, ...]
    is_announced: bool


def year(app: Application, wanted: int) -> CalendarView:
    """Return a year of the live calendar. NotFound for one no calendar has."""
    if wanted not in YEARS:
        raise NotFound("There is no calendar for this year.", year=wanted)
    ours, official = app.live().model.organisation, official_calendar()
    return CalendarView(
        wanted,
        holidays=_of(wanted, ours.company_holidays),
        workdays=_of(wanted, ours.company_workdays),
        official_holidays=_of(wanted, official.holidays),
        official_workdays=_of(wanted, official.workdays),
        is_announced=wanted in official.announced,
    )


def set_year(
    app: Application, by: Actor, wanted: int, holidays: Iterable[date], workdays: Iterable[date]
) -> CalendarView:
    """Make these the company's own days of a year, and no others; other years stay as they are."""
    require(by, "calendar.change")
    year(app, wanted)
    free, worked = frozenset(holidays), frozenset(workdays)
    _check(wanted, free, worked)
    ours = app.live().model.organisation
    all_free = {day for day in ours.company_holidays if day.year != wanted} | free
    all_worked = {day for day in ours.company_workdays if day.year != wanted} | worked
    declaring.declare(
        app, by, "calendar.change", lambda text: declaring.with_calendar(text, all_free, all_worked)
    )
    return year(app, wanted)


def _check(wanted: int, free: frozenset[date], worked: frozenset[date]) -> None:
    wrong = [
        FieldError(name, Text("{day} does not lie in {year}", day=day.isoformat(), year=str(wanted)))
        for name, days in (("holidays", free), ("workdays", worked))
        for day in sorted(days)
        if day.year != wanted
    ]
    wrong += [
        FieldError("workdays", Text("{day} cannot be both free and worked", day=day.isoformat()))
        for day in sorted(free & worked)
    ]
    if wrong:
        raise InvalidInput(errors=wrong)


def _of(wanted: int, days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(day for day in days if day.year == wanted))
