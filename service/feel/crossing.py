"""Values on their way into the isolate and back: JSON, with a tag for what JSON has no word for.

A date is written `{"$t": "date", "v": "2026-12-01"}`. Keys that begin with `$` in somebody's own context get
one `$` more on the way, so that nothing typed in can pass for a date. The twin of this module is
assets/feel/codec.js.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from service.feel import codec
from service.feel.values import Months

TAG = "$t"
ZONE = ZoneInfo("Asia/Shanghai")
_MILLISECOND = timedelta(milliseconds=1)


def dumps(value: Any) -> str:
    """Return the request as JSON. TypeError or ValueError names a value FEEL has no place for."""
    tags = _Tags()
    text = _encode(value, tags)
    # As many as we wrote ourselves: nobody's own data has such a key. Otherwise mark theirs, and again.
    if text.count('"$') == tags.count:
        return text
    return _encode(_escape(value), _Tags())


def dumps_plain(value: Any) -> str:
    """Return a form's answers or inputs as JSON: dates, times and durations as ISO 8601 text."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def loads(text: str) -> Any:
    """Return the Python values of the isolate's answer."""
    hook = _restore_marked if '"$$' in text else _restore
    return json.loads(text, object_hook=hook, parse_float=_number)


def _encode(value: Any, tags: _Tags) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=tags.write)


class _Tags:
    """Writes what the JSON encoder does not know, and counts how many tags that took."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(value)
        if isinstance(value, Decimal):
            return _plain_number(value)
        self.count += 1
        return _tagged(value)


def _plain_number(value: Decimal) -> int | float:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number")
    return int(value) if value == value.to_integral_value() else float(value)


def _tagged(value: Any) -> dict[str, Any]:
    # A datetime is a date too: the order of these two matters.
    if isinstance(value, datetime):
        return {TAG: "date and time", "v": _instant(value)}
    if isinstance(value, date):
        return {TAG: "date", "v": value.isoformat()}
    if isinstance(value, time):
        return {TAG: "time", "v": value.isoformat(timespec="milliseconds")}
    if isinstance(value, timedelta):
        return {TAG: "days and time duration", "v": value // _MILLISECOND}
    if isinstance(value, Months):
        return {TAG: "years and months duration", "v": value.months}
    raise TypeError(f"FEEL has no value of the type {type(value).__name__}")


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a date and time without a zone is not an instant")
    return value.astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return _plain_number(value) if isinstance(value, Decimal) else codec.plain(value)


def _escape(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {f"${key}" if key.startswith("$") else key: _escape(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_escape(entry) for entry in value]
    return value


def _number(text: str) -> int | Decimal:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number


_RESTORE: dict[str, Callable[[Any], Any]] = {
    "date": date.fromisoformat,
    "date and time": lambda text: datetime.fromisoformat(text).astimezone(ZONE),
    "time": time.fromisoformat,
    "days and time duration": lambda milliseconds: int(milliseconds) * _MILLISECOND,
    "years and months duration": lambda months: Months(int(months)),
}


def _restore(content: dict[str, Any]) -> Any:
    return _RESTORE[content[TAG]](content["v"]) if TAG in content else content


def _restore_marked(content: dict[str, Any]) -> Any:
    if TAG in content:
        return _restore(content)
    return {key[1:] if key.startswith("$$") else key: entry for key, entry in content.items()}
