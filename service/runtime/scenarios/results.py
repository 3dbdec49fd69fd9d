"""Plays one scenario file in a world of its own, and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.reading import Scenario, ScenarioError, read
from service.runtime.scenarios.workbench import Workbench
from service.runtime.scenarios.world import World
from service.store.models import ActivityHistory

Walked = tuple[str, str, str | None]

_ENTERED = (
    select(ActivityHistory.definition, ActivityHistory.activity_id, ActivityHistory.flow)
    .where(ActivityHistory.event == "entered")
    .order_by(ActivityHistory.seq)
)


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


def play_file(bench: Workbench, path: Path) -> ScenarioResult:
    """Return what came of a scenario; one that cannot be read has failed."""
    began = time.perf_counter()
    try:
        scenario = read(path)
    except ScenarioError as error:
        return ScenarioResult(path.stem, str(path), False, (), (error.message,), 0.0)
    world = bench.world(scenario)
    failures = play(scenario, world)
    walked = _walked(world)
    return ScenarioResult(
        name=scenario.name,
        file=str(path),
        passed=not failures,
        visited=_in_order(walked),
        failures=failures,
        seconds=time.perf_counter() - began,
        walked=walked,
    )


def play(scenario: Scenario, world: World) -> tuple[str, ...]:
    """Carry out a scenario; return what does not come out as it says."""
    try:
        Play(scenario, world).run()
    except ScenarioError as error:
        return (error.message,)
    return ()


def _walked(world: World) -> tuple[Walked, ...]:
    with world.app.db.read() as session:
        return tuple((key, activity, flow) for key, activity, flow in session.execute(_ENTERED))


def _in_order(walked: Sequence[Walked]) -> tuple[str, ...]:
    """Return the activities as entered; elements of a multi-instance one (entered by no flow) left out."""
    by_flow = {activity for _, activity, flow in walked if flow}
    return tuple(activity for _, activity, flow in walked if flow or activity not in by_flow)
