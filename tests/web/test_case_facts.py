"""The facts of a case on the pages: as people say them, with who set them; a proposal never as the fact."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from service.app import create_app
from service.engine.case.schema import Fact
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Application
from service.runtime.tasks import user_tasks
from service.web.case_facts import value_text
from tests.conftest import Cast, Clock
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review
from tests.web.company import Company

FEW = {"values": {"": "未定", "ceo": "总裁办公会"}, "values_en": {"ceo": "CEO office meeting"}}


@pytest.fixture(scope="module")
def proposed(company: Company) -> tuple[InstanceView, InstanceView]:
    """A campaign, and a follow-up beside it that would make its budget 333 000; not decided yet."""
    phase = chain("wish_phase", d.user("wish", group="市场部", outputs={"case.plan_total": "=333000"}))
    drawings = phase | chain("wish", d.call("asking", "wish_phase"), d.user("decide", group="市场部"))
    drawings["wish.bpmn"] = drawings["wish.bpmn"].replace(b'name="wish"', 'name="加钱"'.encode())
    del drawings["organisation.yaml"]
    deployments.deploy(company.app, SYSTEM, drawings)
    campaign = company.campaign("有人想加钱的活动")
    wish = instances.start(company.app, company.actor("linyue"), "wish", business_key=campaign.business_key)
    task = company.task(wish, "wish")
    user_tasks.complete(company.app, company.actor("linyue"), task.id, task.version, {})
    return campaign, wish


def card(page: str, label: str = "关键信息") -> str:
    """Return the card of that label as text with one blank between its words."""
    found = re.search(rf'<section class="card" aria-label="{label}">(.*?)</section>', page, re.DOTALL)
    assert found is not None, f"there is no card {label}"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip()


def test_the_case_page_says_what_is_known_by_whom_and_where_and_what_is_not_known_yet(
    company: Company, campaign: InstanceView
) -> None:
    shown = card(company.browser("linyue").get(f"/cases/{campaign.id}").text)

    start, at = campaign.case.facts["start_date"], campaign.started_at.date()
    assert f"开始日期 {start} 林悦 {at} 立项" in shown
    assert "紧急程度 普通 初始值" in shown
    assert re.search(r"尚无：方案版本、.*审批层级、有权审批人", shown)
    assert "¥0.00" not in shown


def test_an_english_reader_gets_the_owners_english(company: Company, campaign: InstanceView) -> None:
    page = company.browser("linyue", language="en").get(f"/cases/{campaign.id}").text

    shown = card(page, "Key facts")
    assert "Urgency normal initial value" in shown
    assert "Not known yet: Version of the plan, Budget" in shown


def test_a_proposal_is_marked_and_leads_to_its_follow_up(
    company: Company, proposed: tuple[InstanceView, InstanceView]
) -> None:
    campaign, wish = proposed
    browser = company.browser("linyue")

    page = browser.get(f"/cases/{campaign.id}").text
    beside = browser.get(f"/cases/{wish.id}").text

    assert "1 项待生效" in card(page)
    assert "预算总额 ¥0.00 初始值 待生效 ¥333,000.00 加钱" in card(page)
    assert "预算总额 ¥0.00 初始值 待生效 ¥333,000.00 加钱" in card(beside)
    assert f'<a href="/cases/{wish.id}">加钱</a>' in page.split('class="facts known"')[1]


def test_an_admin_finds_each_fact_with_its_kind_and_its_history(
    company: Company, proposed: tuple[InstanceView, InstanceView]
) -> None:
    campaign, _ = proposed

    shown = card(company.browser("admin").get(f"/admin/instances/{campaign.id}").text, "案件事实")

    assert "预算总额 plan_total 金额 ¥0.00 初始值 待生效 ¥333,000.00 加钱 林悦" in shown
    assert "审批层级 tier 文字 未定 初始值" in shown
    assert "此前" not in shown


def test_earlier_values_stay_on_the_admins_page(company: Company) -> None:
    step = d.user(
        "count", group="市场部", name="改版本", outputs={"case.plan_version": "=case.plan_version + 1"}
    )
    drawing = chain("counting", step)
    deployments.deploy(company.app, SYSTEM, {"counting.bpmn": drawing["counting.bpmn"]})
    case = company.campaign("改过两版的活动")
    for _ in range(2):
        other = instances.start(
            company.app, company.actor("linyue"), "counting", business_key=case.business_key
        )
        task = company.task(other, "count")
        user_tasks.complete(company.app, company.actor("linyue"), task.id, task.version, {})

    shown = card(company.browser("admin").get(f"/admin/instances/{case.id}").text, "案件事实")

    assert re.search(r"方案版本 plan_version 数字 2 林悦 [\d: -]+ 改版本 此前 1 个值 1 林悦", shown)


def test_where_no_facts_are_declared_the_case_page_has_no_card_and_the_admin_is_told(
    app: Application, cast: Cast, deploy: Callable[..., Any]
) -> None:
    deploy(review())
    case = instances.start(app, cast.linyue, "review")
    office = Company(app, create_app(app.settings, application=app), Clock())

    page = office.browser("linyue").get(f"/cases/{case.id}").text
    admins = office.browser("admin").get(f"/admin/instances/{case.id}").text

    assert "关键信息" not in page
    assert "这套图没有登记案件事实。" in card(admins, "案件事实")


def test_the_page_that_starts_a_follow_up_shows_what_holds(
    company: Company, proposed: tuple[InstanceView, InstanceView]
) -> None:
    campaign, _ = proposed

    page = company.browser("admin").get(f"/start/wish?case={campaign.id}").text

    assert "预算总额 ¥0.00 初始值 待生效 ¥333,000.00 加钱" in card(page)


@pytest.mark.parametrize(
    ("kind", "value", "chinese", "english"),
    [
        ("money", Decimal("1234567.5"), "¥1,234,567.50", "¥1,234,567.50"),
        ("share", Decimal("0.0996168"), "9.96%", "9.96%"),
        ("share", 1, "100%", "100%"),
        ("number", 12000, "12,000", "12,000"),
        ("boolean", False, "否", "no"),
        ("date", date(2026, 9, 1), "2026-09-01", "2026-09-01"),
        ("datetime", datetime(2026, 9, 1, 1, 30, tzinfo=UTC), "2026-09-01 09:30", "2026-09-01 09:30"),
        ("list", ["法务部", "财务部"], "法务部、财务部", "法务部、财务部"),
        ("list", [], "—", "—"),
        ("context", {"甲": 1}, "甲：1", "甲：1"),
        ("date", None, "—", "—"),
        ("few", "ceo", "总裁办公会", "CEO office meeting"),
        ("few", "", "未定", "未定"),
    ],
)
def test_a_value_reads_as_people_say_it(
    company: Company, kind: str, value: Any, chinese: str, english: str
) -> None:
    few: dict[str, Any] = FEW if kind == "few" else {}
    fact = Fact("x", "text" if few else kind, "甲", None, **few)

    for language, text in (("zh-CN", chinese), ("en", english)):
        with company.flask.test_request_context(headers={"Accept-Language": language}):
            assert value_text(fact, value) == text
