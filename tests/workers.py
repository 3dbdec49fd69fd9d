"""How the tests are shared out when several processes run them (`pytest -n 2`).

A file stays with one worker, for the sake of what its tests share. What keeps the machine busy for minutes
begins first, so that it is not left to the end, and the tests of faults stay together: they start servers
and workers of their own, as many as there are cores and more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from coverage import Coverage

from service.engine import guarantees

TESTS = Path(__file__).resolve().parent
LONG = (
    "resilience/",
    "browser/test_lifecycle.py",
    "processes/",
    "web/test_releases.py",
    "browser/",
    "setup/",
    "web/",
    "api/",
    "runtime/",
    "engine/",
)
"""Folders and files, the longest first."""
TOGETHER = "resilience/"
UNMEASURED = (
    "api/test_company.py",
    "api/test_guarantees.py",
    "api/test_openapi.py",
    "browser/",
    "engine/test_check_fuzz.py",
    "engine/test_guarantees_random.py",
    "engine/test_mutants.py",
    "engine/test_owner_slips.py",
    "engine/test_random_",
    "processes/",
    "resilience/",
    "runtime/cases/test_case_facts.py",
    "runtime/effects/",
    "runtime/keeping/test_vouching.py",
    "runtime/releases/test_differences.py",
    "runtime/releases/test_frozen_cases.py",
    "runtime/releases/test_migrations.py",
    "runtime/step/",
    "runtime/tasks/test_superiors.py",
    "runtime/time/",
    "setup/",
    "store/",
    "test_beside.py",
    "web/test_account.py",
    "web/test_case_facts.py",
    "web/test_errors.py",
    "web/test_formatting.py",
    "web/test_incidents.py",
    "web/test_languages.py",
    "web/test_migration.py",
    "web/test_notifications.py",
    "web/test_page_weight.py",
    "web/test_requests.py",
    "web/test_sign_in.py",
    "web/test_why.py",
)
"""Where no coverage is counted: they walk through what others walk too, many times over or in processes of
their own. Counting makes a test take two to three times as long; of these, all but the processes of their own
would together find two branches in a hundred that no other test takes."""
PROVING = "engine/"
"""Where the prover's coverage is counted. Everywhere else it runs along, uncounted: with every deployment."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long ones first where there are workers; every worker must see the same order."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(_place(item)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count no coverage of a test that is not measured, nor of what is made for it."""
    place = _place(item)
    if Coverage.current() is None or (place.startswith(PROVING) and not place.startswith(UNMEASURED)):
        return (yield)
    if not place.startswith(UNMEASURED):
        with patch.object(guarantees, "judge", _uncounted(guarantees.judge)):
            return (yield)
    with _nothing_counted():
        return (yield)


@contextmanager
def _nothing_counted() -> Iterator[None]:
    """Stop counting for a while.

    pytest-cov 7.1.0 counts twice in a worker of pytest-xdist: it starts once with the options and once with
    the session. Whoever stops the second sets the first going again.
    """
    stopped: list[Coverage] = []
    while (counting := Coverage.current()) is not None:
        counting.stop()
        stopped.append(counting)
    try:
        yield
    finally:
        for each in reversed(stopped):
            each.start()


def _uncounted(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is not counted while it runs."""

    @wraps(work)
    def done(*args: Any) -> Any:
        with _nothing_counted():
            return work(*args)

    return done


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
