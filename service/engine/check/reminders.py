"""Reminders and escalations of a task: that they can be read, come at all, and are told to somebody."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from service.engine.check.expressions import is_feel
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.drawing.extensions import split_list
from service.engine.drawing.kinds import PEOPLE
from service.engine.failures import EngineFailure
from service.engine.files.nearest import suggestion
from service.engine.nodes import timers
from service.engine.nodes.reminders import (
    ESCALATE_AFTER,
    ESCALATE_TO,
    REMIND_ALSO,
    REMIND_AT,
    REMIND_EVERY,
    SUPERIOR,
    Offset,
    interval_in,
    levels,
    offsets_in,
)

_SHORTEST = timedelta(hours=1)
_ANY_MOMENT = datetime(2026, 1, 5, tzinfo=UTC)
_SAID = re.compile(r"(?P<sign>[-+−－]?)(?P<number>\d+)(?:个)?(?:工作日|workdays?|天|日|days?)")


def check_reminders(process: Process, around: Surroundings, report: Report) -> None:
    """Report reminders that would not come, and those that reach nobody."""
    for element in process.elements.values():
        if element.kind in PEOPLE:
            _moments(element, report)
            _whom(element, around, report)


# ---- when -------------------------------------------------------------------------------------------


def _moments(element: Element, report: Report) -> None:
    for name in (REMIND_AT, ESCALATE_AFTER):
        for part in split_list(_literal(element, name)):
            offset = _offset(part, name, element, report)
            if offset is not None:
                _comes(offset, part, name, element, report)
    _order(element, report)
    every = _literal(element, REMIND_EVERY)
    if every:
        _interval(every, element, report)


def _literal(element: Element, name: str) -> str:
    text = element.properties.get(name, "").strip()
    return "" if is_feel(text) else text


def _offset(part: str, name: str, element: Element, report: Report) -> Offset | None:
    try:
        [offset] = offsets_in(part)
    except EngineFailure as failure:
        _unread(name, failure, part, element, report)
        return None
    return offset


def _unread(name: str, failure: EngineFailure, part: str, element: Element, report: Report) -> None:
    said = _SAID.fullmatch(part.strip())
    number = f"{'-' if said['sign'] in ('-', '−', '－') else ''}{said['number']}" if said else ""
    if number:
        report.error(
            element,
            "bad-reminder",
            "{name} cannot be read: {reason}. Workdays are written as a number: {number}.",
            name=name,
            reason=failure.message,
            number=number,
        )
    else:
        report.error(
            element, "bad-reminder", "{name} cannot be read: {reason}.", name=name, reason=failure.message
        )


def _comes(offset: Offset, part: str, name: str, element: Element, report: Report) -> None:
    """Report a moment that lies where it is never told, or before there is anything to tell of."""
    due = element.extensions.attribute("dueDate") or ""
    if name == ESCALATE_AFTER and offset.sign < 0:
        report.error(
            element,
            "bad-reminder",
            "escalateAfter {part!r} lies before the due date: nothing is late then. Use remindAt.",
            part=part,
        )
    elif not due and offset.sign <= 0:
        report.error(
            element,
            "reminder-without-due-date",
            "{name} {part!r} is reckoned from the due date, and {element!r} has none: give it one, or a "
            "number above zero, which counts from the opening.",
            name=name,
            part=part,
            element=element.title,
        )
    elif _is_before_opening(offset, due):
        report.error(
            element,
            "reminder-never",
            "{name} {part!r} lies before {element!r} opens, so it is never told.",
            name=name,
            part=part,
            element=element.title,
        )


def _is_before_opening(offset: Offset, due: str) -> bool:
    """Say whether a moment lies before the task is there, as far as that can be read off its due date."""
    workdays = timers.WORKDAYS_AFTER_NOW.fullmatch(due.strip())
    if workdays is not None and offset.duration is None:
        return offset.sign < 0 and int(workdays[1]) + offset.workdays < 0
    try:
        lasts = timers.to_duration(due).after(_ANY_MOMENT) - _ANY_MOMENT
        if offset.duration is None:
            return offset.workdays < 0 and timedelta(days=-offset.workdays) >= lasts
        return offset.duration.after(_ANY_MOMENT + lasts) <= _ANY_MOMENT
    except EngineFailure:
        return False


def _order(element: Element, report: Report) -> None:
    written = split_list(_literal(element, ESCALATE_AFTER))
    try:
        moments = [_roughly(each) for each in offsets_in(list(written))]
    except EngineFailure:
        return
    if moments != sorted(set(moments)):
        report.error(
            element,
            "bad-reminder",
            "The escalations {written!r} are not in order: the earliest stands first.",
            written=", ".join(written),
        )


def _roughly(offset: Offset) -> datetime:
    """Return a moment by which offsets can be put in order."""
    if offset.duration is not None:
        return offset.duration.after(_ANY_MOMENT)
    return _ANY_MOMENT + timedelta(days=offset.workdays)


def _interval(every: str, element: Element, report: Report) -> None:
    try:
        interval = interval_in(every)
    except EngineFailure as failure:
        _unread(REMIND_EVERY, failure, every, element, report)
        return
    if interval.duration is not None and interval.duration.after(_ANY_MOMENT) < _ANY_MOMENT + _SHORTEST:
        report.warning(
            element,
            "reminder-too-often",
            "remindEvery {every!r} reminds more than once an hour, until {element!r} is done.",
            every=every,
            element=element.title,
        )


# ---- whom -------------------------------------------------------------------------------------------


def _whom(element: Element, around: Surroundings, report: Report) -> None:
    has = element.properties.get
    if has(REMIND_ALSO) and not (has(REMIND_AT) or has(REMIND_EVERY)):
        _pointless(REMIND_ALSO, f"{REMIND_AT}, {REMIND_EVERY}", element, report)
    if has(ESCALATE_TO) and not has(ESCALATE_AFTER):
        _pointless(ESCALATE_TO, ESCALATE_AFTER, element, report)
    if has(ESCALATE_AFTER) and not has(ESCALATE_TO):
        _pointless(ESCALATE_AFTER, ESCALATE_TO, element, report)
    for name in (REMIND_ALSO, ESCALATE_TO):
        for each in split_list(_literal(element, name)):
            _known(each, name, element, around, report)
    _levels(element, report)


def _pointless(name: str, wanted: str, element: Element, report: Report) -> None:
    report.error(
        element,
        "reminder-tells-nothing",
        "{name} of {element!r} does nothing without {wanted}.",
        name=name,
        wanted=wanted,
        element=element.title,
    )


def _known(name: str, where: str, element: Element, around: Surroundings, report: Report) -> None:
    if name == SUPERIOR and where == ESCALATE_TO:
        _superior(element, around, report)
    elif around.groups is not None and name not in around.groups:
        report.error(
            element,
            "unknown-group",
            "{where} names {name!r}, which is no group or relation.{hint}",
            where=where,
            name=name,
            hint=suggestion(name, {*around.groups, SUPERIOR}),
        )


def _superior(element: Element, around: Surroundings, report: Report) -> None:
    """Report that nobody is above those a task is drawn for, where that can be read off."""
    groups = element.extensions.attribute("candidateGroups") or element.lane or ""
    if around.groups is None or is_feel(groups):
        return
    asked = split_list(groups)
    if asked and not around.organisation.above(asked):
        report.error(
            element,
            "no-superior",
            "escalateTo asks for the superior of {asked}, and organisation.yaml declares none: declare one "
            "under superiors, or name a group.",
            asked="、".join(asked),
        )


def _levels(element: Element, report: Report) -> None:
    after, to = _literal(element, ESCALATE_AFTER), _literal(element, ESCALATE_TO)
    if not (after and to):
        return
    try:
        levels(len(split_list(after)), split_list(to))
    except EngineFailure as failure:
        report.error(element, "bad-reminder", "escalateTo: {reason}.", reason=failure.message)
