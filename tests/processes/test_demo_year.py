"""The demo company's past year: played as scenarios, and over when it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service import resources
from service.demo import year
from service.errors import Conflict
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.scenarios.people import hire, read_people
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.step.context import SYSTEM
from service.settings import ZONE
from service.store.models import CHANNEL_DAYS

PRESENT = datetime(2026, 11, 20, 11, tzinfo=ZONE)


def test_a_campaign_of_the_past_year_came_to_its_end_then(app, clock, deploy):
    clock.set(PRESENT)
    deploy(resources.manifest_files())
    hire(app, read_people(resources.demo()))
    told = []

    finished = year.walk(app, most=1, tell=told.append)

    [case] = instances.find(app, SYSTEM, leading=True).items
    # It ran in the first half of September.
    assert (finished, case.name, case.state) == (1, "开学季收纳", "completed")
    assert case.ended_at < PRESENT - timedelta(days=300)
    assert told == ["1/1 开学季收纳: finished"]
    assert app.clock() == PRESENT
    with app.db.read() as session:
        rows = session.execute(select(CHANNEL_DAYS)).mappings().all()
    assert len({row["channel"] for row in rows}) > 1, "it ran on several channels"
    assert len({row["cost"] for row in rows}) > len(rows) / 2, "no day is like the other"


def test_what_was_played_or_interrupted_is_not_played_again(app, clock, deploy):
    clock.set(PRESENT)
    deploy(resources.manifest_files())
    hire(app, read_people(resources.demo()))
    scenario, ends = next(year._campaigns(PRESENT))
    clock.set(scenario.starts_at)
    people = tuple(identity.actor(app, each.name) for each in read_people(resources.demo()))
    only_begun = replace(scenario, steps=scenario.steps[:1], pace=None)
    Play(only_begun, World(app, VirtualClock(scenario.starts_at), people, ends)).run()
    clock.set(PRESENT)
    told = []

    assert year.progress(app) == (1, 24)
    assert (year.walk(app, most=1, tell=told.append), told) == (0, [])

    [case] = instances.find(app, SYSTEM, leading=True).items
    assert (case.name, case.state) == (scenario.name, "cancelled")


def test_nothing_is_played_into_another_company(app):
    with pytest.raises(Conflict):
        year.walk(app)
