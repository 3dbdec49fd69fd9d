"""Time at work: what of the time between two moments lies on workdays, within hours or all day; and back."""

from __future__ import annotations

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
class WorkClock:
    """From `opens` to `closes` (whole hours, Asia/Shanghai) on the workdays of a calendar.

    All day unless told otherwise, as deadlines run to a day's last minute. Made once for very many questions:
    each day is looked up once. Not shared by threads.
    """

    calendar: Calendar
    opens: int = 0
    closes: int = 24
    # Of a day how many workdays lie before it, counted from the first day ever asked for, and if it is one.
    _days: dict[date, tuple[int, bool]] = field(default_factory=dict, repr=False)
    _earliest: date = field(default=date.min, repr=False)
    _latest: date = field(default=date.min, repr=False)

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
        (before_first, is_worked_first), (before_last, is_worked_last) = (
            self._day(each.date()) for each in (first, last)
        )
        head = self._gone(first) if is_worked_first else 0.0
        tail = self._gone(last) if is_worked_last else 0.0
        return (before_last - before_first) * self.minutes_a_day + tail - head

    def hours(self, begun: datetime, ended: datetime) -> float:
        """Return the hours at work from one moment to a later one, 0 where that is not later."""
        return self.minutes(begun, ended) / 60

    def _gone(self, local: datetime) -> float:
        """Return the minutes of a day's hours that are over."""
        seconds = local.second + local.microsecond / 1e6
        minutes = (local.hour - self.opens) * 60 + local.minute + seconds / 60
        return min(max(minutes, 0.0), float(self.minutes_a_day))

    def _day(self, day: date) -> tuple[int, bool]:
        if not self._days:
            self._days[day], self._earliest, self._latest = (0, self.calendar.is_workday(day)), day, day
        while self._latest < day:
            before, is_worked = self._days[self._latest]
            self._latest += ONE_DAY
            self._days[self._latest] = (before + is_worked, self.calendar.is_workday(self._latest))
        while self._earliest > day:
            before, _ = self._days[self._earliest]
            self._earliest -= ONE_DAY
            is_worked = self.calendar.is_workday(self._earliest)
            self._days[self._earliest] = (before - is_worked, is_worked)
        return self._days[day]


def learnt(moments: Iterable[datetime], calendar: Calendar) -> WorkClock:
    """Return the office hours in which nearly all of these moments on workdays lie; the usual ones of few."""
    local = (each.astimezone(ZONE) for each in moments)
    hours = sorted(each.hour for each in local if calendar.is_workday(each.date()))
    if len(hours) < ENOUGH:
        return WorkClock(calendar, OPENS, CLOSES)
    left_out = len(hours) * _FEW_PERCENT // 200
    opens, closes = hours[left_out], hours[-1 - left_out] + 1
    return WorkClock(calendar, opens, max(closes, opens + 1))
