"""A campaign that a scenario has brought somewhere, and the browsers and API clients of its people."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.reading import Scenario, read
from service.runtime.scenarios.workbench import Workbench, World
from service.runtime.step.context import SYSTEM
from service.web.auth import COOKIE
from tests.api.client import Client

SCENARIOS = Path(__file__).resolve().parents[2] / "processes" / "scenarios"


@dataclass
class Office:
    """The campaign of a scenario, and the browsers and API clients of its people."""

    world: World
    flask: Flask
    play: Play
    scenario: Scenario

    @property
    def case(self) -> InstanceView:
        found = instances.find(self.world.app, SYSTEM, definition="campaign_approval").items
        return instances.get(self.world.app, SYSTEM, found[0].id)

    def beside(self, definition: str) -> InstanceView:
        """Return the process of this kind that stands beside the campaign."""
        [found] = instances.find(self.world.app, SYSTEM, definition=definition).items
        return instances.get(self.world.app, SYSTEM, found.id)

    def browser(self, name: str) -> FlaskClient:
        """Return a signed-in browser; the people of a scenario have no passwords."""
        client = self.flask.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        secret = identity.sign_in(self.world.app, self.world.person(name))
        client.set_cookie(COOKIE, secret)
        return client

    def api(self, name: str) -> Client:
        """Return an API client of somebody."""
        token = identity.create_token(self.world.app, SYSTEM, self.world.person(name).name).token
        return Client(self.flask, token)

    def go_on(self, first: int, last: int) -> None:
        """Let everybody do their part: the scenario's steps from `first` up to, not including, `last`."""
        self.play.scenario = dataclasses.replace(self.scenario, steps=self.scenario.steps[first:last])
        self.play.run()


def opened(bench: Workbench, name: str, steps: int = 2) -> Iterator[Office]:
    """Yield the office once the first steps of a scenario are played: two bring most into execution."""
    scenario = read(next(SCENARIOS.glob(f"{name}_*.yaml")))
    world = bench.world(scenario)
    flask = create_app(world.app.settings, application=world.app)
    flask.testing = True
    office = Office(world, flask, Play(scenario, world), scenario)
    office.go_on(0, steps)
    yield office
