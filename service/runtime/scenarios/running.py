"""Runs scenario files, several at once where there are many, and tells what came of them in their order."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.runtime.scenarios import sources
from service.runtime.scenarios.coverage import Coverage
from service.runtime.scenarios.crew import Crew, crew
from service.runtime.scenarios.people import Person, read_people
from service.runtime.scenarios.results import ScenarioResult
from service.runtime.scenarios.sources import UnderTest
from service.runtime.scenarios.workbench import prepare
from service.wording import Text

COMPANY = "公司"
"""The file beside the demo's scenarios that says what the company may spend."""
Tell = Callable[[str], None]
Source = Callable[[Path], UnderTest]
"""Says for a folder of scenarios which files they test."""


@dataclass(frozen=True)
class Suite:
    """Scenarios of one folder: the same people play them on the same files."""

    scenarios: tuple[Path, ...]
    people: tuple[Person, ...]
    tested: UnderTest

    @property
    def names(self) -> tuple[str, ...]:
        """Return the accounts of the people."""
        return tuple(person.name for person in self.people)


def run_file(path: Path, *, source: Source = sources.beside) -> ScenarioResult:
    """Run one scenario against the drawings beside it, or those of the source."""
    (suite,) = suites([path], source)
    with crew(1) as alone, _stage(suite) as folder:
        (result,) = alone.play(folder, suite.names, suite.scenarios)
    return result


def run_paths(
    paths: Iterable[Path],
    *,
    source: Source = sources.beside,
    tell: Tell = print,
    processes: int | None = None,
) -> bool:
    """Run files and folders, tell of each what was visited, then the coverage; True when all passed.

    They are played against the drawings beside them, or those of the source.
    """
    began = time.perf_counter()
    found = suites(paths, source)
    if not found:
        tell(Text("There is no scenario to run."))
        return False
    results: list[ScenarioResult] = []
    with crew(sum(len(suite.scenarios) for suite in found), processes) as players:
        for suite in found:
            results += run_suite(players, suite, tell)[0]
    failed = sum(not result.passed for result in results)
    seconds = f"{time.perf_counter() - began:.1f}"
    tell(
        Text(
            "{count} scenarios, {failed} failed, {seconds} s",
            count=len(results),
            failed=failed,
            seconds=seconds,
        )
    )
    return not failed


def suites(paths: Iterable[Path], source: Source = sources.beside) -> list[Suite]:
    """Return what is to be played: the scenarios of these files and folders, by folder."""
    by_folder: dict[Path, list[Path]] = {}
    for path in paths:
        for each in scenarios_in(path) if path.is_dir() else [path]:
            by_folder.setdefault(each.parent, []).append(each)
    return [
        Suite(tuple(scenarios), read_people(folder), source(folder))
        for folder, scenarios in by_folder.items()
    ]


def scenarios_in(folder: Path) -> list[Path]:
    """Return the scenarios of a folder by name; beside them only the demo's company may stand."""
    return [path for path in sorted(folder.glob("*.yaml")) if path.stem != COMPANY]


def run_suite(players: Crew, suite: Suite, tell: Tell) -> tuple[list[ScenarioResult], Coverage]:
    """Play a suite, telling of each scenario and in the end what all of them walked."""
    tell(Text("Tested: {files}", files=suite.tested.origin))
    results = []
    with _stage(suite) as folder:
        coverage = Coverage.of(suite.tested.files)
        for result in players.play(folder, suite.names, suite.scenarios):
            results.append(result)
            coverage.add(result.walked)
            _tell(result, tell)
    for line in coverage.report():
        tell(line)
    return results, coverage


@contextmanager
def _stage(suite: Suite) -> Iterator[Path]:
    """Yield a folder in which the suite's scenarios can begin; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-scenarios-"))
    try:
        prepare(folder, suite.tested.files, suite.people)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(result: ScenarioResult, tell: Tell) -> None:
    outcome = Text("passed") if result.passed else Text("FAILED")
    tell(
        Text(
            "{outcome}  {name}  {seconds} s",
            outcome=outcome,
            name=result.name,
            seconds=f"{result.seconds:.1f}",
        )
    )
    tell(f"    {' → '.join(result.visited)}")
    for failure in result.failures:
        tell(failure)
