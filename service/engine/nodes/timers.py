"""Timers: when an event is due. ISO 8601 text as drawn, or FEEL behind a leading `=`.

SpiffWorkflow 3.2.0 evaluates timers against the machine's clock and a zone frozen at import, shares one
value between the timers of an event gateway, reads `-PT1H` as one hour ahead, and after downtime fires
every missed cycle at once. Here the instant comes from the step, each token keeps its own due date, and
missed cycles count as one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.engine.failures import EngineFailure
from service.engine.nodes.memory import Cycle
from service.feel.values import Months

ZONE = ZoneInfo("Asia/Shanghai")
WORKDAYS_AFTER_NOW = re.compile(r"=\s*workdays_after\(\s*(?:now|today)\(\)\s*,\s*(\d+)\s*\)")
"""A time so many workdays after the activity has been reached."""
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


@dataclass(frozen=True)
class Duration:
    """An ISO 8601 duration: whole months and an exact rest."""

    months: int
    rest: timedelta

    def after(self, moment: datetime) -> datetime:
        """Return the moment so much later. EngineFailure when the calendar ends before that."""
        try:
            return add_months(moment, self.months) + self.rest
        except (OverflowError, ValueError) as exc:
            raise EngineFailure("bad_timer", "the time lies beyond the year 9999") from exc

    @property
    def is_positive(self) -> bool:
        return self.months > 0 or self.rest > timedelta(0)


@dataclass(frozen=True)
class TimerDefinition:
    """A drawn timer: `kind` is date, duration or cycle; `text` is ISO 8601 or `=` FEEL."""

    kind: str
    text: str
    name: str | None = None

    @property
    def is_expression(self) -> bool:
        return self.text.startswith("=")

    def schedule(self, value: Any, now: datetime) -> tuple[datetime, Cycle | None]:
        """Return when the timer is due, and what is left of its cycle after that."""
        if self.kind == "date":
            return to_moment(value), None
        if self.kind == "duration":
            return to_duration(value).after(now), None
        return _first_of_cycle(value, now)


def following(due: datetime, cycle: Cycle, now: datetime) -> tuple[datetime, Cycle] | None:
    """Return the next turn of a cycle after one has fired; None when that was the last.

    Turns missed while nothing ran count as the one that has just fired. Beyond the calendar there is none.
    """
    left, interval = cycle.left, to_duration(cycle.interval)
    while due <= now:
        if left is not None:
            left -= 1
            if left <= 0:
                return None
        try:
            due = _skip(due, interval, now)
        except (OverflowError, EngineFailure):
            return None
    return due, Cycle(left, cycle.interval)


def _skip(due: datetime, interval: Duration, now: datetime) -> datetime:
    """Return the first turn after `now` (or the very next one): years of downtime cost no loop."""
    following = interval.after(due)
    if interval.months or following > now:
        return following
    return due + interval.rest * ((now - due) // interval.rest + 1)


def _first_of_cycle(value: Any, now: datetime) -> tuple[datetime, Cycle]:
    left, start, interval = parse_cycle(value)
    due = start if start is not None else interval.after(now)
    if start is not None and due <= now:
        due = _skip(due, interval, now)
    return due, Cycle(left, value.strip().upper().split("/")[-1])


def parse_cycle(value: Any) -> tuple[int | None, datetime | None, Duration]:
    """Read `R3/PT10H`, `R/P1D` or `R5/2030-01-01T09:00:00+08:00/P1D`: count, start, interval."""
    parts = value.strip().split("/") if isinstance(value, str) else []
    if len(parts) not in (2, 3) or not re.fullmatch(r"[Rr]\d{0,9}", parts[0]):
        raise EngineFailure("bad_timer", "{value} is not a cycle such as R3/PT10H", value=repr(value))
    left = int(parts[0][1:]) if len(parts[0]) > 1 else None
    interval = to_duration(parts[-1])
    if left == 0 or not interval.is_positive:
        raise EngineFailure("bad_timer", "{value} never fires, or without pause", value=repr(value))
    return left, to_moment(parts[1]) if len(parts) == 3 else None, interval


def to_moment(value: Any) -> datetime:
    """Return an aware UTC instant from a date, a date and time, or ISO text (naive: Asia/Shanghai)."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError as exc:
            raise EngineFailure("bad_timer", "{value} is not an ISO 8601 date", value=repr(value)) from exc
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, datetime):
        raise EngineFailure("bad_timer", "{value} is not a date", value=repr(value))
    try:
        return (value if value.tzinfo else value.replace(tzinfo=ZONE)).astimezone(UTC)
    except OverflowError as exc:
        raise EngineFailure("bad_timer", "{value} lies outside the calendar", value=str(value)) from exc


def to_due(value: Any, now: datetime) -> datetime:
    """Return when something is due: at a moment, or a duration from `now`."""
    is_span = isinstance(value, (timedelta, Months)) or (isinstance(value, str) and value.strip()[:1] == "P")
    return to_duration(value).after(now) if is_span else to_moment(value)


def to_duration(value: Any) -> Duration:
    """Return a duration that is not negative from FEEL's two kinds or ISO text."""
    if isinstance(value, timedelta):
        duration = Duration(0, value)
    elif isinstance(value, Months):
        duration = Duration(value.months, timedelta(0))
    else:
        duration = parse_duration(value)
    if duration.months < 0 or duration.rest < timedelta(0):
        raise EngineFailure("bad_timer", "{value} lies in the past", value=repr(value))
    return duration


def parse_duration(value: Any) -> Duration:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    written = match.groupdict() if match is not None else {}
    parts = {key: float(text) for key, text in written.items() if text and key != "sign"}
    if match is None or not parts:
        raise EngineFailure("bad_timer", "{value} is not an ISO 8601 duration", value=repr(value))
    sign = -1 if match["sign"] else 1
    try:
        months = int(parts.pop("years", 0) * 12 + parts.pop("months", 0))
        return Duration(sign * months, sign * timedelta(**parts))
    except OverflowError as exc:
        raise EngineFailure("bad_timer", "{value} is too long", value=repr(value)) from exc


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day so many months on, or the last day of a shorter month."""
    if not months:
        return moment
    local = moment.astimezone(ZONE)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)
