"""A campaign in execution is changed, or stopped early, from its own page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.runtime.scenarios.workbench import Workbench
from tests.web.company import example
from tests.web.office import Office, opened

LAST_DAY = "2026-09-29"
LATER = "2026-10-02"


@pytest.fixture
def changed(bench: Workbench) -> Iterator[Office]:
    yield from opened(bench, "W10a")


@pytest.fixture
def stopped(bench: Workbench) -> Iterator[Office]:
    yield from opened(bench, "W11a")


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
