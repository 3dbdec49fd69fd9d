"""Plays scenarios in several processes at once, and hands the results back in the order of the files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from service.errors import ServiceError
from service.runtime.scenarios.results import ScenarioResult, play_file
from service.runtime.scenarios.workbench import Workbench
from service.wording import Text

FEW = 6
"""So many scenarios are played by this process sooner than by others that have to be started first."""

Names = tuple[str, ...]


class CrewLost(ServiceError):
    """A process that played scenarios came to an abrupt end."""


class Crew:
    """Whoever plays scenarios: this process alone, or a few others."""

    def __init__(self, executor: ProcessPoolExecutor | None) -> None:
        self._executor = executor

    def play(self, folder: Path, names: Names, scenarios: Sequence[Path]) -> Iterator[ScenarioResult]:
        """Yield the result of each scenario, in their order, as soon as it and those before it are there.

        `folder` was made ready by `workbench.prepare`.
        """
        if self._executor is None:
            bench = Workbench(folder, names)
            try:
                yield from (play_file(bench, path) for path in scenarios)
            finally:
                bench.close()
            return
        waiting = [self._executor.submit(_play, folder, names, path) for path in scenarios]
        try:
            for each in waiting:
                yield each.result()
        except BrokenProcessPool as exc:
            message = Text(
                "A process that played scenarios came to an abrupt end: the machine may be short of memory."
            )
            raise CrewLost(message) from exc


@contextmanager
def crew(scenarios: int, processes: int | None = None) -> Iterator[Crew]:
    """Yield a crew for so many scenarios: other processes where they are worth their start.

    Whatever ends the block, what has not begun is not played any more, and every process is gone.
    """
    wanted = min(processes or _processors(), scenarios)
    if wanted < 2 or (processes is None and scenarios <= FEW):
        yield Crew(None)
        return
    # Started anew, not forked: a V8 isolate of ours never answers in a child.
    executor = ProcessPoolExecutor(
        wanted, multiprocessing.get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        with _interrupts_left():
            for _ in range(wanted):
                executor.submit(os.getpid)  # they import everything while this process prepares
        yield Crew(executor)
    finally:
        executor.shutdown(cancel_futures=True)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _interrupts_left() -> Iterator[None]:
    """Let the processes that are started inside leave Ctrl-C to the one that waits for them.

    It reaches the whole terminal, and a child that is still importing would answer with its traceback.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave_interrupts() -> None:
    """Leave Ctrl-C alone also where what the parent ignores is not inherited."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _play(folder: Path, names: Names, path: Path) -> ScenarioResult:
    return play_file(_bench(folder, names), path)


@lru_cache(maxsize=1)
def _bench(folder: Path, names: Names) -> Workbench:
    """Return this process's own workbench on the folder; it lasts as long as the process."""
    return Workbench(folder, names)
