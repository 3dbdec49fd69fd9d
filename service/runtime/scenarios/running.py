"""Runs scenarios and table cases, many at once, and tells in their order what came of them."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from service.runtime.scenarios import sources
from service.runtime.scenarios.coverage import Coverage
from service.runtime.scenarios.crew import Crew, crew
from service.runtime.scenarios.results import ScenarioResult
from service.runtime.scenarios.suites import Source, Suite, suites
from service.runtime.scenarios.tables import TableResult, run_tables
from service.runtime.scenarios.workbench import prepare
from service.wording import Text

Tell = Callable[[str], None]


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
    verbose: bool = False,
) -> bool:
    """Run files and folders, tell of each what was visited, then what failed; True when all passed.

    They are played against the drawings beside them, or those of the source. Of a whole folder it is told
    what none of its scenarios walked; `verbose` tells that of any, and each walk step by step.
    """
    began = time.perf_counter()
    found = suites(paths, source)
    if not found:
        tell(Text("There is no scenario to run."))
        return False
    scenarios: list[ScenarioResult] = []
    tables: list[TableResult] = []
    with crew(sum(len(suite.scenarios) for suite in found), processes) as players:
        for suite in found:
            tell(Text("Tested: {files}", files=suite.tested.origin))
            tables += run_cases(suite, tell)
            scenarios += run_suite(players, suite, tell, verbose=verbose)[0] if suite.scenarios else []
    failed = _tell_failures([*tables, *scenarios], tell)
    tell(
        Text(
            "{scenarios} scenarios, {tables} tables, {failed} failed, {seconds} s",
            scenarios=len(scenarios),
            tables=len(tables),
            failed=failed,
            seconds=f"{time.perf_counter() - began:.1f}",
        )
    )
    return not failed


def run_suite(
    players: Crew, suite: Suite, tell: Tell, *, verbose: bool = False
) -> tuple[list[ScenarioResult], Coverage]:
    """Play the scenarios of a suite, telling of each, and in the end what all of them walked."""
    results = []
    with _stage(suite) as folder:
        coverage = Coverage.of(suite.tested.files, suite.tested.named)
        for result in players.play(folder, suite.names, suite.scenarios):
            results.append(result)
            coverage.add(result.walked)
            _tell_scenario(result, tell, verbose)
    if suite.is_whole or verbose:
        for line in coverage.report(is_whole=suite.is_whole):
            tell(line)
    return results, coverage


def run_cases(suite: Suite, tell: Tell) -> list[TableResult]:
    """Put the table cases of a suite to their tables, telling of each, with the rules no case hits."""
    results = [each for path in suite.tables for each in run_tables(path, suite.tested.files)]
    for result in results:
        _tell_table(result, tell)
    return results


@contextmanager
def _stage(suite: Suite) -> Iterator[Path]:
    """Yield a folder in which the suite's scenarios can begin; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-scenarios-"))
    try:
        prepare(folder, suite.tested.files, suite.people)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell_scenario(result: ScenarioResult, tell: Tell, verbose: bool) -> None:
    outcome, seconds = _outcome(result.passed), f"{result.seconds:.1f}"
    tell(Text("{outcome}  {name}  {seconds} s", outcome=outcome, name=result.name, seconds=seconds))
    tell(f"    {' → '.join(result.visited if verbose else _once_each(result.visited))}")
    for failure in result.failures:
        tell(failure)


def _tell_table(result: TableResult, tell: Tell) -> None:
    tell(
        Text(
            "{outcome}  {name}  {cases} cases, {hit}/{rules} rules",
            outcome=_outcome(result.passed),
            name=result.decision,
            cases=result.cases,
            hit=result.rules - len(result.unused),
            rules=result.rules,
        )
    )
    if result.unused:
        tell(Text("    never hit: {names}", names=", ".join(map(str, result.unused))))
    for failure in result.failures:
        tell(failure)


def _once_each(visited: Iterable[str]) -> list[str]:
    """Return the activities in the order they were first entered, with how often where more than once."""
    return [name if times == 1 else f"{name} ×{times}" for name, times in Counter(visited).items()]


def _tell_failures(results: Iterable[ScenarioResult | TableResult], tell: Tell) -> int:
    """Tell once more, where it is read last, what failed and where that stands; return how many did."""
    failed = [result for result in results if not result.passed]
    if failed:
        tell(Text("Not as expected:"))
    for result in failed:
        for failure in result.failures:
            tell(failure)
    return len(failed)


def _outcome(passed: bool) -> Text:
    return Text("passed") if passed else Text("FAILED")
