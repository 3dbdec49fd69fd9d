"""The company of the screen tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service import resources
from service.runtime.cases.views import InstanceView
from service.runtime.scenarios.people import read_people
from service.runtime.scenarios.workbench import Workbench, prepare
from tests.web.company import Company, open_company
from tests.web.office import SCENARIOS


@pytest.fixture(scope="module")
def company(
    tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, _cheap_passwords: None
) -> Iterator[Company]:
    """A company with the shipped processes, shared by the tests of a module."""
    opened = open_company(tmp_path_factory.mktemp("company"), _migrated_sqlite)
    yield opened
    opened.app.close()


@pytest.fixture(scope="module")
def campaign(company: Company) -> InstanceView:
    """A campaign that has just been started by 林悦."""
    return company.campaign()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """The shipped processes and the scenarios' people."""
    folder, people = tmp_path_factory.mktemp("bench"), read_people(SCENARIOS)
    prepare(folder, resources.manifest_files(), people)
    opened = Workbench(folder, [each.name for each in people])
    yield opened
    opened.close()
