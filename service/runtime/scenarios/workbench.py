"""The throw-away system scenarios run in: temporary SQLite, virtual time, the organisation's people."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from service.engine.guarantees import FILE as GUARANTEES
from service.feel import FEEL
from service.feel.remembering import RememberingFeel
from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.scenarios.people import Person, hire
from service.runtime.scenarios.reading import Scenario
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.wiring import open_application
from service.settings import Settings
from service.store.models import DepartmentAllowance

_FIRST, _IN_USE = "first", "in-use-"


class Workbench:
    """A system that begins every scenario anew: the deployment, the people, and nothing that happened.

    `folder` holds its first state, made by `prepare`; several processes may each have a workbench on it.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._first, self._names = folder / _FIRST, names
        self._in_use = Path(tempfile.mkdtemp(prefix=_IN_USE, dir=folder))
        self._app = open_in(self._in_use, f"sqlite:///{self._in_use / 'countersign.db'}")

    def world(self, scenario: Scenario) -> World:
        """Return the system as at first, for this scenario. The world before it is gone."""
        # The application stays: it knows the drawings already, and its statements are compiled.
        self._app.db.close()
        shutil.rmtree(self._in_use)
        shutil.copytree(self._first, self._in_use)
        return world_of(self._app, self._names, scenario)

    def close(self) -> None:
        """Take the system down; its first state stays."""
        self._app.close()
        shutil.rmtree(self._in_use, ignore_errors=True)


def prepare(folder: Path, files: Mapping[str, bytes], people: Iterable[Person]) -> None:
    """Write the first state of workbenches. InvalidDeployment when the files do not pass the check."""
    first = folder / _FIRST
    first.mkdir()
    app = open_in(first, f"sqlite:///{first / 'countersign.db'}")
    try:
        furnish(app, files, people)
    finally:
        app.close()


def open_in(folder: Path, database_url: str) -> Application:
    """Return an application that keeps its files in this folder, and nothing safe from a power cut.

    Scenarios ask the same again and again, at moments that are the same for all: FEEL's answers are kept.
    """
    settings = Settings(folder, database_url, "memory://", "scenarios-only-" + "0" * 32)
    return open_application(settings, clock=VirtualClock(), feel=RememberingFeel(FEEL), is_durable=False)


def furnish(app: Application, files: Mapping[str, bytes], people: Iterable[Person]) -> None:
    """Bring tables, drawings and people into an empty database.

    What is promised about the drawings is left out: it is proven by the check and at deployment, and takes
    longer than a scenario.
    """
    app.db.migrate()
    deployments.deploy(app, SYSTEM, {name: text for name, text in files.items() if name != GUARANTEES})
    hire(app, people)


def world_of(app: Application, names: Sequence[str], scenario: Scenario) -> World:
    """Return the world of a scenario in a furnished application: its moment, its allowances, the people."""
    clock = VirtualClock(scenario.starts_at)
    app.clock = clock
    _grant(app, scenario.allowances, scenario.starts_at)
    return World(app, clock, _actors(app, names), scenario.days.present, "案-{}".format)


def _actors(app: Application, names: Sequence[str]) -> tuple[Actor, ...]:
    """Return the people as somebody who asks, in the order of their names."""
    with app.db.read() as session:
        found = {each.name: each for each in identity.actors(app, session, names)}
    return tuple(found[name] for name in names)


def _grant(app: Application, allowances: Mapping[str, Any], at: datetime) -> None:
    """Give departments that much to spend in every quarter of this year and the next."""
    with app.db.begin() as session:
        for department, amount in allowances.items():
            for period in (f"{year}Q{quarter}" for year in (at.year, at.year + 1) for quarter in range(1, 5)):
                session.add(
                    DepartmentAllowance(
                        department=department,
                        period=period,
                        granted=Decimal(str(amount)),
                        committed=Decimal(0),
                        spent=Decimal(0),
                    )
                )
