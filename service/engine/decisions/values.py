"""The types of a decision's columns, and values brought into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.feel.values import Months

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, Decimal),
    "boolean": bool,
    "date": date,
    "time": time,
    "dateTime": datetime,
    "dayTimeDuration": timedelta,
    "yearMonthDuration": Months,
    "list": (list, tuple),
    "context": dict,
}


def conforms(value: Any, type_: str) -> bool:
    """Tell whether a value is of a column's type; any value is of one that is not known."""
    expected = TYPES.get(type_, object)
    if isinstance(value, bool):
        return expected in (bool, object)
    if type_ == "date" and isinstance(value, datetime):
        return False
    return isinstance(value, expected)


def as_typed(value: Any, type_: str) -> Any:
    """Return a value as a column means it: floats become decimals, ISO text becomes a date."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str) and type_ in {"date", "dateTime"}:
        return _moment(value, type_)
    return value


def _moment(text: str, type_: str) -> date | str:
    try:
        return (date if type_ == "date" else datetime).fromisoformat(text)
    except ValueError:
        return text


def plain(value: Any) -> Any:
    """Return a decimal without a fraction as an int, as FEEL values are."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
