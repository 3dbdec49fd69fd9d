"""The bell and its page: what is unread, where it leads, when it was read."""

from __future__ import annotations

import re

import pytest

from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.time import timers
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company


@pytest.fixture
def told(company: Company) -> InstanceView:
    """A case that tells 周衡 something and then waits for 法务部."""
    wanted = {"users": '=["zhouheng"]', "subject": "合同要点", "text": "第一条有变\n请核对"}
    drawing = chain("telling", d.service("tell", "notify.alert", wanted), d.user("check", group="法务部"))
    deployments.deploy(company.app, SYSTEM, {"telling.bpmn": drawing["telling.bpmn"]})
    case = instances.start(company.app, company.actor("linyue"), "telling")
    timers.run_due(company.app)
    return case


def unread(page: str) -> str | None:
    """Return the number on the phone's bell."""
    found = re.search(r'class="bell".*?class="count" aria-hidden="true">(\w+)<', page)
    return found[1] if found else None


def test_a_newcomer_finds_a_friendly_empty_page(company: Company) -> None:
    page = company.browser("newcomer").get("/notifications").text

    assert "还没有通知" in page
    assert unread(page) is None


def test_following_a_notification_leads_to_the_case_and_counts_as_reading(
    company: Company, told: InstanceView
) -> None:
    browser = company.browser("zhouheng")
    page = browser.get("/notifications").text
    [address] = re.findall(r'<a href="(/notifications/\d+)">合同要点</a>', page)

    answer = browser.get(address)
    after = browser.get("/notifications").text

    assert unread(page) == "1"
    assert answer.location == f"/cases/{told.id}"
    assert "已读于" in after
    assert unread(after) is None


def test_one_or_all_are_marked_as_read(company: Company, told: InstanceView) -> None:
    browser = company.browser("zhouheng")
    page = browser.get("/notifications?shown=unread").text
    [action] = re.findall(r'action="(/notifications/\d+/read)"', page)

    browser.post(action, data={"next": "/notifications?shown=unread"})
    emptied = browser.get("/notifications?shown=unread").text
    all_read = browser.post("/notifications/read-all", follow_redirects=True).text

    assert "没有未读通知" in emptied
    assert "已将 0 条通知标为已读" in all_read


def test_nobody_follows_somebody_elses_notification(company: Company, told: InstanceView) -> None:
    page = company.browser("zhouheng").get("/notifications").text
    address = re.findall(r'href="(/notifications/\d+)"', page)[0]

    assert company.browser("admin").get(address).status_code == 404
