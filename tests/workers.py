"""How the tests are shared out when several processes run them (`pytest -n 2`).

A file stays with one worker, for the sake of what its tests share. What keeps the machine busy for minutes
begins first, so that it is not left to the end, and the tests of faults stay together: they start servers
and workers of their own, as many as there are cores and more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
LONG = (
    "resilience/",
    "browser/test_lifecycle.py",
    "processes/",
    "browser/",
    "runtime/step/",
    "setup/",
    "engine/",
)
"""Folders and files, the longest first."""
TOGETHER = "resilience/"
UNMEASURED = ("resilience/", "browser/", "processes/", "setup/")
"""Folders for which no coverage is counted: they walk through what others prove, much of it in processes
of their own, and counting would take them nearly as long again."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long ones first where there are workers; every worker must see the same order."""
    for item in items:
        if _place(item).startswith(UNMEASURED):
            item.add_marker(pytest.mark.no_cover)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(_place(item)))


def _place(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).as_posix()


def _turn(place: str) -> int:
    return next((turn for turn, each in enumerate(LONG) if place.startswith(each)), len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share out by file unless somebody asks for another way."""
    if config.getvalue("dist") != "load":
        return None
    # pytest-xdist 3.8.0 has --dist loadgroup for this, but under pytest 9.2 that does nothing: it writes the
    # group into a name that pytest no longer reads.
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            place = nodeid.split("::")[0].removeprefix("tests/")
            return TOGETHER if place.startswith(TOGETHER) else place

    config.option.loadscopereorder = False
    return ByFile(config, log)
