"""The throw-away system a scenario runs in: temporary SQLite, virtual time, the organisation's people."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.scenarios.yaml_lines import Lines, ScenarioError
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.time import timers
from service.settings import Settings
from service.store.models import DepartmentAllowance, Outbox, Timer

FIRST_MOMENT = datetime.fromisoformat("2026-01-01T09:00:00+08:00")


@dataclass
class VirtualClock:
    """Time that moves only when a scenario says so."""

    now: datetime = FIRST_MOMENT

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """One scenario's own system."""

    app: Application
    clock: VirtualClock
    people: tuple[Actor, ...]
    uploads: dict[tuple[str, str], str] = field(default_factory=dict)

    def person(self, name: str) -> Actor:
        """Return somebody by display name or user name. KeyError when there is nobody."""
        return next(each for each in self.people if name in (each.display_name, each.name))

    def settle(self) -> None:
        """Do all that is due by now."""
        timers.run_due(self.app)

    def next_due(self) -> datetime | None:
        """Return when something falls due next, None when nothing ever does."""
        with self.app.db.read() as session:
            found = [
                session.scalar(select(func.min(Timer.due_at))),
                session.scalar(select(func.min(Outbox.available_at)).where(Outbox.state == "pending")),
            ]
        return min((each for each in found if each is not None), default=None)

    def advance_to(self, moment: datetime) -> None:
        """Let time pass: everything due on the way happens at its own moment."""
        self.settle()
        while (due := self.next_due()) is not None and due <= moment:
            self.clock.now = max(due, self.clock.now)
            self.settle()
        self.clock.now = max(moment, self.clock.now)


class Workbench:
    """Prepares one database with the deployment and the people, and hands out copies of it.

    With a `database_url` the scenario plays in that database, which is not copied: good for one world.
    """

    def __init__(self, files: Mapping[str, bytes], people: Lines, database_url: str = "") -> None:
        self._files, self._people, self._database_url = files, people, database_url
        self._folder = Path(tempfile.mkdtemp(prefix="countersign-scenarios-"))
        self._template = self._folder / "template"
        with self._application(self._template, VirtualClock()) as app:
            app.db.migrate()
            deployments.deploy(app, SYSTEM, files)
            self._add_people(app)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def world(self, starts_at: datetime, allowances: Mapping[str, Any]) -> Iterator[World]:
        """Yield a fresh system at that moment; it is gone afterwards."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        shutil.copytree(self._template, folder, dirs_exist_ok=True)
        clock = VirtualClock(starts_at)
        try:
            with self._application(folder, clock) as app:
                _grant(app, allowances, starts_at)
                people = tuple(identity.actor(app, name) for name in self._names())
                yield World(app, clock, people)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _application(self, folder: Path, clock: VirtualClock) -> Iterator[Application]:
        folder.mkdir(parents=True, exist_ok=True)
        env = {"COUNTERSIGN_DATA": str(folder), "COUNTERSIGN_SECRET_KEY": "scenarios-only-" + "0" * 32}
        if self._database_url:
            env["COUNTERSIGN_DATABASE_URL"] = self._database_url
        settings = Settings.from_env(env)
        app = Application.open(settings, clock=clock)
        try:
            yield app
        finally:
            app.close()

    def _names(self) -> list[str]:
        return [str(person["账号"]) for person in self._people["人员"]]

    def _add_people(self, app: Application) -> None:
        for person in self._people["人员"]:
            identity.create_user(
                app,
                SYSTEM,
                str(person["账号"]),
                display_name=str(person["姓名"]),
                department=person["部门"],
                groups=[person["部门"], *(person.get("岗位") or [])],
            )
        for person in self._people["人员"]:
            if person.get("负责人"):
                identity.set_head(app, SYSTEM, person["部门"], str(person["账号"]))


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
