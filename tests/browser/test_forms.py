"""Filling in forms as staff do: rows, rules, files, drafts, and everything that goes wrong on the way."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.runtime.cases.views import InstanceView
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from tests.browser.conftest import PHONE, Window
from tests.conftest import PASSWORD
from tests.web.company import Company, example

Windows = Callable[..., Window]
PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def drafted(company: Company, case: InstanceView, activity_id: str, by: str = "linyue") -> TaskView:
    """Return a task for which `by` has typed the example answers, not submitted yet."""
    task = company.task(case, activity_id)
    user_tasks.save_draft(company.app, company.actor(by), task.id, example(activity_id))
    return task


def submit(page: Page) -> None:
    page.click("[data-form-submit]")


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a select of the form."""
    field = page.locator(".fjs-form-field-select", has=page.get_by_text(label, exact=False)).first
    field.locator(".fjs-select-display").click()
    field.get_by_text(option, exact=True).click()


def fill_date(page: Page, label: str, day: str) -> None:
    field = page.locator(".fjs-form-field-datetime", has=page.get_by_text(label)).locator(".fjs-input").first
    field.fill(day)
    field.press("Enter")


def test_starting_a_campaign_from_the_menu_to_the_first_task(window: Windows) -> None:
    page = window("linyue").go("/start")
    page.get_by_role("link", name=re.compile("发起“.*营销活动")).click()
    page.wait_for_selector("html[data-form=ready]")

    page.get_by_label("活动名称").fill("浏览器里发起的活动")
    choose(page, "活动类型", "新品")
    page.get_by_label("负责人").fill("林悦")
    choose(page, "品牌线", "澄野臻选")
    page.get_by_label("支撑的季度目标").fill("提升高端产品线认知")
    fill_date(page, "开始日期", "2026/05/01")
    fill_date(page, "结束日期", "2026/05/20")
    submit(page)

    page.wait_for_url("**/cases/*started=1")
    expect(page.get_by_role("heading", name="浏览器里发起的活动")).to_be_visible()
    expect(page.locator(".notice.good")).to_contain_text("已发起")


def test_an_empty_form_lists_what_is_missing_and_leads_there(window: Windows) -> None:
    page = window("linyue").open_form("/start/campaign_approval")

    submit(page)

    summary = page.locator("[data-form-notices] [role=alert]")
    expect(summary).to_contain_text("处需要修改")
    expect(summary).to_contain_text("活动名称：此项必填。")
    summary.get_by_role("link", name="负责人").click()
    expect(page.get_by_label("负责人")).to_be_focused()


def test_rows_are_added_removed_and_summed(company: Company, window: Windows) -> None:
    case = company.campaign("行与合计")
    for activity, person in (("goals", "linyue"), ("resources", "linyue")):
        company.complete(case, activity, person)
    company.complete(case, "commit_resources", "suhe")
    company.complete(case, "commit_resources", "liangxiao")
    task = drafted(company, case, "budget")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    rows = page.locator("#main .fjs-form-field-dynamiclist").first.locator(".fjs-repeat-row-remove")
    expect(page.get_by_text("总预算 ¥")).to_contain_text("¥120,000.00")
    before = rows.count()

    page.get_by_text("添加一行").first.click()
    expect(rows).to_have_count(before + 1)
    rows.last.click()
    expect(rows).to_have_count(before)
    page.get_by_label("单价（含税）").first.fill("45.10")

    expect(page.get_by_text("总预算 ¥")).to_contain_text("¥120,100.00")  # 0.10 × 1 000 more


def test_a_rule_over_all_rows_is_told_beside_the_list_and_on_top(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("风险规则"), "risks")
    answers = example("risks")
    answers["risks"] = [row for row in answers["risks"] if row["type"] == "技术"]
    user_tasks.save_draft(company.app, company.actor("linyue"), task.id, answers)
    page = window("linyue").open_form(f"/tasks/{task.id}")
    message = "技术、合规、舆情三类风险各至少一条"
    expect(page.get_by_text(message)).to_have_count(0)

    submit(page)

    expect(page.locator("[data-form-notices]")).to_contain_text(message)
    expect(page.locator(".fjs-form-field-error", has_text=message)).to_be_visible()


def test_what_is_typed_is_kept_as_a_draft_without_asking(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("草稿"), "goals")
    mine = window("linyue")
    page = mine.open_form(f"/tasks/{task.id}")

    page.get_by_label("数据来源").first.fill("站内统计")
    expect(page.locator("[data-form-status]")).to_contain_text("草稿已保存")
    page = mine.open_form(f"/tasks/{task.id}")

    expect(page.get_by_label("数据来源").first).to_have_value("站内统计")


def test_what_is_typed_just_before_an_action_or_a_reload_is_there_again(
    company: Company, window: Windows
) -> None:
    task = company.task(company.campaign("写完就走"), "research")
    mine = window("linyue")
    page = mine.open_form(f"/tasks/{task.id}")
    trend = page.get_by_label("行业趋势")
    trend.fill("第一句")
    page.wait_for_function("Object.values(sessionStorage).some((copy) => copy.includes('第一句'))")
    page.reload()
    page.wait_for_selector("html[data-form=ready]")
    expect(trend).to_have_value("第一句")

    trend.fill("第一句，第二句")
    with page.expect_navigation():
        page.locator(f"form[action*='/tasks/{task.id}/']").first.evaluate("form => form.requestSubmit()")

    assert user_tasks.form(company.app, company.actor("linyue"), task.id).data["industry_trend"] == (
        "第一句，第二句"
    )
    expect(page.locator("[data-form-notices]")).not_to_contain_text("另一个窗口")


def test_two_windows_of_one_form_do_not_write_over_each_other(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("两个窗口"), "research")
    mine = window("linyue")
    older = mine.open_form(f"/tasks/{task.id}")
    newer = window("linyue").open_form(f"/tasks/{task.id}")
    newer.get_by_label("行业趋势").fill("乙窗口写的趋势")
    expect(newer.locator("[data-form-status]")).to_contain_text("草稿已保存")

    older.get_by_label("行业趋势").fill("甲窗口写的趋势")

    notice = older.locator("[data-form-notices]")
    expect(notice).to_contain_text("您在另一个窗口里保存了别的内容")
    assert user_tasks.form(company.app, company.actor("linyue"), task.id).data["industry_trend"] == (
        "乙窗口写的趋势"
    )
    notice.get_by_role("button", name="以本页内容为准").click()
    expect(older.locator("[data-form-status]")).to_contain_text("草稿已保存")
    assert user_tasks.form(company.app, company.actor("linyue"), task.id).data["industry_trend"] == (
        "甲窗口写的趋势"
    )
    newer.get_by_label("行业趋势").fill("乙窗口又写")
    newer.locator("[data-form-notices]").get_by_role("button", name="查看另一份").click()
    newer.wait_for_selector("html[data-form=ready]")
    expect(newer.get_by_label("行业趋势")).to_have_value("甲窗口写的趋势")


def test_opening_a_form_alone_leaves_no_draft(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("只看看"), "goals")
    page = window("linyue").open_form(f"/tasks/{task.id}")

    page.wait_for_timeout(1800)

    assert user_tasks.form(company.app, company.actor("linyue"), task.id).draft_saved_at is None


def test_a_double_click_submits_once_and_the_list_says_what_happened(
    company: Company, window: Windows
) -> None:
    case = company.campaign("双击")
    task = drafted(company, case, "goals")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    sent: list[str] = []
    page.on("request", lambda request: request.url.endswith("/complete") and sent.append(request.url))

    page.dblclick("[data-form-submit]")

    page.wait_for_url(f"**/tasks?done={task.id}")
    assert len(sent) == 1
    expect(page.locator(".notice.good")).to_contain_text(f"“{task.name}”已提交")
    expect(page.locator(".notice.good")).to_contain_text("双击")


def test_a_stale_tab_keeps_what_was_typed_and_may_submit_again(company: Company, window: Windows) -> None:
    task = drafted(company, company.campaign("过期页面"), "research")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    shen = company.actor("shenlan")
    claimed = user_tasks.claim(company.app, shen, task.id, task.version)
    user_tasks.unclaim(company.app, shen, task.id, claimed.version)

    submit(page)
    notice = page.locator("[data-form-notices]")
    expect(notice).to_contain_text("发生了变化")
    notice.get_by_role("button", name="再次提交").click()

    page.wait_for_url("**/tasks?done=*")


def test_a_task_finished_by_a_colleague_leaves_my_text_to_copy(company: Company, window: Windows) -> None:
    case = company.campaign("已被办结")
    task = company.task(case, "research")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    page.get_by_label("行业趋势").fill("我辛苦写下的行业趋势")
    expect(page.locator("[data-form-status]")).to_contain_text("草稿已保存")
    company.complete(case, "research", "shenlan")

    page.get_by_label("行业趋势").fill("我辛苦写下的行业趋势，又补充一句")

    expect(page.locator("[data-form-notices]")).to_contain_text("任务已办结或已撤回")
    expect(page.get_by_role("button", name="复制我填写的内容")).to_be_visible()
    expect(page.get_by_label("行业趋势")).to_have_value("我辛苦写下的行业趋势，又补充一句")


def test_a_lost_session_keeps_what_was_typed_and_resumes_after_signing_in(
    company: Company, window: Windows
) -> None:
    task = drafted(company, company.campaign("登录失效"), "goals")
    mine = window("linyue")
    page = mine.open_form(f"/tasks/{task.id}")
    mine.context.clear_cookies()

    page.get_by_label("数据来源").first.fill("登录失效时填写的来源")
    submit(page)
    page.get_by_role("link", name="登录并继续").click()
    page.fill("#username", "linyue")
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_selector("html[data-form=ready]")

    expect(page.locator("[data-form-notices]")).to_contain_text("已恢复您之前填写的内容")
    expect(page.get_by_label("数据来源").first).to_have_value("登录失效时填写的来源")
    submit(page)
    page.wait_for_url("**/tasks?done=*")


def test_a_failed_connection_keeps_the_answers_and_tries_again(company: Company, window: Windows) -> None:
    task = drafted(company, company.campaign("断网"), "goals")
    mine = window("linyue")
    page = mine.open_form(f"/tasks/{task.id}")
    mine.context.set_offline(True)

    submit(page)
    expect(page.locator("[data-form-notices]")).to_contain_text("网络连接失败")
    mine.context.set_offline(False)
    page.get_by_role("button", name="重试").click()

    page.wait_for_url("**/tasks?done=*")


def test_files_upload_at_once_and_refusals_are_explained(
    company: Company, window: Windows, tmp_path: Path
) -> None:
    (tmp_path / "巨大.pdf").write_bytes(bytes(30 * 2**20))
    page = window("linyue").open_form(_research(company))
    files = page.locator(".fjs-form-field-files").first
    chooser = files.locator("input[type=file]")

    chooser.set_input_files(tmp_path / "巨大.pdf")
    expect(files.get_by_role("alert")).to_contain_text("“巨大.pdf”超过 1 MB")
    chooser.set_input_files({"name": "病毒.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ\x00"})
    expect(files.get_by_role("alert")).to_contain_text("类型不受支持")
    chooser.set_input_files({"name": "来源.png", "mimeType": "image/png", "buffer": PIXEL})

    expect(files.get_by_role("link", name="来源.png")).to_be_visible()
    expect(files.get_by_role("alert")).to_be_empty()
    files.get_by_role("button", name="移除 来源.png").click()
    expect(files.get_by_role("link", name="来源.png")).to_have_count(0)


def _research(company: Company) -> str:
    return f"/tasks/{company.task(company.campaign('附件'), 'research').id}"


def test_a_form_is_one_column_on_a_phone(company: Company, window: Windows) -> None:
    task = drafted(company, company.campaign("手机"), "goals")
    page = window("linyue", size=PHONE).open_form(f"/tasks/{task.id}")

    lefts = page.eval_on_selector_all(
        ".fjs-repeat-row-container:first-child .fjs-input",
        "nodes => [...new Set(nodes.map(n => Math.round(n.getBoundingClientRect().left / 40)))]",
    )

    assert len(lefts) <= 2
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_date_is_the_same_day_wherever_the_browser_stands(window: Windows, zone: str) -> None:
    mine = window("linyue", zone=zone)
    page = mine.open_form("/start/campaign_approval")

    fill_date(page, "开始日期", "2026/09/01")
    stored = page.evaluate("document.querySelector('[data-island=form]').form._getState().data.start_date")
    page = mine.open_form("/start/campaign_approval")

    assert stored == "2026-09-01"
    shown = (
        page.locator(".fjs-form-field-datetime", has=page.get_by_text("开始日期")).locator(".fjs-input").first
    )
    expect(shown).to_have_value("2026-09-01")


def test_what_was_typed_on_a_start_form_is_forgotten_when_signing_out(window: Windows) -> None:
    page = window("linyue").open_form("/start/campaign_approval")
    page.get_by_label("活动名称").fill("还没想好的活动")
    kept = "Object.keys(sessionStorage).filter((key) => key.startsWith('countersign:')).length"
    assert page.evaluate(kept) == 1

    page.locator(".sidebar .menu summary").click()
    page.get_by_role("button", name="退出登录").first.click()
    page.wait_for_url("**/login")

    assert page.evaluate(kept) == 0


def test_what_was_typed_just_before_signing_out_is_a_draft(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("写完就下班"), "research")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    page.get_by_label("行业趋势").fill("最后一句")

    page.locator(".sidebar .menu summary").click()
    page.get_by_role("button", name="退出登录").first.click()
    page.wait_for_url("**/login")

    kept = user_tasks.form(company.app, company.actor("linyue"), task.id).data
    assert kept["industry_trend"] == "最后一句"
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('linyue'))") == []


def test_what_an_action_says_is_in_sight_wherever_the_page_stands(company: Company, window: Windows) -> None:
    case = company.campaign("留言在页尾")
    page = window("linyue").go(f"/cases/{case.id}")
    page.get_by_label("对这场活动说点什么").fill("请尽快")

    page.get_by_role("button", name="发表留言").click()

    said = page.get_by_role("status").first
    expect(said).to_be_in_viewport()
    expect(said).to_contain_text("留言")
    said.get_by_role("button", name="关闭").click()
    expect(page.locator(".flash")).to_have_count(0)
