"""A campaign in execution is changed, or stopped early, from its own page."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import resources
from service.app import create_app
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.scenarios.people import read_people
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.reading import Scenario, read
from service.runtime.scenarios.workbench import Workbench, World, prepare
from service.runtime.step.context import SYSTEM
from service.web.auth import COOKIE
from tests.web.company import example

SCENARIOS = Path(__file__).resolve().parents[2] / "processes" / "scenarios"
LAST_DAY = "2026-09-29"
LATER = "2026-10-02"


@dataclass
class Office:
    """The campaign of a scenario on the third day of its execution, and the browsers of its people."""

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

    def go_on(self, first: int, last: int) -> None:
        """Let everybody do their part: the scenario's steps from `first` up to, not including, `last`."""
        self.play.scenario = dataclasses.replace(self.scenario, steps=self.scenario.steps[first:last])
        self.play.run()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """The shipped processes and the scenarios' people."""
    folder, people = tmp_path_factory.mktemp("bench"), read_people(SCENARIOS)
    prepare(folder, resources.manifest_files(), people)
    opened = Workbench(folder, [each.name for each in people])
    yield opened
    opened.close()


def in_execution(bench: Workbench, name: str) -> Iterator[Office]:
    """Yield the office once the first two steps of a scenario have brought its campaign into execution."""
    scenario = read(next(SCENARIOS.glob(f"{name}_*.yaml")))
    world = bench.world(scenario)
    flask = create_app(world.app.settings, application=world.app)
    flask.testing = True
    office = Office(world, flask, Play(scenario, world), scenario)
    office.go_on(0, 2)
    yield office


@pytest.fixture
def changed(bench: Workbench) -> Iterator[Office]:
    yield from in_execution(bench, "W10a")


@pytest.fixture
def stopped(bench: Workbench) -> Iterator[Office]:
    yield from in_execution(bench, "W11a")


def start(browser: FlaskClient, page: str, answers: dict[str, Any]) -> str:
    """Hand in the start form of a page as its script does, and return the new instance."""
    payload = payload_of(page)
    answer = browser.post(
        payload["urls"]["submit"], json={"answers": answers, "business_key": payload["business_key"]}
    )
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def payload_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="form-payload">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def follow_up(page: str, name: str) -> str:
    """Return the address behind a button of the case page."""
    found = re.search(rf'<a class="btn small" href="([^"]+)">{name}</a>', page)
    assert found is not None, f"the page does not offer {name}"
    return found[1].replace("&amp;", "&")


def task_on(page: str, name: str) -> str:
    """Return the address of a task that the case page says is waited for."""
    found = re.search(rf'<a href="(/tasks/\w+)">{name}</a>', page)
    assert found is not None, f"{name} is not on the page"
    return found[1]


def test_the_applicant_changes_the_plan_and_the_execution_goes_on_by_the_new_one(changed: Office) -> None:
    browser, case = changed.browser("林悦"), changed.case
    assert str(case.case.facts["end_date"]) == LAST_DAY

    page = browser.get(f"/cases/{case.id}").text
    form = browser.get(follow_up(page, "变更单")).text
    start(browser, form, example("change_request"))
    changed.world.settle()
    page = browser.get(f"/cases/{case.id}").text
    task = browser.get(task_on(page, "修改方案")).text

    assert case.name in form
    assert case.business_key in form
    assert changed.beside("change_order").name == case.name
    prefilled = payload_of(task)["data"]
    assert prefilled["end_date"] == LAST_DAY
    assert [phase["kind"] for phase in prefilled["phases"]] == ["预热", "爆发", "长尾"]
    assert example("change_request")["reason"] in prefilled["asked_opinion"]

    changed.go_on(4, 7)  # the plan is revised, countersigned and approved again
    changed.go_on(8, 9)  # the new targets; then the days go by
    changed.go_on(10, 11)  # to the closing report
    page = changed.browser("林悦").get(f"/cases/{case.id}").text
    assert str(changed.case.case.facts["end_date"]) == LATER
    assert changed.case.case.pending == ()
    assert changed.beside("change_order").state == "completed"
    assert "变更单</a>" in page, "it stays on the page"


def test_legal_stops_an_unlawful_campaign_at_once(stopped: Office) -> None:
    browser, case = stopped.browser("周衡"), stopped.case
    today = stopped.world.clock.now.date().isoformat()

    page = browser.get(f"/cases/{case.id}").text
    form = browser.get(follow_up(page, "提前终止")).text
    start(browser, form, example("stop_request") | {"stop_date": today})
    stopped.world.settle()
    page = browser.get(f"/cases/{case.id}").text
    approver = stopped.browser("陆承远")
    decision = payload_of(approver.get(task_on(page, "决定是否终止")).text)["data"]
    marketing = stopped.browser("温可").get("/notifications").text

    assert (decision["stop_kind"], decision["stop_date"]) == ("合规", today)
    assert example("stop_request")["reason"] in decision["stop_reason"]
    assert f"立即暂停：{case.business_key}" in marketing

    stopped.go_on(4, 6)
    stopped.go_on(7, 8)  # the approver is late, then ends it; the message reaches the execution
    page = stopped.browser("林悦").get(f"/cases/{case.id}").text
    assert stopped.beside("early_stop").state == "completed"
    assert task_on(page, "下线并善后")


def test_the_applicant_may_stop_too_but_not_decide(stopped: Office) -> None:
    browser, case = stopped.browser("林悦"), stopped.case
    today = stopped.world.clock.now.date()
    page = browser.get(f"/cases/{case.id}").text

    answers = example("stop_request") | {"stop_kind": "经营", "stop_date": str(today + timedelta(days=1))}
    start(browser, browser.get(follow_up(page, "提前终止")).text, answers)
    stopped.world.settle()
    page = browser.get(f"/cases/{case.id}").text
    task = browser.get(task_on(page, "决定是否终止")).text

    assert payload_of(task)["mode"] == "read"
    assert "分管副总裁" in page


def test_an_outsider_is_offered_nothing_and_finds_nothing(changed: Office) -> None:
    case = changed.case

    assert changed.browser("宋予").get(f"/start/change_order?case={case.id}").status_code in (403, 404)


def test_before_and_after_execution_nothing_is_offered(changed: Office) -> None:
    case = changed.case

    changed.go_on(10, 11)  # to the closing report
    page = changed.browser("林悦").get(f"/cases/{case.id}").text

    assert changed.world.clock.now > datetime.fromisoformat("2026-09-29T00:00:00+08:00")
    assert "/start/change_order" not in page
    assert "/start/early_stop" not in page


def test_what_belongs_to_a_campaign_is_not_started_without_one(changed: Office) -> None:
    legal = changed.browser("周衡")

    offered = legal.get("/start").text

    assert "/start/early_stop" not in offered
    assert legal.get("/start/early_stop").status_code == 404
