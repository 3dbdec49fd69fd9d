"""The demo company's past year: played as scenarios, and over when it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service import resources
from service.demo import year
from service.errors import Conflict
from service.runtime.cases import instances
from service.runtime.scenarios.people import hire, read_people
from service.runtime.step.context import SYSTEM
from service.settings import ZONE

PRESENT = datetime(2026, 11, 20, 11, tzinfo=ZONE)


def test_a_campaign_of_the_past_year_came_to_its_end_then(app, clock, deploy):
    clock.set(PRESENT)
    deploy(resources.manifest_files())
    hire(app, read_people(resources.demo()))
    told = []

    finished = year.walk(app, most=1, tell=told.append)

    [case] = instances.find(app, SYSTEM, leading=True).items
    assert (finished, case.name, case.state) == (1, "岁末答谢季", "completed")
    assert case.ended_at < PRESENT - timedelta(days=300)
    assert told == ["1/1 岁末答谢季: finished"]
    assert app.clock() == PRESENT


def test_nothing_is_played_into_another_company(app):
    with pytest.raises(Conflict):
        year.walk(app)
