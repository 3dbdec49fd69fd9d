"""The throw-away system scenarios run in: temporary SQLite, virtual time, the organisation's people."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError
from service.runtime.step.context import SYSTEM, Application
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

    def world(self, starts_at: datetime, allowances: Mapping[str, Any]) -> World:
        """Return the system as at first, at that moment. The world before it is gone."""
        # The application stays: it knows the drawings already, and its statements are compiled.
        self._app.db.close()
        shutil.rmtree(self._in_use)
        shutil.copytree(self._first, self._in_use)
        return world_at(self._app, self._names, starts_at, allowances)

    def close(self) -> None:
        """Take the system down; its first state stays."""
        self._app.close()
        shutil.rmtree(self._in_use, ignore_errors=True)


def prepare(folder: Path, files: Mapping[str, bytes], people: Lines) -> None:
    """Write the first state of workbenches. InvalidDeployment when the files do not pass the check."""
    first = folder / _FIRST
    first.mkdir()
    app = open_in(first, f"sqlite:///{first / 'countersign.db'}")
    try:
        furnish(app, files, people)
    finally:
        app.close()


def open_in(folder: Path, database_url: str) -> Application:
    """Return an application that keeps its files in this folder, and nothing safe from a power cut."""
    settings = Settings(folder, database_url, "memory://", "scenarios-only-" + "0" * 32)
    return open_application(settings, clock=VirtualClock(), is_durable=False)


def furnish(app: Application, files: Mapping[str, bytes], people: Lines) -> None:
    """Bring tables, drawings and people into an empty database."""
    app.db.migrate()
    deployments.deploy(app, SYSTEM, files)
    for person in people["人员"]:
        identity.create_user(
            app,
            SYSTEM,
            str(person["账号"]),
            display_name=str(person["姓名"]),
            department=person["部门"],
            groups=[person["部门"], *(person.get("岗位") or [])],
        )
        if person.get("负责人"):
            identity.set_head(app, SYSTEM, person["部门"], str(person["账号"]))


def world_at(
    app: Application, names: Sequence[str], starts_at: datetime, allowances: Mapping[str, Any]
) -> World:
    """Return the world of a furnished application at that moment, with what departments may spend."""
    clock = VirtualClock(starts_at)
    app.clock = clock
    _grant(app, allowances, starts_at)
    return World(app, clock, tuple(identity.actor(app, name) for name in names))


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


def checked_people(content: Lines, file: Path) -> Lines:
    """Return the list of people, after a look whether it can be used."""
    for person in content.get("人员") or []:
        if not {"账号", "姓名", "部门"} <= set(person):
            raise ScenarioError(
                "A person needs 账号, 姓名 and 部门.", file=str(file), line=getattr(person, "line", 1)
            )
    if not content.get("人员"):
        raise ScenarioError("The list 人员 is missing.", file=str(file), line=1)
    return content
