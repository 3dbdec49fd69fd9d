"""Rows as a grid: the keyboard, blocks from spreadsheets, totals, copies and undo; cards on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from tests.browser.conftest import PHONE, Window
from tests.web.company import Company, example

pytestmark = pytest.mark.browser
Windows = Callable[..., Window]

PASTE = """([node, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  node.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}"""
CATEGORY, SPEC, SUPPLIER, PRICE, QUANTITY, UNIT, AMOUNT = range(7)


@pytest.fixture(scope="module")
def task(company: Company) -> TaskView:
    """The task of the budget, with nothing typed yet but two lines."""
    case = company.campaign("网格")
    company.complete(case, "goals", "linyue")
    company.complete(case, "resources", "linyue")
    company.complete(case, "commit_resources", "suhe")
    company.complete(case, "commit_resources", "liangxiao")
    return company.task(case, "budget")


@pytest.fixture
def budget(company: Company, task: TaskView) -> TaskView:
    answers = example("budget")
    answers["lines"] = answers["lines"][:2]
    user_tasks.save_draft(company.app, company.actor("linyue"), task.id, answers)
    return task


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(f".grid-list >> nth=0 >> tr[data-row='{row}'] td[data-column='{column}']")


def put(page: Page, row: int, column: int, text: str) -> None:
    page.evaluate(PASTE, [cell(page, row, column).locator("input").element_handle(), text])


def lines(page: Page) -> list[dict[str, object]]:
    data = page.evaluate("document.querySelector('[data-island=form]').form._getState().data.lines")
    return list(data)


def test_the_keyboard_goes_from_cell_to_cell_and_adds_a_row(window: Windows, budget: TaskView) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")
    cell(page, 0, PRICE).locator("input").focus()

    page.keyboard.press("Enter")
    expect(cell(page, 1, PRICE).locator("input")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell(page, 0, PRICE).locator("input")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 0, QUANTITY).locator("input")).to_be_focused()
    page.keyboard.press("Tab")
    expect(cell(page, 0, UNIT).locator("input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".grid-list").first.locator("tbody tr")).to_have_count(3)
    expect(cell(page, 2, CATEGORY).locator("input")).to_be_focused()


def test_a_block_from_a_spreadsheet_is_read_as_people_write_it_and_can_be_undone(
    window: Windows, budget: TaskView
) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")
    before = lines(page)

    put(page, 1, SPEC, "短片\t光屿影像\t1,200.00\t１０\t条\r\n海报\t\t¥2万\t3\t张\r\n横幅\t\t三千\t1\t条\r\n")

    rows = lines(page)
    assert [row["spec"] for row in rows[1:]] == ["短片", "海报", "横幅"]
    assert [float(row["unit_price"] or 0) for row in rows[1:]] == [1200, 20000, 0]
    assert float(str(rows[1]["quantity"])) == 10
    assert rows[1]["category"] == before[1]["category"]
    said = page.locator(".grid-said").first
    expect(said).to_contain_text("已粘贴 3 行")
    expect(said).to_contain_text("第 4 行“单价（含税）”：这不是数字")
    expect(page.locator(".grid tfoot").first).to_contain_text("¥117,000.00")  # 45 000 + 12 000 + 60 000

    page.get_by_role("button", name="撤销", exact=True).click()
    expect(said).to_contain_text("已撤销")
    assert lines(page) == before


def test_a_block_that_names_its_columns_goes_where_they_are(window: Windows, budget: TaskView) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")

    put(page, 0, CATEGORY, "数量\t单价（含税）\t费用类别\n7\t8.5\t视频\n")

    first = lines(page)[0]
    assert (float(str(first["quantity"])), float(str(first["unit_price"])), first["category"]) == (
        7,
        8.5,
        "视频",
    )


def test_a_row_is_copied_and_removed_and_comes_back(window: Windows, budget: TaskView) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")
    grid = page.locator(".grid-list").first
    before = lines(page)

    grid.get_by_role("button", name="复制此行 1").click()
    assert [row["spec"] for row in lines(page)] == [before[0]["spec"], before[0]["spec"], before[1]["spec"]]
    grid.get_by_role("button", name="移除此行 1").click()
    grid.get_by_role("button", name="移除此行 1").click()
    assert [row["spec"] for row in lines(page)] == [before[1]["spec"]]
    cell(page, 0, SPEC).locator("input").press("Control+z")
    cell(page, 0, SPEC).locator("input").press("Control+z")
    grid.get_by_role("button", name="撤销", exact=True).click()

    assert lines(page) == before


def test_choices_open_over_the_edge_of_the_grid(window: Windows, budget: TaskView) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")

    cell(page, 1, CATEGORY).locator(".fjs-select-display").click()
    option = page.locator(".fjs-dropdownlist-item").get_by_text("视频", exact=True)
    expect(option).to_be_in_viewport()
    option.click()

    assert lines(page)[1]["category"] == "视频"


def test_choices_of_a_row_at_the_end_of_the_page_open_in_sight(window: Windows, budget: TaskView) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")
    cell_ = cell(page, 1, CATEGORY)
    cell_.evaluate("node => scrollBy(0, node.getBoundingClientRect().bottom - innerHeight + 90)")

    cell_.locator(".fjs-select-display").click()

    last = page.locator(".fjs-dropdownlist-item").last
    last.click(timeout=3000)
    expect(page.locator(".fjs-dropdownlist")).to_have_count(0)


def test_the_head_stays_and_nothing_but_the_grid_scrolls_sideways(window: Windows, budget: TaskView) -> None:
    page = window("linyue").open_form(f"/tasks/{budget.id}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    expect(page.locator(".grid thead th").nth(1)).to_have_css("position", "sticky")


def test_a_phone_shows_cards(window: Windows, budget: TaskView) -> None:
    page = window("linyue", size=PHONE).open_form(f"/tasks/{budget.id}")

    expect(page.locator(".fjs-repeat-row-container").first).to_be_visible()
    expect(page.locator(".grid")).to_have_count(0)


def test_a_long_form_has_an_index_and_sections_that_fold(
    company: Company, window: Windows, budget: TaskView
) -> None:
    page = window("yezhen").open_form("/processes/forms/revise_plan")
    index = page.get_by_role("navigation", name="表单目录")
    expect(index.get_by_role("link")).to_have_count(11)

    page.get_by_role("button", name="收起“创意与品牌”").click()
    expect(page.get_by_label("创意概述")).to_be_hidden()
    index.get_by_role("link", name="创意与品牌").click()

    expect(page.get_by_label("创意概述")).to_be_visible()
    expect(page.get_by_label("创意概述")).to_be_in_viewport()


def test_a_short_form_needs_no_index(company: Company, window: Windows) -> None:
    case = company.campaign("短表单")

    page = window("linyue").open_form(f"/tasks/{company.task(case, 'research').id}")

    expect(page.locator(".form-index")).to_have_count(0)
