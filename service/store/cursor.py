"""Cursors of lists: the place of the last row shown, as opaque text."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from service.errors import FieldError, InvalidInput

_LONGEST = 500
_MOST = 2**63


def encode(*parts: str | int | datetime) -> str:
    """Return the cursor of a row from the values it is ordered by."""
    texts = [part.isoformat() if isinstance(part, datetime) else part for part in parts]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def decode(cursor: str, *types: type) -> tuple[Any, ...]:
    """Return the values `encode` was given, of the wanted types. InvalidInput for any other text."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(_as(kind, part) for kind, part in zip(types, parts, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as exc:
        raise InvalidInput(errors=[FieldError("cursor", "not a cursor of this list")]) from exc


def _as(kind: type, part: Any) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(part)
        if moment.tzinfo is None:
            raise ValueError(part)
        # Near the ends of time it is no moment in another zone any more.
        return moment.astimezone(UTC)
    if type(part) is not kind:
        raise TypeError(part)
    if isinstance(part, int) and not 0 <= part < _MOST:
        raise ValueError(part)
    if isinstance(part, str) and not part.isprintable():
        raise ValueError(part)
    return part
