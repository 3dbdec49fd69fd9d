"""Every scenario in processes/scenarios comes out as it says, and together they walk every drawing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service import resources
from service.runtime.scenarios import Coverage, ScenarioResult, read
from service.runtime.scenarios.crew import crew
from service.runtime.scenarios.results import play
from service.runtime.scenarios.running import run_suite
from service.runtime.scenarios.suites import suites
from service.runtime.scenarios.workbench import furnish, open_in, world_of
from tests.conftest import Lent

FILES = sorted(resources.scenarios().glob("*.yaml"))


@pytest.fixture(scope="module")
def played() -> tuple[dict[str, ScenarioResult], Coverage]:
    """Run every scenario once: the results by file name, and what was walked."""
    suite, _ = suites([resources.scenarios()])
    with crew(len(FILES)) as players:
        results, coverage = run_suite(players, suite, tell=lambda line: None)
    return {Path(result.file).name: result for result in results}, coverage


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_comes_out_as_it_says(
    played: tuple[dict[str, ScenarioResult], Coverage], file: Path
) -> None:
    result = played[0][file.name]

    assert result.failures == ()
    assert result.visited


@pytest.fixture(scope="module")
def furnished(_migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database in which scenarios can begin, to be copied."""
    (suite,) = suites(FILES[:1])
    made = Lent(_migrated_postgresql)
    app = open_in(tmp_path_factory.mktemp("furnished"), made.url)
    furnish(app, suite.tested.files, suite.people)
    app.close()
    yield made.name
    made.drop()


@pytest.mark.parametrize("walk", ["W01b", "W06b", "W08", "W10a", "W12b"])
def test_a_scenario_comes_out_the_same_on_postgresql(walk: str, furnished: str, tmp_path: Path) -> None:
    (suite,) = suites([file for file in FILES if file.stem.startswith(walk)])
    scenario, database = read(suite.scenarios[0]), Lent(furnished)
    app = open_in(tmp_path, database.url)

    failures = play(scenario, world_of(app, suite.names, scenario))

    app.close()
    database.drop()
    assert failures == ()


def test_the_scenarios_visit_every_activity_and_take_every_branch(
    played: tuple[dict[str, ScenarioResult], Coverage],
) -> None:
    coverage = played[1]

    missing = {
        key: [*coverage.missing_activities(key), *coverage.missing_branches(key)] for key in coverage.diagrams
    }

    assert {key: names for key, names in missing.items() if names} == {}


def test_every_walk_of_the_outline_has_a_scenario() -> None:
    named = {file.name[:3] for file in FILES}

    assert named >= {f"W{number:02}" for number in range(1, 13)}
