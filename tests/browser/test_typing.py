"""What people type into a form: taken as they mean it, or kept in sight with what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from service.runtime.cases import instances
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from tests.browser.conftest import PHONE
from tests.browser.test_forms import Windows, drafted, submit
from tests.engine import diagrams as d
from tests.web.company import Company

FORM = "document.querySelector('[data-island=form]').form"


def held(page: Page, key: str) -> Any:
    """Return what the form would answer under a key (`lines.0.unit_price`)."""
    return page.evaluate(
        f"(key) => key.split('.').reduce((found, part) => found?.[part], {FORM}._getState().data) ?? null",
        key,
    )


def leave(field: Locator, text: str) -> None:
    field.fill(text)
    field.blur()


@pytest.fixture
def budget(company: Company, window: Windows) -> Page:
    """The budget form of a campaign, with the example lines typed."""
    case = company.campaign("数字怎么写都行")
    for activity, person in (("goals", "linyue"), ("resources", "linyue")):
        company.complete(case, activity, person)
    company.complete(case, "commit_resources", "suhe")
    company.complete(case, "commit_resources", "liangxiao")
    return window("linyue").open_form(f"/tasks/{drafted(company, case, 'budget').id}")


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("120,000", 120000, "120,000"),
        ("１２０，０００．５", 120000.5, "120,000.5"),
        ("¥12 万元", 120000, "120,000"),
        ("1200", 1200, "1,200"),
        ("0.10", 0.1, "0.1"),
    ],
)
def test_a_price_is_taken_however_it_is_written(budget: Page, typed: str, value: float, shown: str) -> None:
    price = budget.get_by_label("单价（含税）").first

    leave(price, typed)

    assert held(budget, "lines.0.unit_price") == value
    expect(price).to_have_value(shown)
    price.focus()
    expect(price).to_have_value(f"{value:.10g}")


def test_a_pasted_price_is_the_price(budget: Page) -> None:
    price = budget.get_by_label("单价（含税）").first
    price.fill("")
    price.focus()

    budget.evaluate("document.execCommand('insertText', false, ' 1,234.50 ')")
    price.blur()

    assert held(budget, "lines.0.unit_price") == 1234.5


@pytest.mark.parametrize("typed", ["1,5", "12 只", "1.005", "十二万"])
def test_a_price_that_cannot_be_read_stays_in_sight_and_stops_the_form(budget: Page, typed: str) -> None:
    price = budget.get_by_label("单价（含税）").first
    leave(price, typed)
    expect(price).to_have_value(typed)
    expect(price).to_have_attribute("aria-invalid", "true")
    assert held(budget, "lines.0.unit_price") is None
    address = budget.url

    submit(budget)

    expect(budget.locator("[data-form-notices]")).to_contain_text("第 1 行 · 单价（含税）")
    assert budget.url == address
    leave(price, "45")
    expect(price).to_have_attribute("aria-invalid", "false")


def test_the_enter_key_says_what_cannot_be_read(budget: Page) -> None:
    price = budget.get_by_label("单价（含税）").first
    price.fill("12,34")

    price.press("Enter")

    expect(budget.get_by_text("逗号的位置不对")).to_be_visible()
    assert held(budget, "lines.0.unit_price") is None


@pytest.mark.parametrize("typed", ["2026/9/1", "20260901", "2026年9月1日", "2026-09-01", "9月1日"])
def test_a_day_is_taken_however_it_is_written(window: Windows, typed: str) -> None:
    page = window("linyue").open_form("/start/campaign_approval")
    start = page.get_by_label("开始日期")

    leave(start, typed)

    assert held(page, "start_date") == "2026-09-01"
    expect(start).to_have_value("2026-09-01")


@pytest.mark.parametrize("typed", ["2027-02-30", "下个月", "27-3-1"])
def test_a_day_that_is_none_is_said(window: Windows, typed: str) -> None:
    page = window("linyue").open_form("/start/campaign_approval")
    start = page.get_by_label("开始日期")

    leave(start, typed)

    expect(start).to_have_value(typed)
    expect(start).to_have_attribute("aria-invalid", "true")
    assert held(page, "start_date") is None


def test_a_day_is_picked_in_the_calendar_of_the_browser(window: Windows) -> None:
    page = window("linyue").open_form("/start/campaign_approval")

    page.locator(".calendar-native").first.evaluate(
        "field => { field.value = '2026-09-01'; field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )

    assert held(page, "start_date") == "2026-09-01"
    expect(page.get_by_label("开始日期")).to_have_value("2026-09-01")


def test_an_unseen_name_is_no_name(window: Windows) -> None:
    page = window("linyue").open_form("/start/campaign_approval")
    name = page.get_by_label("活动名称")

    leave(name, "\u200b\u2060 ")
    submit(page)

    expect(page.locator("[data-form-notices]")).to_contain_text("活动名称：此项必填。")


def test_a_rare_character_counts_as_one(window: Windows) -> None:
    page = window("linyue").open_form("/start/campaign_approval")

    leave(page.get_by_label("活动名称"), "𠮷" * 60)

    expect(page.get_by_label("活动名称")).to_have_attribute("aria-invalid", "false")


@pytest.fixture(scope="module")
def drawn(company: Company) -> None:
    """A process that asks for a meeting, a share and an exact sum."""
    drawing = d.process(
        d.start(),
        d.user("answer", group="市场部", name="试填", camunda_formRef="trial"),
        d.end(),
        d.path("begin", "answer", "done"),
        key="trial",
    )
    meeting = {"dateLabel": "会议日期", "timeLabel": "会议时间", "timeSerializingFormat": "utc_offset"}
    fields = [
        {"type": "datetime", "subtype": "datetime", "key": "held_at", "id": "held_at", **meeting},
        {"type": "datetime", "subtype": "time", "key": "ends", "id": "ends", "timeLabel": "结束时间"},
        {"type": "number", "key": "share", "id": "share", "label": "占比"},
        {
            "type": "number",
            "key": "rate",
            "id": "rate",
            "label": "费率",
            "appearance": {"suffixAdorner": "%"},
        },
        {"type": "number", "key": "exact", "id": "exact", "label": "金额", "serializeToString": True},
    ]
    form = json.dumps({"type": "default", "id": "trial", "components": fields}).encode()
    files = {"trial.bpmn": drawing, "trial.form": form}
    deployments.deploy(company.app, SYSTEM, files)


@pytest.fixture
def trial(company: Company, drawn: None) -> str:
    """The address of a task of that process."""
    case = instances.start(company.app, company.actor("linyue"), "trial")
    return f"/tasks/{company.task(case, 'answer').id}"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_a_time_is_that_of_beijing_wherever_the_browser_stands(
    window: Windows, trial: str, zone: str
) -> None:
    page = window("linyue", zone=zone).open_form(trial)

    leave(page.get_by_label("会议日期"), "2026/9/1")
    leave(page.get_by_label("会议时间"), "9点37分")
    leave(page.get_by_label("结束时间"), "下午3:05")

    assert held(page, "held_at") == "2026-09-01T09:37+08:00"
    assert held(page, "ends") == "15:05+08:00"
    expect(page.get_by_text("北京时间").first).to_be_visible()
    expect(page.locator("[data-form-status]")).to_contain_text("草稿已保存")
    page.reload()
    expect(page.get_by_label("会议日期")).to_have_value("2026-09-01")
    expect(page.get_by_label("会议时间")).to_have_value("09:37")
    expect(page.get_by_label("结束时间")).to_have_value("15:05")


def test_half_a_moment_stops_the_form(window: Windows, trial: str) -> None:
    page = window("linyue").open_form(trial)
    leave(page.get_by_label("会议日期"), "2026-09-01")
    leave(page.get_by_label("会议时间"), "")

    submit(page)

    expect(page.locator("[data-form-notices]")).to_contain_text("请同时填写日期和时间。")


def test_percent_is_what_the_field_counts_in(window: Windows, trial: str) -> None:
    page = window("linyue").open_form(trial)

    leave(page.get_by_label("占比"), "27%")
    leave(page.get_by_label("费率"), "27%")
    leave(page.get_by_label("金额"), "1,234.50")

    assert (held(page, "share"), held(page, "rate"), held(page, "exact")) == (0.27, 27, "1234.5")


def test_a_phone_offers_figures_for_numbers_and_does_not_zoom_in(window: Windows, trial: str) -> None:
    page = window("linyue", size=PHONE).open_form(trial)
    share = page.get_by_label("占比")

    assert share.get_attribute("inputmode") == "decimal"
    assert share.evaluate("field => parseFloat(getComputedStyle(field).fontSize)") >= 16
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_people_are_suggested_by_initials_where_a_form_asks_for_a_person(
    company: Company, window: Windows
) -> None:
    case = company.campaign("责任人是谁")
    page = window("linyue").open_form(f"/tasks/{drafted(company, case, 'goals').id}")
    owner = page.get_by_label("责任人").first

    owner.fill("")
    owner.press_sequentially("zh")
    suggested = page.locator(f"datalist[id='{owner.get_attribute('list')}'] option[value='周衡']")
    expect(suggested).to_have_text("法务部 · zh")
    leave(owner, "外聘顾问老王")

    assert held(page, "goals.0.owner") == "外聘顾问老王", "anybody may be named"
    expect(suggested).to_have_count(0)
