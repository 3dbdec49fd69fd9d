"""The bell and its page: what is unread, where it leads, when it was read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.time import timers
from service.store.models import Notification
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company


@pytest.fixture
def told(company: Company) -> InstanceView:
    """A case that tells 周衡 something and then waits for 财务部."""
    wanted = {"users": '=["zhouheng"]', "subject": "合同要点", "text": "第一条有变\n请核对"}
    drawing = chain("telling", d.service("tell", "notify.alert", wanted), d.user("check", group="财务部"))
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


@pytest.fixture
def notify(company: Company) -> Callable[..., str]:
    """Tells somebody something and returns where following it leads."""

    def tell_and_follow(name: str, **about: str) -> str:
        row = Notification(
            user_name=name, kind="notice", subject="新通知", text="", created_at=company.clock(), **about
        )
        with company.app.db.begin() as session:
            session.add(row)
        return company.browser(name).get(f"/notifications/{row.seq}").location

    return tell_and_follow


def test_a_notification_leads_to_its_task(company: Company, told: InstanceView, notify: Callable) -> None:
    task = company.task(told, "check")

    assert notify("zhouheng", instance_id=told.id, task_id=task.id) == f"/tasks/{task.id}"


def test_a_task_that_is_gone_leads_to_its_case(told: InstanceView, notify: Callable) -> None:
    assert notify("zhouheng", instance_id=told.id, task_id="0" * 32) == f"/cases/{told.id}"


def test_what_its_reader_may_not_see_leads_nowhere(
    company: Company, told: InstanceView, notify: Callable
) -> None:
    task = company.task(told, "check")

    assert notify("ouwen", instance_id=told.id, task_id=task.id) == "/notifications"
    page = company.browser("ouwen").get("/notifications").text
    assert "<strong>新通知</strong>" in page
    assert told.id not in page


def test_what_is_about_no_case_leads_back_to_the_list(notify: Callable) -> None:
    assert notify("zhouheng") == "/notifications"


def test_a_process_beside_the_campaign_leads_to_the_campaign_where_it_is_hidden_itself(
    company: Company, notify: Callable
) -> None:
    campaign = company.campaign("旁支流程")
    drawing = chain("beside", d.user("check", group="法务部"))
    deployments.deploy(company.app, SYSTEM, {"beside.bpmn": drawing["beside.bpmn"]})
    beside = instances.start(
        company.app, company.actor("admin"), "beside", business_key=campaign.business_key
    )

    assert notify("shenlan", instance_id=beside.id) == f"/cases/{campaign.id}"


def test_a_notice_is_read_in_the_language_of_its_reader(company: Company, told: InstanceView) -> None:
    chinese, english = (company.browser("xunuo", language=each) for each in ("zh-CN", "en"))

    assert ">请办理：check</a>" in chinese.get("/notifications").text
    assert ">Please do: check</a>" in english.get("/notifications").text


def test_the_owners_english_stands_in_an_english_notice(company: Company) -> None:
    drawing = chain("naming", d.user("check", name="核对合同", group="财务部"))
    words = '{"核对合同": "Check the contract"}'.encode()
    before = company.app.live().deployment_id
    made = deployments.deploy(
        company.app, SYSTEM, {"naming.bpmn": drawing["naming.bpmn"], "labels.en.json": words}
    )
    instances.start(company.app, company.actor("linyue"), "naming")
    page = company.browser("xunuo", language="en").get("/notifications").text
    deployments.activate(company.app, SYSTEM, before)

    assert ">Please do: Check the contract</a>" in page
    assert not [
        each for each in made.warnings if each.code == "english-unused" and "核对合同" in each.message
    ]
