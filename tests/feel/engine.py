"""The instant and the two verbs every test of expressions uses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.errors import FeelError
from service.feel import FEEL

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=ZONE)
"""A Monday, early enough that it is still Sunday in UTC."""


def value(expression: str, **variables: Any) -> Any:
    """Return what the expression yields at NOW."""
    return FEEL.evaluate(expression, variables, now=NOW)


def refusal(expression: str, **variables: Any) -> str:
    """Return why the expression has no value."""
    with pytest.raises(FeelError) as caught:
        FEEL.evaluate(expression, variables, now=NOW)
    assert caught.value.expression == expression
    return caught.value.message
