"""Workdays: the official Chinese calendar with its make-up days (调休), under the company's own dates.

A year whose calendar is not announced yet is reckoned as Monday to Friday and gives *provisional* dates.
Source: requirements N4 and R15; the official dates come from the package `chinesecalendar`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
END_OF_DAY = time(23, 59, 59, tzinfo=ZONE)
ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Exceptions to "Monday to Friday": free weekdays, worked weekend days, and the years that are announced.

    `company_holidays` and `company_workdays` win over the official dates.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    announced: frozenset[int] = frozenset()
    company_holidays: frozenset[date] = frozenset()
    company_workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Tell whether people work on this day."""
        if day in self.company_workdays:
            return True
        if day in self.company_holidays or day in self.holidays:
            return False
        return day in self.workdays or day.weekday() < SATURDAY

    def with_company(self, holidays: Iterable[date] = (), workdays: Iterable[date] = ()) -> Calendar:
        """Return this calendar with the company's own free days and worked days on top."""
        return Calendar(
            self.holidays, self.workdays, self.announced, frozenset(holidays), frozenset(workdays)
        )

    def exceptions(self) -> Mapping[str, object]:
        """Return the calendar as plain data, for evaluators that are not Python.

        `{"workdays": [ISO date…], "holidays": [ISO date…], "announced": [year…]}`: a day in neither list is
        a workday from Monday to Friday. The company's dates are already merged in, so no day is in both.
        """
        free = (self.holidays - self.company_workdays) | (self.company_holidays - self.company_workdays)
        worked = (self.workdays - self.company_holidays) | self.company_workdays
        return {
            "workdays": sorted(day.isoformat() for day in worked),
            "holidays": sorted(day.isoformat() for day in free),
            "announced": sorted(self.announced),
        }


@dataclass(frozen=True)
class Deadline:
    """The end of a workday, and whether a calendar still to be announced may move it."""

    at: datetime
    is_provisional: bool


@lru_cache(maxsize=1)
def official_calendar() -> Calendar:
    """Return the announced years of the official calendar, without company dates."""
    return Calendar(
        holidays=frozenset(day for day in chinese_calendar.holidays if day.weekday() < SATURDAY),
        workdays=frozenset(day for day in chinese_calendar.workdays if day.weekday() >= SATURDAY),
        announced=frozenset(day.year for day in chinese_calendar.holidays),
    )


def local_day(moment: date | datetime) -> date:
    """Return the calendar day in Asia/Shanghai; a naive date-time is taken to be local already."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZONE).date() if moment.tzinfo else moment.date()
    return moment


def deadline(start: date | datetime, count: int, calendar: Calendar | None = None) -> Deadline:
    """Return the end (23:59:59 Asia/Shanghai) of the `count`-th workday after the day of `start`.

    With `count` 0 it is the end of that day itself. Provisional when a day passed over lies in a year that
    is not announced. ValueError on a negative count.
    """
    if count < 0:
        raise ValueError(f"a deadline lies ahead: {count} workdays is not possible")
    used = calendar or official_calendar()
    day, left, provisional = local_day(start), count, False
    while left:
        day += ONE_DAY
        provisional = provisional or day.year not in used.announced
        left -= used.is_workday(day)
    return Deadline(datetime.combine(day, END_OF_DAY), provisional)


def workdays_after(start: date | datetime, count: int, calendar: Calendar | None = None) -> datetime:
    """Return the moment of `deadline(start, count)`."""
    return deadline(start, count, calendar).at


def shifted(moment: datetime, count: int, calendar: Calendar | None = None) -> datetime:
    """Return the same time of day (Asia/Shanghai) so many workdays later, or with a negative count earlier.

    With `count` 0 it is the moment itself, on whatever day that is.
    """
    used = calendar or official_calendar()
    local = moment.astimezone(ZONE)
    day, left, one = local.date(), abs(count), ONE_DAY if count > 0 else -ONE_DAY
    while left:
        day += one
        left -= used.is_workday(day)
    return datetime.combine(day, local.timetz())


def workdays_between(start: date | datetime, end: date | datetime, calendar: Calendar | None = None) -> int:
    """Return the number of workdays after the day of `start` up to and including that of `end`.

    Negative when `end` is earlier; `workdays_between(d, workdays_after(d, n)) == n`.
    """
    used = calendar or official_calendar()
    first, last = local_day(start), local_day(end)
    if last < first:
        return -workdays_between(last, first, used)
    days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    return sum(used.is_workday(day) for day in days)
