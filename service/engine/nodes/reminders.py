"""What people are told while a task waits: reminders to whoever can do it, and word to those above.

The owner writes offsets: whole numbers of workdays or ISO 8601 durations, before (negative), at (0) and after
the due date, or after the opening of a task that has none. Nothing here ever ends or answers a task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service.domain.workdays import Calendar, shifted
from service.engine.drawing.extensions import split_list
from service.engine.failures import EngineFailure
from service.engine.nodes import timers
from service.engine.nodes.memory import Cycle, Reminder
from service.engine.nodes.timers import Duration
from service.feel.values import Months

REMIND, ESCALATE = "remind", "escalate"
REMIND_AT, REMIND_EVERY, REMIND_ALSO = "remindAt", "remindEvery", "remindAlso"
ESCALATE_AFTER, ESCALATE_TO = "escalateAfter", "escalateTo"
PROPERTIES = (REMIND_AT, REMIND_EVERY, REMIND_ALSO, ESCALATE_AFTER, ESCALATE_TO)
"""The properties of a task that say when and whom, in the order in which `reckon` takes their values."""
BY_KIND = {
    REMIND: (REMIND_AT, REMIND_EVERY, REMIND_ALSO),
    ESCALATE: (ESCALATE_AFTER, ESCALATE_TO),
}
SUPERIOR = "上级"
"""In `escalateTo`: the superiors, as declared in the organisation, of those the task is drawn for."""
MOST_WORKDAYS = 1000
MOST_MOMENTS = 50
BAD = "bad_reminder"
"""The code of an incident: when or whom to tell cannot be reckoned."""


@dataclass(frozen=True)
class Since:
    """What a task's offsets are reckoned from: when it opened, and when it is due."""

    opened_at: datetime
    due_at: datetime | None

    @property
    def anchor(self) -> datetime:
        return self.due_at or self.opened_at


@dataclass(frozen=True)
class Offset:
    """So many workdays, or a duration, before or after something; or a moment of its own."""

    workdays: int = 0
    duration: Duration | None = None
    moment: datetime | None = None

    def of(self, anchor: datetime, calendar: Calendar) -> datetime:
        """Return the moment this says. EngineFailure beyond the calendar."""
        if self.moment is not None:
            return self.moment
        if self.duration is not None:
            return self.duration.after(anchor)
        try:
            return shifted(anchor, self.workdays, calendar).astimezone(UTC)
        except OverflowError as exc:
            raise EngineFailure(
                BAD, "the reminder {value} lies beyond the calendar", value=str(self.workdays)
            ) from exc

    @property
    def sign(self) -> int:
        """Return -1 before, 0 at, 1 after what it is reckoned from; a moment of its own counts as after."""
        if self.moment is not None:
            return 1
        if self.duration is None:
            return (self.workdays > 0) - (self.workdays < 0)
        span = timedelta(days=30 * self.duration.months) + self.duration.rest
        return (span > timedelta(0)) - (span < timedelta(0))


def reckon(
    values: Sequence[Any],
    since: Since,
    now: datetime,
    calendar: Calendar,
    *,
    drawn_for: tuple[str, ...] = (),
) -> tuple[Reminder, ...]:
    """Return what is to be told of a task that waits, the first one first; `values` are those of PROPERTIES.

    `drawn_for`: the groups and relations it is offered to. A moment before the due date that is past already
    is left out; one at or after it is told at once. EngineFailure for what cannot be read.
    """
    at, every, also, after, to = values
    anchor, besides = since.anchor, names_in(also)
    moments = [each.of(anchor, calendar) for each in offsets_in(at)]
    told = [Reminder(REMIND, each, besides) for each in moments if each > now or each >= anchor]
    if every not in (None, ""):
        first = interval_in(every).of(max(moments, default=anchor), calendar)
        told.append(Reminder(REMIND, first, besides, _written(every)))
    told += _escalations(offsets_in(after), names_in(to), drawn_for, anchor, calendar)
    if len(told) > MOST_MOMENTS:
        raise EngineFailure(BAD, "a task cannot remind at {count} moments", count=len(told))
    return in_order(told)


def in_order(reminders: Sequence[Reminder]) -> tuple[Reminder, ...]:
    return tuple(sorted(reminders, key=lambda each: each.due))


def split(
    reminders: Sequence[Reminder], now: datetime, calendar: Calendar
) -> tuple[tuple[Reminder, ...], tuple[Reminder, ...]]:
    """Return what is to be told now, and what later. Reminders that were missed count as one."""
    due = [each for each in reminders if each.due <= now]
    again = [following for each in due if (following := _again(each, now, calendar)) is not None]
    later = [each for each in reminders if each.due > now]
    return _told_once(due), in_order([*later, *again])


def _told_once(due: Sequence[Reminder]) -> tuple[Reminder, ...]:
    told: dict[tuple[str, tuple[str, ...]], Reminder] = {}
    for each in due:
        told.setdefault((each.kind, each.names), each)
    return tuple(told.values())


def _again(reminder: Reminder, now: datetime, calendar: Calendar) -> Reminder | None:
    """Return the next turn of what is told again and again; None without one, or beyond the calendar."""
    if reminder.every is None:
        return None
    interval, due = interval_in(reminder.every), reminder.due
    try:
        if interval.duration is not None:
            turn = timers.following(due, Cycle(None, reminder.every), now)
            return replace(reminder, due=turn[0]) if turn is not None else None
        while due <= now:
            due = interval.of(due, calendar)
    except EngineFailure:
        return None
    return replace(reminder, due=due)


def _escalations(
    offsets: Sequence[Offset],
    names: tuple[str, ...],
    drawn_for: tuple[str, ...],
    anchor: datetime,
    calendar: Calendar,
) -> list[Reminder]:
    if any(each.sign < 0 for each in offsets):
        raise EngineFailure(BAD, "an escalation lies before the due date")
    return [
        Reminder(ESCALATE, offset.of(anchor, calendar), told, drawn_for=drawn_for if SUPERIOR in told else ())
        for offset, told in zip(offsets, levels(len(offsets), names), strict=True)
    ]


def levels(count: int, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return who is told at each of so many escalations: with several, one name for each, or one for all.

    EngineFailure when the names do not fit.
    """
    if count <= 1 or len(names) == 1:
        return [names] * count
    if len(names) != count:
        raise EngineFailure(
            BAD,
            "{count} escalations want one name for each, or one for all, not {names}",
            count=count,
            names=len(names),
        )
    return [(name,) for name in names]


# ---- reading ----------------------------------------------------------------------------------------


def offsets_in(value: Any) -> list[Offset]:
    """Return offsets from what is written, or what FEEL gives. EngineFailure for what is none."""
    if isinstance(value, str):
        return [_offset(part) for part in split_list(value)]
    if value is None:
        return []
    return [_offset(each) for each in (value if isinstance(value, list) else [value])]


def interval_in(value: Any) -> Offset:
    """Return how often something is told again. EngineFailure unless it is one offset, and positive."""
    found = offsets_in(value)
    if len(found) != 1 or found[0].sign <= 0 or found[0].moment is not None:
        raise EngineFailure(
            BAD, "{value} is no number of workdays above zero, and no duration such as PT4H", value=str(value)
        )
    return found[0]


def names_in(value: Any) -> tuple[str, ...]:
    """Return names of groups and relations from a text or a list of texts."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if value is None or isinstance(value, str):
        return split_list(value)
    raise EngineFailure(BAD, "{value} is no name of a group or relation", value=str(value))


def _offset(value: Any) -> Offset:
    if isinstance(value, timedelta):
        return Offset(duration=Duration(0, value))
    if isinstance(value, Months):
        return Offset(duration=Duration(value.months, timedelta(0)))
    if isinstance(value, date):
        return Offset(moment=timers.to_moment(value))
    if isinstance(value, str) and value.lstrip("+-")[:1] == "P":
        return Offset(duration=timers.parse_duration(value.lstrip("+")))
    number = _whole(value)
    if number is None:
        raise EngineFailure(
            BAD,
            "{value} is neither a whole number of workdays, such as -1, 0 or 2, nor a duration such as PT4H",
            value=str(value),
        )
    if abs(number) > MOST_WORKDAYS:
        raise EngineFailure(BAD, "{value} workdays are too many", value=str(value))
    return Offset(workdays=number)


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        digits = value.lstrip("+-")
        return int(value) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return int(value) if value == int(value) else None


def _written(every: Any) -> str:
    """Return an interval as it is kept: a number of workdays, or an ISO 8601 duration."""
    if isinstance(every, timedelta):
        return f"PT{every.total_seconds():.6f}S"
    return every.isoformat() if isinstance(every, Months) else str(every).strip().lstrip("+")
