"""Time as scenarios write it: moments, and spans in workdays, days, hours or minutes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from service.feel import FEEL
from service.runtime.scenarios.reading import Step, moment
from service.settings import ZONE

SPAN = re.compile(r"(\d+)\s*(?:个)?\s*(工作日|天|小时|分钟)")
UNITS = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}


def after(now: datetime, step: Step, key: str) -> datetime:
    """Return the moment a span such as `2 个工作日` after now; a workday keeps the time of day."""
    text = str(step.options[key]).strip()
    match = SPAN.fullmatch(text)
    if match is None:
        raise step.error(f"{key} {text}: write for example 2 个工作日, 3 天, 4 小时 or 15 分钟.", key)
    number, unit = int(match[1]), match[2]
    if unit != "工作日":
        return now + number * UNITS[unit]
    due = FEEL.evaluate("workdays_after(d, n)", {"d": now, "n": number}, now=now)
    return datetime.combine(due.astimezone(ZONE).date(), now.astimezone(ZONE).timetz())


def moment_of(step: Step, text: Any) -> datetime:
    """Return a moment as written in a step."""
    try:
        return moment(text)
    except ValueError:
        raise step.error(f"{text!r} is no moment; write 2026-09-01 09:00.") from None


def shown(at: datetime) -> str:
    """Return a moment as a scenario would write it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"
