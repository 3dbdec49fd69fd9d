"""Where a component of a form stands in its file: forms are JSON, which keeps no lines."""

from __future__ import annotations

import json

from service.feel.schema import Component


def line_of(content: bytes, component: Component) -> int:
    """Return the line in which a component's id, or else its key, is written; 0 when neither is found."""
    for name in ("id", "key", "path"):
        value = component.raw.get(name)
        if isinstance(value, str) and value:
            place = _place(content, f'"{name}"', json.dumps(value, ensure_ascii=False))
            if place >= 0:
                return content.count(b"\n", 0, place) + 1
    return 0


def _place(content: bytes, name: str, value: str) -> int:
    for gap in (": ", ":"):
        place = content.find(f"{name}{gap}{value}".encode())
        if place >= 0:
            return place
    return -1
