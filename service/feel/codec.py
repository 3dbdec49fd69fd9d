"""Values as text: JSON that keeps decimals, dates, times and durations apart.

`dumps`/`loads` are exact in both directions and keep the order of keys; `plain` is the one-way
form for the outside: numbers stay numbers, everything else of ours becomes ISO 8601 text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.feel.values import Months

_RESTORE: dict[str, Callable[[Any], Any]] = {
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$duration": lambda parts: timedelta(days=parts[0], seconds=parts[1], microseconds=parts[2]),
    "$months": Months,
}


def dumps(value: Any) -> str:
    """Return `value` as text. TypeError names a type that has no place in a variable."""
    return _encode(value if _is_ready(value) else _pack(value))


def loads(text: str | bytes) -> Any:
    """Return the value `dumps` was given; tuples come back as lists."""
    return _decode(text if isinstance(text, str) else text.decode())


def plain(value: Any) -> Any:
    """Return `value` made of what JSON knows: for answers of the API and for forms."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, Months):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be shown as JSON")


def duration_text(value: timedelta) -> str:
    """Return a days-time duration as ISO 8601: P2DT4H, -PT15M, PT0S."""
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    clock = "".join(f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M")) if amount) + (
        f"{seconds}{fraction}S" if seconds or fraction else ""
    )
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}T{clock}" if clock else f"{sign}P{days or 'T0S'}"


def _is_ready(value: Any) -> bool:
    """Say whether the encoder may have a value as it is. Most are, and copying costs more than writing."""
    kind = type(value)
    if kind is dict:
        if len(value) == 1 and _is_tag(next(iter(value))):
            return False
        for key, entry in value.items():
            if type(key) is not str or (type(entry) not in _SINGLE and not _is_ready(entry)):
                return False
        return True
    if kind is list:
        return all(type(entry) in _SINGLE or _is_ready(entry) for entry in value)
    return kind in _SINGLE


def _is_tag(key: Any) -> bool:
    return isinstance(key, str) and key.startswith("$")


def _pack(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        packed = {_key(key): _pack(entry) for key, entry in value.items()}
        return _escaped(packed) if len(packed) == 1 else packed
    if isinstance(value, (list, tuple)):
        return [_pack(entry) for entry in value]
    return _pack_own(value)


def _pack_own(value: Any) -> dict[str, Any]:
    if isinstance(value, Decimal) and value.is_finite():
        return {"$decimal": str(value)}
    # A datetime is a date too: the order of these two matters.
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$duration": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Months):
        return {"$months": int(value.months)}
    raise TypeError(f"{type(value).__name__} cannot be stored as a value")


_SINGLE = frozenset(
    {str, int, float, bool, type(None), Decimal, date, datetime, time, timedelta, Months},
)
# Made once: the functions of `json` would make them anew for every value.
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_pack_own
).encode


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys are text, not {type(key).__name__}")
    return key


def _unpack(pairs: list[tuple[str, Any]]) -> Any:
    if len(pairs) == 1 and pairs[0][0].startswith("$"):
        name, content = pairs[0]
        return {name[1:]: content} if name.startswith("$$") else _RESTORE[name](content)
    return dict(pairs)


_decode = json.JSONDecoder(object_pairs_hook=_unpack).decode


def _escaped(single: dict[str, Any]) -> dict[str, Any]:
    """An object of somebody's own must not be taken for one of our tagged values."""
    name, content = next(iter(single.items()))
    return {f"${name}": content} if _is_tag(name) else single
