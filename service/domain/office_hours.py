"""Time at work: minutes between two moments that lie within office hours of workdays, and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from service.domain.workdays import ONE_DAY, ZONE, Calendar

OPENS, CLOSES = 9, 18
"""The hours of a company of which too little is known."""
ENOUGH = 50
"""So many moments tell when people work."""
_FEW_PERCENT = 4
_MINUTE = timedelta(minutes=1)


@dataclass
class OfficeHours:
    """From `opens` to `closes` (whole hours, Asia/Shanghai) on the workdays of a calendar.

    Made once for very many questions: each day is looked up once. Not shared by threads.
    """

    calendar: Calendar
    opens: int = OPENS
    closes: int = CLOSES
    _days: list[date] = field(default_factory=list, repr=False)

    @property
    def minutes_a_day(self) -> int:
        return (self.closes - self.opens) * 60

    def after(self, moment: datetime, minutes: float) -> datetime:
        """Return when so many minutes at work have passed; with 0 the first moment at work from then on."""
        local = moment.astimezone(ZONE)
        day, gone = local.date(), self._gone(local)
        while not self.calendar.is_workday(day) or gone >= self.minutes_a_day:
            day, gone = day + ONE_DAY, 0.0
        left = gone + max(minutes, 0.0)
        while left > self.minutes_a_day:
            left -= self.minutes_a_day
            day += ONE_DAY
            while not self.calendar.is_workday(day):
                day += ONE_DAY
        return datetime.combine(day, time(self.opens), ZONE) + left * _MINUTE

    def minutes(self, begun: datetime, ended: datetime) -> float:
        """Return the minutes at work from one moment to a later one, 0 where that is not later."""
        if ended <= begun:
            return 0.0
        first, last = begun.astimezone(ZONE), ended.astimezone(ZONE)
        days = self._workdays_until(last.date()) - self._workdays_until(first.date())
        head = self._gone(first) if self.calendar.is_workday(first.date()) else 0.0
        tail = self._gone(last) if self.calendar.is_workday(last.date()) else 0.0
        return days * self.minutes_a_day + tail - head

    def _gone(self, local: datetime) -> float:
        """Return the minutes of a day's office hours that are over."""
        minutes = (local.hour - self.opens) * 60 + local.minute + local.second / 60
        return min(max(minutes, 0.0), float(self.minutes_a_day))

    def _workdays_until(self, day: date) -> int:
        """Return how many workdays lie before a day, counted from the same day for all."""
        if not self._days:
            self._days = [_EPOCH + offset * ONE_DAY for offset in range(_SPAN)]
            self._days = [each for each in self._days if self.calendar.is_workday(each)]
        return bisect_right(self._days, day - ONE_DAY)


_EPOCH, _SPAN = date(2015, 1, 1), 366 * 30
"""Days before and after count as free: no record reaches there."""


def learnt(moments: Iterable[datetime], calendar: Calendar) -> OfficeHours:
    """Return the office hours in which nearly all of these moments on workdays lie; the usual ones of few."""
    local = (each.astimezone(ZONE) for each in moments)
    hours = sorted(each.hour for each in local if calendar.is_workday(each.date()))
    if len(hours) < ENOUGH:
        return OfficeHours(calendar)
    left_out = len(hours) * _FEW_PERCENT // 200
    opens, closes = hours[left_out], hours[-1 - left_out] + 1
    return OfficeHours(calendar, opens, max(closes, opens + 1))
