"""Comments on a case's page, whose opinion is wanted there, and tables asked once for each of a list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.runtime.cases import instances
from service.runtime.cases.views import DossierView, InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.web.decision_words import Said, Why
from service.web.timeline import timeline
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company


@pytest.fixture
def asking(company: Company) -> InstanceView:
    """A case whose step asks 财务部 for an opinion until four hours from now."""
    properties = {"consults": "财务部", "consultUntil": "PT4H"}
    drawing = chain("asking", d.user("check", group="法务部", name="核对", properties=properties))
    deployments.deploy(company.app, SYSTEM, {"asking.bpmn": drawing["asking.bpmn"]})
    return instances.start(company.app, company.actor("linyue"), "asking")


def test_whose_opinion_is_wanted_finds_a_place_for_it(company: Company, asking: InstanceView) -> None:
    finance = company.browser("xunuo")
    before = finance.get(f"/cases/{asking.id}").text

    after = finance.post(
        f"/cases/{asking.id}/comments", data={"text": "预算够用\n建议留一成备用金"}, follow_redirects=True
    ).text

    assert "请您提出意见" in before
    assert "请您提出意见" not in after
    assert "留言已记入案卷" in after
    assert "已提意见" in after
    assert "建议留一成备用金" in company.browser("linyue").get(f"/cases/{asking.id}").text


def test_whoever_a_comment_names_finds_it_at_home(company: Company) -> None:
    case = company.campaign("点名的活动", by="admin")
    reader = company.browser("newcomer")
    assert "提到我的" not in reader.get("/tasks").text

    company.browser("admin").post(f"/cases/{case.id}/comments", data={"text": "@新人 请看预算"})

    home = reader.get("/tasks").text
    assert "提到我的" in home
    assert "@新人 请看预算" in home
    assert reader.get(f"/cases/{case.id}").status_code == 200


def test_a_long_text_shows_its_beginning_and_all_of_it_on_demand(company: Company) -> None:
    case = company.campaign("长留言", by="admin")
    text = "这里写得很长。" * 200
    browser = company.browser("admin")

    browser.post(f"/cases/{case.id}/comments", data={"text": text})

    page = browser.get(f"/cases/{case.id}").text
    assert '<details class="long"><summary><span class="begins">这里写得很长。' in page
    assert "显示全部" in page
    assert text in page


def test_nobody_else_is_asked(company: Company, asking: InstanceView) -> None:
    page = company.browser("zhouheng").get(f"/cases/{asking.id}").text

    assert "请您提出意见" not in page
    assert "就“核对”征询财务部的意见" in page


def test_a_table_asked_for_each_of_a_list_is_one_entry_of_the_timeline() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def asked(activity: str, moment: datetime = at) -> Why:
        said = (Said("工作", activity),)
        return Why(
            "给出默认分工", "责任分工", "raci", moment, said, (), (), "", "raci.dmn v1", is_proposed=False
        )

    each = [asked("合规"), asked("预算"), asked("合规", at.replace(hour=10))]

    found = timeline(DossierView("case", (), ()), [], [], each)

    assert [len(entry.whys) for entry in found] == [1, 2]
    assert [entry.title for entry in found] == ["给出默认分工"] * 2
