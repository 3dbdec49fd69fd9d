"""Names of groups, relations and people as drawings and FEEL give them."""

from __future__ import annotations

from typing import Any

from service.engine.drawing.extensions import split_list
from service.engine.failures import EngineFailure


def names(value: Any, otherwise: tuple[str, str]) -> tuple[str, ...]:
    """Return the names in a text or a list. EngineFailure with the code and words of `otherwise`."""
    if isinstance(value, str):
        return split_list(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if value is None:
        return ()
    raise EngineFailure(*otherwise, value=repr(value))
