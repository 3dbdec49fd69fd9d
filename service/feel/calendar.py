"""The workday table as data, for the isolate and for the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.domain.workdays import Calendar, official_calendar


def calendar_table(calendar: Calendar | None = None) -> Mapping[str, Any]:
    """Return `{"holidays": [ISO day…], "workdays": [ISO day…], "announced": [year…]}`.

    The days that break the rule "Monday to Friday"; without an argument those of the official calendar.
    """
    return (calendar or official_calendar()).exceptions()
