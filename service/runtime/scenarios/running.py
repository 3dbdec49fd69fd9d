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
from service.runtime.scenarios.reading import answers_file
from service.runtime.scenarios.results import ScenarioResult
from service.runtime.scenarios.sources import UnderTest
from service.runtime.scenarios.workbench import checked_people, prepare
from service.runtime.scenarios.yaml_lines import Lines, load
from service.wording import Text

PEOPLE = "人员"
Tell = Callable[[str], None]
Source = Callable[[Path], UnderTest]
"""Says for a folder of scenarios which files they test."""


@dataclass(frozen=True)
class Suite:
    """Scenarios of one folder: the same people play them on the same files."""

    scenarios: tuple[Path, ...]
    people: Lines
    tested: UnderTest

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(person["账号"]) for person in self.people["人员"])


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
        for each in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            by_folder.setdefault(each.parent, []).append(each)
    return [
        Suite(tuple(scenarios), _people(folder), source(folder)) for folder, scenarios in by_folder.items()
    ]


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


def _people(folder: Path) -> Lines:
    file = answers_file(PEOPLE, folder)
    return checked_people(load(file), file)


def _tell(result: ScenarioResult, tell: Tell) -> None:
    tell(f"{'passed' if result.passed else 'FAILED'}  {result.name}  {result.seconds:.1f} s")
    tell(f"    {' → '.join(result.visited)}")
    for failure in result.failures:
        tell(failure)
