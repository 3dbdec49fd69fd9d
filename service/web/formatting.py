"""How values read on a page: moments, deadlines in workdays, numbers, sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from service.domain.workdays import ZONE, Calendar, local_day, official_calendar, workdays_between
from service.runtime.cases.views import InstanceSummary, InstanceView
from service.web import i18n
from service.web.audit_words import action_name

HOUR = timedelta(hours=1)
MEBIBYTE = 1024 * 1024

SOURCES = re.compile(r"（[A-Z]\d+(?:[–、，, ]+[A-Z]?\d+)*）")


@dataclass(frozen=True)
class Due:
    """A deadline as the task list shows it. `tone` is a badge's class: "", "warn" or "bad"."""

    text: str
    tone: str
    is_overdue: bool
    # The calendar of its year is not announced yet: it may still move.
    is_provisional: bool = False
    is_today: bool = False


def due(moment: datetime | None, now: datetime, calendar: Calendar | None = None) -> Due | None:
    """Return how far away a deadline is, in workdays as soon as it is another day."""
    if moment is None:
        return None
    used = calendar or official_calendar()
    return replace(_due(moment, now, used), is_provisional=used.is_provisional(moment))


def _due(moment: datetime, now: datetime, calendar: Calendar) -> Due:
    if moment < now:
        return Due(_overdue(moment, now, calendar), "bad", True)
    left = workdays_between(now, moment, calendar)
    if local_day(moment) == local_day(now):
        text = _("due today %(time)s", time=moment.astimezone(ZONE).strftime("%H:%M"))
        return Due(text, "warn", False, is_today=True)
    if left == 0:
        return Due(_("due before the next workday"), "warn", False)
    text = ngettext("%(num)d workday left", "%(num)d workdays left", left)
    return Due(text, "warn" if left == 1 else "", False)


def _overdue(moment: datetime, now: datetime, calendar: Calendar) -> str:
    late = workdays_between(moment, now, calendar)
    if late > 0:
        return ngettext("%(num)d workday overdue", "%(num)d workdays overdue", late)
    hours = int((now - moment) / HOUR)
    if hours:
        return ngettext("%(num)d hour overdue", "%(num)d hours overdue", hours)
    return _("just overdue")


def moment(value: datetime | str | None) -> str:
    """Return a moment as local date and time, minutes precise; "—" for none."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found is None:
        return "—"
    local = found.astimezone(ZONE) if found.tzinfo else found
    return local.strftime("%Y-%m-%d %H:%M")


def day(value: datetime) -> str:
    """Return the day of a moment where the company is."""
    return local_day(value).isoformat()


def iso(value: datetime) -> str:
    """Return a moment for the `datetime` attribute of `<time>`."""
    return value.astimezone(ZONE).isoformat(timespec="minutes")


def number(value: Decimal | float | int, digits: int | None = None) -> str:
    """Return a number with grouped thousands; exactly `digits` decimals, or as many as it has."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if digits is None:
        text = f"{exact:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{exact:,.{digits}f}"


def yuan(value: Decimal | float | int) -> str:
    """Return an amount of money with its cents: ¥50,000.00."""
    return f"¥{number(value, 2)}"


def percent(value: Decimal | float | int) -> str:
    """Return a share (0–1) in percent, with at most two decimals: 12.5%."""
    return f"{number(round(Decimal(str(value)) * 100, 2))}%"


def _or_none(shown: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return the same filter, that says "—" of what is not known."""
    return lambda value: "—" if value is None else shown(value)


def file_size(count: int) -> str:
    """Return bytes as "1.5 MB" or "12 KB"."""
    if count >= MEBIBYTE:
        return f"{number(round(Decimal(count) / MEBIBYTE, 1))} MB"
    return f"{max(1, round(count / 1024))} KB"


def plain(value: Any) -> str:
    """Return a variable or an answer as short readable text."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{plain(entry)}" for key, entry in value.items()) or "—"
    if isinstance(value, (list, tuple)):
        return "、".join(plain(entry) for entry in value) or "—"
    return str(value)


def without_sources(text: str) -> str:
    """Return a drawing's documentation without the requirements it cites at the end: "…（P1, R3）。"."""
    return SOURCES.sub("", text)


def device(user_agent: str) -> str:
    """Return a browser as a person knows it ("Chrome · Windows"); "" when nothing is recognised."""
    browsers = {
        "DingTalk": "DingTalk",
        "MicroMessenger": "WeChat",
        "Edg": "Edge",
        "Firefox": "Firefox",
        "Chrome": "Chrome",
        "Safari": "Safari",
    }
    systems = {
        "Android": "Android",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Windows": "Windows",
        "Mac OS X": "macOS",
        "Linux": "Linux",
    }
    names = (
        next((name for mark, name in table.items() if mark in user_agent), "")
        for table in (browsers, systems)
    )
    return " · ".join(filter(None, names))


def state_name(state: str) -> str:
    """Return the word for the state of a case."""
    return {
        "active": _("running"),
        "suspended": _("suspended"),
        "completed": _("completed"),
        "cancelled": _("cancelled"),
    }.get(state, state)


def state_tone(state: str) -> str:
    """Return the badge class for the state of a case."""
    return {"active": "info", "suspended": "warn", "completed": "good"}.get(state, "")


def outcome_name(case: InstanceView | InstanceSummary) -> str:
    """Return how a case stands: the word for its state, or once completed how it came out."""
    outcome = case.outcome
    if case.state != "completed" or outcome is None or not (outcome.end or outcome.label):
        return state_name(case.state)
    label = (outcome.label_en if i18n.language_tag() == "en" else "") or outcome.label
    if not label or outcome.label == outcome.end:
        return label or outcome.end
    return f"{outcome.end} · {label}" if outcome.end else label


def outcome_tone(case: InstanceView | InstanceSummary) -> str:
    """Return the badge class for how a case stands."""
    return case.outcome.tone if case.outcome is not None else state_tone(case.state)


def added_as_name(mode: str) -> str:
    """Return the word for the signature of somebody who was added before, after or beside the holder."""
    return {
        "before": _("added signature (before)"),
        "after": _("added signature (after)"),
        "beside": _("added signature (beside)"),
    }[mode]


def kind_name(kind: str) -> str:
    """Return the word for a kind of element, by its BPMN name."""
    return {
        "userTask": _("user task"),
        "manualTask": _("manual task"),
        "serviceTask": _("service task"),
        "scriptTask": _("script task"),
        "businessRuleTask": _("decision"),
        "callActivity": _("called process"),
        "subProcess": _("subprocess"),
        "receiveTask": _("waits for a message"),
        "intermediateCatchEvent": _("waits for an event"),
        "boundaryEvent": _("boundary event"),
        "eventBasedGateway": _("event gateway"),
        "parallelGateway": _("parallel gateway"),
        "exclusiveGateway": _("gateway"),
        "startEvent": _("start event"),
        "endEvent": _("end event"),
    }.get(kind, kind)


def install(app: Flask) -> None:
    """Make the filters known to templates."""
    filters = (
        moment,
        day,
        iso,
        number,
        yuan,
        percent,
        file_size,
        plain,
        added_as_name,
        outcome_name,
        outcome_tone,
        state_name,
        state_tone,
        kind_name,
        action_name,
        device,
        without_sources,
    )
    for each in filters:
        app.add_template_filter(each)
    known = {"yuan": yuan, "percent": percent, "workdays": number, "ratio": lambda value: number(value, 2)}
    for name, shown in known.items():
        app.add_template_filter(_or_none(shown), f"{name}_or_none")
