"""Dates, times and durations written out in an expression: `date("2026-11-11")`, `duration("P3D")`."""

from __future__ import annotations

import re
from datetime import date

from service.wording import Text

_DAY = r"\d{4}-\d{2}-\d{2}"
_SHAPES = {
    "date": (re.compile(rf"{_DAY}(T.*)?"), 'date("2026-11-11")'),
    "date and time": (re.compile(rf"{_DAY}(T.*)?"), 'date and time("2026-11-11T09:00:00+08:00")'),
    "time": (re.compile(r"\d{2}:\d{2}.*"), 'time("09:00:00")'),
    "duration": (re.compile(r"[-+]?P(?=.)[\d.,YMWDTHSymwdths+-]*"), 'duration("P3D"), duration("PT24H")'),
}
_STARTS = re.compile(_DAY)


def unreadable(function: str, text: str) -> Text | None:
    """Return what to write instead of a text that this function cannot read; None where it can."""
    if function not in _SHAPES:
        return None
    shape, example = _SHAPES[function]
    if shape.fullmatch(text) is not None and _exists(text):
        return None
    return Text(
        "{function}() cannot read {text!r}: write {example}", function=function, text=text, example=example
    )


def _exists(text: str) -> bool:
    """Say whether the day a text begins with, if any, stands in the calendar."""
    found = _STARTS.match(text)
    if found is None:
        return True
    try:
        date.fromisoformat(found[0])
    except ValueError:
        return False
    return True
