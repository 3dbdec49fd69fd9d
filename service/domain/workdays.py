"""Workdays: the official Chinese calendar with its make-up days (调休), under the company's own dates.

A year whose calendar is not announced yet is reckoned as Monday to Friday but for the days that the law makes
free, and gives *provisional* dates. Source: requirements N4, R15 and R30; the official dates come from the
package `chinesecalendar`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

    def company(self) -> Mapping[str, list[str]]:
        """Return the company's own days alone as plain data, as `exceptions` does."""
        return {
            "workdays": sorted(day.isoformat() for day in self.company_workdays),
            "holidays": sorted(day.isoformat() for day in self.company_holidays - self.company_workdays),
        }

    def is_provisional(self, moment: date | datetime) -> bool:
        """Tell whether a deadline at this moment may still move: its year is not announced yet."""
        return local_day(moment).year not in self.announced

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
    """Return the official calendar without company dates: announced years, and the fixed days of later ones.

    What is moved around the fixed days of a year (调休) nobody knows before it is announced.
    """
    announced = frozenset(day.year for day in chinese_calendar.holidays)
    fixed = {day for day in _statutory() if day.year not in announced}
    return Calendar(
        holidays=frozenset(day for day in {*chinese_calendar.holidays, *fixed} if day.weekday() < SATURDAY),
        workdays=frozenset(day for day in chinese_calendar.workdays if day.weekday() >= SATURDAY),
        announced=announced,
    )


_MOON: Mapping[int, tuple[str, str, str, str]] = {
    2026: ("02-17", "04-05", "06-19", "09-25"),
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
    2031: ("01-23", "04-05", "06-24", "10-01"),
    2032: ("02-11", "04-04", "06-12", "09-19"),
    2033: ("01-31", "04-04", "06-01", "09-08"),
    2034: ("02-19", "04-05", "06-20", "09-27"),
    2035: ("02-08", "04-05", "06-10", "09-16"),
    2036: ("01-28", "04-04", "05-30", "10-04"),
}
"""By year the first days of 春节, 清明, 端午 and 中秋: by the lunar calendar, and 清明 by the sun."""
_SPRING_FESTIVAL = (-1, 0, 1, 2)
"""Days off, counted from its first day: 除夕, 初一, 初二, 初三."""
_BY_DATE = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


def _statutory() -> Iterator[date]:
    """Yield the days that the law makes free, as far ahead as their dates stand here."""
    for year, dates in _MOON.items():
        spring, *single = (date.fromisoformat(f"{year}-{day}") for day in dates)
        yield from (date(year, month, day) for month, day in _BY_DATE)
        yield from (spring + offset * ONE_DAY for offset in _SPRING_FESTIVAL)
        yield from single


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
