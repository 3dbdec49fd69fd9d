"""Time as scenarios write it: days and moments, named or counted from the present, and spans between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from service.domain.workdays import official_calendar, workdays_after, workdays_between
from service.settings import ZONE

FIRST_MOMENT = datetime(2026, 1, 1, 9, tzinfo=ZONE)
"""The time of a system in which nothing has begun."""
UNITS = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}
_SPAN = re.compile(r"(\d+)\s*个?\s*(工作日|天|小时|分钟)")
_COUNTED = re.compile(r"(\d+)\s*个?\s*(工作日|天)\s*([前后])")
_TIMED = re.compile(r"(.*?)\s+(\d{1,2}):(\d{2})(?::(\d{2}))?")
_NAMED = {"今天": 0, "昨天": -1, "明天": 1, "前天": -2, "后天": 2}
_ONE_DAY = timedelta(days=1)
RESERVED = frozenset({*_NAMED, "现在", "结束"})
"""Words that no day may be called."""


@dataclass(frozen=True)
class Days:
    """What days may be called: by the scenario's own names, and counted from its present, if it has one."""

    present: datetime | None = None
    named: Mapping[str, date] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the day of the present. ValueError where there is none."""
        if self.present is None:
            raise ValueError("no present")
        return self.present.astimezone(ZONE).date()

    def day(self, text: str) -> date:
        """Return a day: `2026-09-01`, `今天`, `3 天前`, `2 个工作日后`, or a name. ValueError otherwise."""
        text = text.strip()
        if text in self.named:
            return self.named[text]
        if text in _NAMED:
            return self.today + _NAMED[text] * _ONE_DAY
        counted = _COUNTED.fullmatch(text)
        return self._counted(*counted.groups()) if counted else date.fromisoformat(text)

    def moment(self, text: str) -> datetime:
        """Return a day with a time, `3 天前 09:30`, or its first moment; `现在`. ValueError otherwise."""
        text = text.strip()
        if text == "现在":
            if self.present is None:
                raise ValueError(text)
            return self.present
        with suppress(ValueError):
            found = datetime.fromisoformat(text)
            return found if found.tzinfo else found.replace(tzinfo=ZONE)
        timed = _TIMED.fullmatch(text)
        day, hour, minute, second = timed.groups() if timed else (text, "0", "0", None)
        return datetime.combine(self.day(day), time(int(hour), int(minute), int(second or 0)), ZONE)

    def _counted(self, number: str, unit: str, side: str) -> date:
        count, day = int(number), self.today
        if unit == "天":
            return day + (count if side == "后" else -count) * _ONE_DAY
        if side == "后":
            return workdays_after(day, count).date()
        while workdays_between(day, self.today) < count or not official_calendar().is_workday(day):
            day -= _ONE_DAY
        return day


@dataclass(frozen=True)
class Pace:
    """How people answer when a scenario gives them working hours: one thing after the other, some at once.

    `minutes` pass between two answers, within office hours of workdays; what is in `daily` is answered on
    free days too, soon after it has come.
    """

    minutes: int
    daily: frozenset[str] = frozenset()

    def next_answer(self, now: datetime, activity: str) -> datetime:
        """Return when somebody who begins now has answered."""
        is_daily = activity in self.daily
        return _at_work(now + timedelta(minutes=DAILY_MINUTES if is_daily else self.minutes), is_daily)

    def first_moment(self, now: datetime) -> datetime:
        """Return the first moment of work from now on."""
        return _at_work(now, is_daily=False)


DAILY_MINUTES = 20
MORNING, EVENING = time(9, 30), time(18)


def _at_work(moment: datetime, is_daily: bool) -> datetime:
    local, calendar = moment.astimezone(ZONE), official_calendar()

    def works(day: date) -> bool:
        return is_daily or calendar.is_workday(day)

    if works(local.date()) and MORNING <= local.time() <= EVENING:
        return moment
    day = local.date() if local.time() < MORNING else local.date() + _ONE_DAY
    while not works(day):
        day += _ONE_DAY
    return datetime.combine(day, MORNING, ZONE)


def later(now: datetime, text: str) -> datetime:
    """Return the moment a span such as `2 个工作日` after now; workdays keep the time of day. ValueError."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    number, unit = int(match[1]), match[2]
    if unit != "工作日":
        return now + number * UNITS[unit]
    return datetime.combine(workdays_after(now, number).date(), now.astimezone(ZONE).timetz())


def minutes(text: str) -> int:
    """Return a span in minutes or hours as minutes. ValueError otherwise."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or match[2] not in ("小时", "分钟"):
        raise ValueError(text)
    return int(match[1]) * (60 if match[2] == "小时" else 1)


def shown(at: datetime) -> str:
    """Return a moment as a scenario would write it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"
