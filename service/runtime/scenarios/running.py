"""Runs scenario files one after the other and tells what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from service import resources as installed
from service.runtime.scenarios.coverage import Coverage
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.reading import Scenario, ScenarioError, answers_file, read
from service.runtime.scenarios.workbench import Workbench, World, checked_people
from service.runtime.scenarios.yaml_lines import Lines, load
from service.store.models import ActivityHistory

PEOPLE = "人员"
Walked = tuple[str, str, str | None]


@dataclass(frozen=True)
class ScenarioResult:
    """What came of one file. `visited`: activity ids in the order they were entered, over all its cases."""

    name: str
    file: str
    passed: bool
    visited: tuple[str, ...]
    failures: tuple[str, ...]
    seconds: float
    walked: tuple[Walked, ...] = ()


def run_file(path: Path, *, resources: Mapping[str, bytes] | None = None) -> ScenarioResult:
    """Run one scenario against the installed drawings, or those given."""
    files = installed.manifest_files() if resources is None else resources
    bench = Workbench(files, _people(path.parent))
    try:
        return _run(bench, path)
    finally:
        bench.close()


def run_paths(
    paths: Iterable[Path],
    *,
    resources: Mapping[str, bytes] | None = None,
    tell: Callable[[str], None] = print,
) -> bool:
    """Run files and folders, tell of each what was visited, then the coverage; True when all passed."""
    files = installed.manifest_files() if resources is None else resources
    scenarios = _files(paths)
    if not scenarios:
        tell("There is no scenario to run.")
        return False
    coverage = Coverage.of(files)
    results = run_all(scenarios, files, coverage, tell)
    for line in coverage.report():
        tell(line)
    failed = sum(not result.passed for result in results)
    tell(f"{len(results)} scenarios, {failed} failed, {sum(result.seconds for result in results):.1f} s")
    return not failed


def run_all(
    scenarios: Sequence[Path],
    files: Mapping[str, bytes],
    coverage: Coverage,
    tell: Callable[[str], None] = print,
) -> list[ScenarioResult]:
    """Run files on one workbench per folder, adding what they walk to the coverage."""
    results = []
    for folder in dict.fromkeys(path.parent for path in scenarios):
        bench = Workbench(files, _people(folder))
        try:
            for path in scenarios:
                if path.parent == folder:
                    results.append(_run(bench, path))
                    coverage.add(results[-1].walked)
                    _tell(results[-1], tell)
        finally:
            bench.close()
    return results


def run_in(database_url: str, path: Path, files: Mapping[str, bytes]) -> ScenarioResult:
    """Run one scenario in a database of its own, empty but for its tables."""
    bench = Workbench(files, _people(path.parent), database_url)
    try:
        return _run(bench, path)
    finally:
        bench.close()


def _files(paths: Iterable[Path]) -> list[Path]:
    found = [sorted(path.glob("*.yaml")) if path.is_dir() else [path] for path in paths]
    return [path for group in found for path in group]


def _people(folder: Path) -> Lines:
    file = answers_file(PEOPLE, folder)
    return checked_people(load(file), file)


def _run(bench: Workbench, path: Path) -> ScenarioResult:
    began = time.perf_counter()
    try:
        scenario = read(path)
    except ScenarioError as error:
        return ScenarioResult(path.stem, str(path), False, (), (error.message,), 0.0)
    failures, walked = _play(bench, scenario)
    return ScenarioResult(
        name=scenario.name,
        file=str(path),
        passed=not failures,
        visited=_in_order(walked),
        failures=failures,
        seconds=time.perf_counter() - began,
        walked=walked,
    )


def _play(bench: Workbench, scenario: Scenario) -> tuple[tuple[str, ...], tuple[Walked, ...]]:
    with bench.world(scenario.starts_at, scenario.allowances) as world:
        try:
            Play(scenario, world).run()
        except ScenarioError as error:
            return (error.message,), _walked(world)
        return (), _walked(world)


def _walked(world: World) -> tuple[Walked, ...]:
    with world.app.db.read() as session:
        rows = session.execute(
            select(ActivityHistory.definition, ActivityHistory.activity_id, ActivityHistory.flow)
            .where(ActivityHistory.event == "entered")
            .order_by(ActivityHistory.seq)
        )
        return tuple((key, activity, flow) for key, activity, flow in rows)


def _in_order(walked: Sequence[Walked]) -> tuple[str, ...]:
    """Return the activities as entered; elements of a multi-instance one (entered by no flow) left out."""
    by_flow = {activity for _, activity, flow in walked if flow}
    return tuple(activity for _, activity, flow in walked if flow or activity not in by_flow)


def _tell(result: ScenarioResult, tell: Callable[[str], None]) -> None:
    tell(f"{'passed' if result.passed else 'FAILED'}  {result.name}  {result.seconds:.1f} s")
    tell(f"    {' → '.join(result.visited)}")
    for failure in result.failures:
        tell(failure)
