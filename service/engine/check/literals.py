"""Values that are taken literally must be what they say: due dates, timers; `${…}` never is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from service.engine.check.expressions import is_feel
from service.engine.check.feel import OTHER_LANGUAGES
from service.engine.check.report import Placed, Report
from service.engine.drawing import Element, EventDefinition, Process
from service.engine.failures import EngineFailure
from service.engine.nodes import timers
from service.engine.nodes.involving import CONSULT_UNTIL
from service.engine.nodes.involving import PROPERTIES as INVOLVING
from service.engine.nodes.reminders import PROPERTIES as REMINDING
from service.wording import Text

_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SHORTEST = timedelta(hours=1)
"""Nobody is asked or told anything oftener."""
_WORKDAYS = ("工作日", "个工作日", "workday", "workdays")
_UNITS = {
    **dict.fromkeys(("h", "H", "hour", "hours", "小时", "个小时"), "PT{}H"),
    **dict.fromkeys(("m", "min", "mins", "minutes", "分钟"), "PT{}M"),
    **dict.fromkeys(("s", "sec", "seconds", "秒"), "PT{}S"),
    **dict.fromkeys(("d", "D", "day", "days", "天", "日"), "P{}D"),
    **dict.fromkeys(("w", "W", "week", "weeks", "周", "星期"), "P{}W"),
}
_DIGITS = {word: number for number, word in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_ONE = f"[{''.join(_DIGITS)}]"
_SAID = re.compile(rf"(\d+|{_ONE}?十{_ONE}?|{_ONE})\s*({'|'.join((*_UNITS, *_WORKDAYS))})(?:之?内|后)?")
NOTHING_MEANT = Text(" It is ISO 8601, like 2026-11-11T18:00, PT2H or P3D.")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}")
_CALL = re.compile(r"\w\(|\w\s*[-+*]\s*\w")
READERS: Mapping[str, Callable[[str], object]] = {
    "date": timers.to_moment,
    "duration": lambda text: timers.to_duration(text).after(_ANY_MOMENT),
    "cycle": lambda text: timers.parse_cycle(text)[2].after(_ANY_MOMENT),
}


def check_literals(process: Process, report: Report) -> None:
    """Report literal values of a process that cannot be read."""
    for element in process.elements.values():
        _due_date(element, report)
        _not_feel(element, report)
        for definition in element.events:
            if definition.kind == "timer":
                _timer(definition, report)
                for time in definition.times if element.kind != "startEvent" else ():
                    if time.kind == "date":
                        _fixed(time.text, element, report)


def _due_date(element: Element, report: Report) -> None:
    written = (element.extensions.attribute("dueDate"), element.properties.get(CONSULT_UNTIL))
    for due in (each.strip() for each in written if each):
        if not is_feel(due):
            _attempt(_to_due, due, element, Text("due date"), report)
            _fixed(due, element, report)


def _to_due(text: str) -> datetime:
    return timers.to_due(text, _ANY_MOMENT)


def _fixed(written: str, element: Element, report: Report) -> None:
    """Report a moment that is written out: for every case it is the same, and soon past."""
    if _MOMENT.match(written.strip()):
        report.warning(
            element,
            "fixed-date",
            "For every case this is {moment}: write what it is reckoned from, like "
            "=workdays_after(now(), 2).",
            moment=written.strip(),
        )


def _not_feel(element: Element, report: Report) -> None:
    named = ("assignee", "candidateGroups", "dueDate", "candidateUsers")
    written = [(name, element.extensions.attribute(name) or "") for name in named]
    written += [(name, element.properties.get(name, "")) for name in (*REMINDING, *INVOLVING)]
    for name, text in (*written, *element.extensions.inputs):
        if not is_feel(text) and any(begin in text for begin in OTHER_LANGUAGES):
            report.error(
                element,
                "not-feel",
                "{name} {expression!r} is no FEEL: begin expressions with =.",
                name=name,
                expression=text,
            )


def _timer(definition: EventDefinition, report: Report) -> None:
    written = [time for time in definition.times if time.text]
    if not written:
        report.error(definition, "empty-timer", "The timer says no time: give a date, a duration or a cycle.")
    for time in written:
        if not is_feel(time.text):
            _attempt(READERS[time.kind], time.text, definition, Text("timer"), report)
            if time.kind == "cycle" and _is_hasty(time.text):
                report.warning(
                    definition,
                    "hasty-cycle",
                    "The timer fires every {interval}, more than once an hour, day and night: a day is P1D.",
                    interval=time.text.split("/")[-1],
                )


def _is_hasty(cycle: str) -> bool:
    """Say whether a cycle, if it can be read, turns more than once an hour."""
    try:
        interval = timers.parse_cycle(cycle)[2]
    except EngineFailure:
        return False
    return not interval.months and interval.rest < SHORTEST


def _attempt(read: Callable[[str], object], text: str, at: Placed, what: str, report: Report) -> None:
    try:
        read(text)
    except EngineFailure as failure:
        report.error(
            at,
            "bad-timer",
            "The {what} cannot be read: {reason}.{hint}",
            what=what,
            reason=failure.message,
            hint=meant(text),
        )


def meant(text: str) -> Text:
    """Return what somebody will have meant who writes a time as people say it, or how times are written."""
    said = _SAID.fullmatch(text.strip())
    if said is None:
        return Text(" Write =…, if it is an expression.") if _CALL.search(text) else NOTHING_MEANT
    number, unit = _number(said[1]), said[2]
    if unit in _WORKDAYS:
        return Text(" Write =workdays_after(now(), {number}).", number=number)
    return Text(" Write {duration}.", duration=_UNITS[unit].format(number))


def _number(said: str) -> str:
    """Return a number in digits that is said in digits, or in Chinese up to ninety-nine."""
    if said.isdecimal():
        return said
    tens, ten, ones = said.rpartition("十")
    return str(len(ten) * 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))
