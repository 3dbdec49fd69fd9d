"""The other screens in a real browser: drawings, findings, languages, phones, keyboards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from service import resources
from tests.browser.conftest import PHONE, Window
from tests.web.company import Company

Windows = Callable[..., Window]
NAMELESS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea')]
    .filter((node) => node.type !== 'hidden' && node.checkVisibility() && !node.closest('.bjs-powered-by'))
    .filter((node) => !(node.innerText || node.ariaLabel || node.title || node.labels?.length))
    .map((node) => node.outerHTML.slice(0, 120))"""
"""The controls of a page that a screen reader could not name."""


def test_an_admin_sees_where_a_case_stands_and_goes_down_into_the_phase(
    company: Company, window: Windows
) -> None:
    case = company.campaign("看得见的流程")
    page = window("admin").open_diagram(f"/admin/instances/{case.id}")
    expect(page.locator(".djs-element.is-active[data-element-id=preparation]")).to_be_visible()
    taken = page.locator("[data-element-id=flow_stage_started_to_preparation] .djs-visual > path")
    expect(taken).to_have_css("stroke", "rgb(77, 143, 107)")

    page.get_by_role("button", name="查看子流程图：前期准备").click()

    expect(page.locator(".djs-element.is-active[data-element-id=research]")).to_be_visible()
    page.locator(".diagram-path").get_by_role("button").first.click()
    expect(page.locator(".djs-element.is-active[data-element-id=preparation]")).to_be_visible()


def test_the_makers_logo_stays_visible_on_drawings_and_forms(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("标志"), "goals")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    page.get_by_text("当前进度").click()
    page.wait_for_selector("html[data-diagram=ready]")

    expect(page.locator(".bjs-powered-by")).to_be_visible()
    expect(page.locator(".fjs-powered-by")).to_be_visible()


def test_opening_a_task_transfers_little_and_the_drawing_only_when_it_is_opened(
    company: Company, window: Windows
) -> None:
    task = company.task(company.campaign("轻装上阵"), "goals")
    someone = window("linyue")
    network = someone.context.new_cdp_session(someone.page)
    transferred: list[float] = []
    network.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))
    network.send("Network.enable")
    network.send("Network.clearBrowserCache")

    page = someone.open_form(f"/tasks/{task.id}")
    page.wait_for_load_state("networkidle")

    assert 100_000 < sum(transferred) <= 250_000
    expect(page.locator(".djs-container")).to_have_count(0)


def test_a_drawing_once_opened_beside_a_task_is_open_beside_the_next(
    company: Company, window: Windows
) -> None:
    case = company.campaign("看图办事")
    someone = window("linyue")
    page = someone.open_form(f"/tasks/{company.task(case, 'resources').id}")
    add = page.get_by_role("button", name="添加一行")
    colour = add.evaluate("node => getComputedStyle(node).color")
    page.get_by_text("当前进度").click()
    expect(page.locator(".djs-element.is-active[data-element-id=resources]")).to_be_visible()
    # The viewer's style sheet comes after the form's: it must not repaint it.
    expect(add).to_have_css("color", colour)

    someone.open_diagram(f"/tasks/{company.task(case, 'risks').id}")

    expect(page.locator(".djs-element.is-active[data-element-id=risks]")).to_be_visible()


def test_a_broken_drawing_shows_its_errors_where_they_are(window: Windows) -> None:
    drawing = resources.manifest_files()["campaign_approval.bpmn"]
    broken = drawing.replace(b'calledElement="planning_phase"', b'calledElement="nowhere"')
    page = window("yezhen").go("/processes/upload")

    page.set_input_files(
        "#files", {"name": "campaign_approval.bpmn", "mimeType": "application/xml", "buffer": broken}
    )
    page.get_by_role("button", name="检查").click()
    page.wait_for_selector("html[data-diagram=ready]")

    expect(page.get_by_role("alert")).to_contain_text("不能部署")
    expect(page.locator(".djs-element.is-failed[data-element-id=planning]")).to_be_visible()
    page.get_by_role("button", name="方案编制", exact=True).first.click()
    expect(page.locator(".djs-element.is-pointed[data-element-id=planning]")).to_be_visible()


def test_a_form_can_be_previewed_without_data(window: Windows) -> None:
    page = window("yezhen").open_form("/processes/forms/budget")

    expect(page.get_by_text("预算明细").first).to_be_visible()
    expect(page.locator("[data-form-submit]")).to_have_count(0)


def test_the_search_narrows_the_list_while_typing(company: Company, window: Windows) -> None:
    company.campaign("独一无二的名字")
    page = window("linyue").go("/tasks")

    page.get_by_label("搜索").fill("独一无二的名字")

    expect(page.locator("#tasks .rows li").first).to_contain_text("独一无二的名字")
    expect(page.locator("#tasks .rows li", has_not_text="独一无二的名字")).to_have_count(0)
    assert "q=" in page.url


def test_claiming_in_the_list_changes_the_line_in_place(company: Company, window: Windows) -> None:
    company.campaign("原地认领")
    page = window("linyue").go("/tasks?q=原地认领")

    page.get_by_role("button", name="认领").first.click()

    expect(page.get_by_text("我已认领").last).to_be_visible()


def test_the_language_switch_stands_in_the_menu(window: Windows) -> None:
    page = window("xunuo").go("/cases")

    page.locator(".sidebar .menu summary").click()
    page.get_by_role("button", name="Switch to English").first.click()

    expect(page.get_by_role("heading", name="Campaigns", level=1)).to_be_visible()


def test_a_nonsense_address_has_a_way_back(window: Windows) -> None:
    page = window("linyue").go("/这里什么也没有")

    page.get_by_role("link", name="我的任务").click()

    expect(page.get_by_role("heading", name="我的任务", level=1)).to_be_visible()


def test_the_keyboard_reaches_the_content_first_and_closes_menus(window: Windows) -> None:
    page = window("linyue").go("/tasks")

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    menu = page.locator(".sidebar .menu")
    menu.locator("summary").press("Enter")
    expect(menu.locator(".menu-body")).to_be_visible()
    page.keyboard.press("Escape")

    expect(menu.locator(".menu-body")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_a_dangerous_step_asks_first(company: Company, window: Windows) -> None:
    page = window("linyue").go("/account")
    page.get_by_label("用途").fill("要吊销的令牌")
    page.get_by_role("button", name="生成令牌").click()
    page.goto(page.url.rsplit("/", 1)[0])
    row = page.locator("li", has_text="要吊销的令牌")

    row.get_by_role("button", name="吊销").click()
    page.get_by_role("button", name="取消").click()
    expect(row).not_to_contain_text("已吊销")
    row.get_by_role("button", name="吊销").click()
    page.get_by_role("button", name="确认").click()

    expect(page.get_by_text("令牌已失效。")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/tasks", "/start", "/cases", "/notifications", "/account", "/processes", "/admin/instances"]
)
def test_nothing_runs_over_the_edge_of_a_phone(company: Company, window: Windows, path: str) -> None:
    company.campaign("很长很长很长很长很长很长很长很长很长很长很长很长的活动名称")
    page = window("admin", size=PHONE).go(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator(".tabbar")).to_be_visible()


def test_every_control_has_a_name_and_every_page_its_landmarks(company: Company, window: Windows) -> None:
    case = company.campaign("无障碍")
    mine = window("admin")
    for path in (
        "/tasks",
        "/cases",
        f"/cases/{case.id}",
        f"/admin/instances/{case.id}",
        "/processes",
        "/notifications",
        "/account",
    ):
        page = mine.go(path)
        nameless = page.evaluate(NAMELESS)
        assert nameless == [], path
        assert page.locator("main").count() == 1
        assert page.locator("h1").count() == 1
