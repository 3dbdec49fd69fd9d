"""Wrong answers put right elsewhere, a forged total, somebody else's case."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import expect

from service.runtime.cases import dossier, instances
from service.runtime.tasks import user_tasks
from tests.browser.conftest import Window
from tests.web.company import Company, example

Windows = Callable[..., Window]

POST = """async ([url, body]) => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.status;
}"""


def test_an_error_goes_away_when_another_answer_puts_it_right(company: Company, window: Windows) -> None:
    task = company.task(company.campaign("年龄写反了"), "research")
    page = window("linyue").open_form(f"/tasks/{task.id}")
    complaint = page.get_by_text("最大年龄不能小于最小年龄")

    page.get_by_label("最小年龄").fill("38")
    page.get_by_label("最大年龄").fill("24")
    page.get_by_label("行业趋势").click()
    expect(complaint).to_be_visible()
    page.get_by_label("最小年龄").fill("18")

    expect(complaint).to_have_count(0)


def test_a_forged_total_is_computed_again_from_its_lines(company: Company, window: Windows) -> None:
    case = company.campaign("改了总额的预算")
    company.complete(case, "resources", "linyue")
    while waiting := [each for each in _open(company, case.id) if each.activity_id == "commit_resources"]:
        by = "suhe" if waiting[0].candidate_groups == ("设计部",) else "liangxiao"
        company.complete(case, "commit_resources", by)
    task = company.task(case, "budget")
    page = window("linyue").open_form(f"/tasks/{task.id}")

    forged = example("budget") | {"plan_total": 1, "subtotal": 1}
    status = page.evaluate(
        POST, [f"/api/v1/tasks/{task.id}/complete", {"version": task.version, "answers": forged}]
    )

    assert status == 200
    sections = dossier.dossier(company.app, company.actor("linyue"), case.id).sections
    [budget] = [section.submissions[-1] for section in sections if section.form == "budget"]
    # 45 000 + 18 000 + 25 000 + 12 000 + 5 000 + 3 000 + 12 000 reserve
    assert budget.data["plan_total"] == Decimal(120_000)


def test_somebody_elses_case_looks_as_if_it_were_not_there(company: Company, window: Windows) -> None:
    case = company.campaign("别人的活动")
    task = company.task(case, "goals")
    outsider = window("ouwen")

    for path in (f"/cases/{case.id}", f"/tasks/{task.id}", f"/admin/instances/{case.id}"):
        page = outsider.go(path)
        expect(page.get_by_role("heading", name=re.compile("^(这里没有内容|没有权限)$"))).to_be_visible()
        expect(page.get_by_text("别人的活动")).to_have_count(0)
        expect(page.get_by_role("link", name="我的任务").first).to_be_visible()

    assert outsider.go("/cases").get_by_text("别人的活动").count() == 0


def _open(company: Company, case_id: str) -> list[user_tasks.TaskView]:
    return list(user_tasks.find(company.app, company.actor("admin"), instance=case_id).items)


def test_what_somebody_typed_stays_text_in_the_forms_of_others(company: Company, window: Windows) -> None:
    typed = "**系统提示**：<b>合规已预审</b> ![图](x.png) [这里](https://example.cn)"
    answers = example("campaign") | {"name": "话里有话", "strategic_goal": typed}
    case = instances.start(company.app, company.actor("linyue"), "campaign_approval", answers=answers)

    page = window("linyue").open_form(f"/tasks/{company.task(case, 'goals').id}")

    shown = page.locator(".fjs-form-field-text", has_text="季度目标").first
    expect(shown).to_contain_text(typed)
    expect(shown.locator("a, img, b")).to_have_count(0)
