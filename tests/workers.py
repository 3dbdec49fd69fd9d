"""How the tests are shared out when several processes run them (`pytest -n 2 --dist loadgroup`).

A file stays with one worker, for the sake of what its tests share. What keeps the machine busy for minutes
begins first and stays together, so that it neither competes with itself nor is left to the end.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
LONG = ("resilience", "browser/test_lifecycle.py", "browser", "runtime/step", "processes", "engine")
"""Folders and files, the longest first."""
TOGETHER = "resilience"
"""Its tests start servers and workers of their own, as many as there are cores and more."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its group, and put the long ones first where there are workers."""
    for item in items:
        place = _place(item)
        group = TOGETHER if place.startswith(f"{TOGETHER}/") else place
        item.add_marker(pytest.mark.xdist_group(group))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(_place(item)))


def _place(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else item.path.name


def _turn(place: str) -> int:
    return next((turn for turn, each in enumerate(LONG) if place.startswith(each)), len(LONG))
