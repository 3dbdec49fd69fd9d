"""The demo company: everybody has an account, and every campaign is where its scenario leaves it.

What each campaign looks like stands in `processes/demo/*.yaml` and is expected there, while it is played.
"""

from __future__ import annotations

import dataclasses
import logging
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service import demo, resources
from service.demo import accounts
from service.demo.company import read_company
from service.domain.budget import quarter
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.incidents import incidents
from service.runtime.releases import deployments
from service.runtime.scenarios import read
from service.runtime.scenarios.suites import scenarios_in
from service.runtime.step.context import SYSTEM, Application
from service.runtime.time import timers
from service.runtime.wiring import open_application
from service.settings import ZONE, Settings
from service.store.models import Case
from tests.conftest import MONDAY

CAMPAIGNS = scenarios_in(resources.demo())
Seed = Callable[[datetime], Application]


class Told(logging.Handler):
    """Keeps the warnings: an incomplete campaign is one."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.warnings.append(record.getMessage())


@pytest.fixture(scope="module")
def seed_at(
    tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, _cheap_passwords: None
) -> Iterator[Seed]:
    """Opens an application, seeds it as at that moment, and sees that no campaign is incomplete."""
    opened: list[Application] = []

    def seed(moment: datetime) -> Application:
        folder = tmp_path_factory.mktemp("demo")
        shutil.copyfile(_migrated_sqlite, folder / "countersign.db")
        url = f"sqlite:///{folder / 'countersign.db'}"
        app = open_application(
            Settings(folder, url, "memory://", "a secret of the tests"), clock=lambda: moment
        )
        opened.append(app)
        deployments.deploy(app, SYSTEM, resources.manifest_files())
        told = Told()
        logging.getLogger("service").addHandler(told)
        assert demo.seed(app)
        logging.getLogger("service").removeHandler(told)
        assert told.warnings == []
        return app

    yield seed
    for app in opened:
        app.close()


@pytest.fixture(scope="module")
def seeded(seed_at: Seed) -> Application:
    """The application with the demo company in it, as on an ordinary Monday at half past ten."""
    return seed_at(MONDAY + timedelta(minutes=90))


def test_everybody_can_sign_in_with_the_printed_password(seeded: Application) -> None:
    password = accounts.known_password(seeded)

    for person in accounts.people():
        assert identity.authenticate(seeded, person.name, password, address="test").name == person.name
        assert person.name in demo.banner(seeded)
    assert password in demo.banner(seeded)


def test_the_demo_is_seeded_once(seeded: Application) -> None:
    assert demo.seed(seeded) is False


def test_nothing_went_wrong_on_the_way(seeded: Application) -> None:
    assert incidents.find(seeded, SYSTEM, limit=10).items == ()


def test_nothing_is_left_to_the_clock(seeded: Application) -> None:
    assert timers.run_due(seeded) == 0


def test_every_scenario_has_become_a_case_of_its_title(seeded: Application) -> None:
    with seeded.db.read() as session:
        titles = session.scalars(select(Case.title)).all()

    assert sorted(titles) == sorted(read(path, MONDAY).name for path in CAMPAIGNS)


def test_departments_have_promised_what_the_demo_says(seeded: Application) -> None:
    this_quarter = quarter(MONDAY.date())
    found = {
        row.department: (row.granted, row.committed)
        for row in allowances.find(seeded, SYSTEM)
        if row.period == this_quarter
    }

    assert found == read_company().allowances


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 10, 3, 15, 0, tzinfo=ZONE),  # in the national holidays
        datetime(2026, 3, 7, 20, 0, tzinfo=ZONE),  # a Saturday evening
        datetime(2026, 11, 28, 2, 46, tzinfo=ZONE),  # before any morning meeting
        datetime(2027, 1, 4, 17, 40, tzinfo=ZONE),  # after new year, in a year not announced yet
    ],
)
def test_the_demo_can_be_seeded_on_any_day(seed_at: Seed, moment: datetime) -> None:
    app = seed_at(moment)

    assert incidents.find(app, SYSTEM, limit=10).items == ()


def test_the_password_can_be_guessed_only_where_nobody_else_can_reach_the_service(
    seeded: Application, tmp_path: Path
) -> None:
    public = dataclasses.replace(seeded.settings, data=tmp_path, host="0.0.0.0")

    assert accounts._password(public) != accounts.LOCAL_PASSWORD
    assert accounts._password(seeded.settings) == accounts.LOCAL_PASSWORD
