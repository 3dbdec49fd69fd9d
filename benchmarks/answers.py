"""The measured forms' answers: the owners' own, with a budget of as many lines as wanted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service import resources
from service.runtime.scenarios.answers import answers_of, computed
from service.settings import ZONE

NOW = datetime(2026, 8, 3, 9, 30, tzinfo=ZONE)
_SETS = ("通用", "臻选新品")
_OPENED = {"answered_changes": [], "possible_splits": []}
"""What the owners' answers take up of what their forms open with: here nothing was demanded or left open."""


def of(form: str) -> dict[str, Any]:
    """Return what the owners answer a form with."""
    owners = answers_of(_SETS, resources.scenarios())
    given: dict[str, Any] = computed(owners.of(form), {**owners.days, **_OPENED}, NOW)
    return given


def budget(lines: int) -> dict[str, Any]:
    """Return the answers to the budget form with so many lines."""
    given = of("budget")
    one = given["lines"][0]
    several = [{**one, "spec": f"第{number}项"} for number in range(lines)]
    return {**given, "lines": several, "reserve_reason": "价格都已锁定，不留备用金。"}
