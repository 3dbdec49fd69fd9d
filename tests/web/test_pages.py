"""Every screen: who may open it, what it says, and what it says when there is nothing."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from markupsafe import escape

import service.web
from service import resources
from service.engine.decisions import read_dmn
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.tasks.actions import actions
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company

TEMPLATES = Path(service.web.__file__).parent / "templates"
TIER = "approval_tier.dmn"
EVERYBODY = ["/tasks", "/start", "/start/campaign_approval", "/cases", "/notifications", "/account"]
OWNERS = [
    "/processes",
    "/processes/diagrams/campaign_approval",
    "/processes/diagrams/campaign_approval.bpmn",
    "/processes/decisions/approval_tier",
    "/processes/forms/budget",
    "/processes/forms/goals_list",
    "/processes/files/approval_tier.dmn",
    "/processes/upload",
    "/processes/history",
]
INSPECTORS = ["/admin/instances"]


def test_the_heading_of_administration_stands_before_the_first_of_its_places_alone(company: Company) -> None:
    heading, first = '<li class="nav-heading">管理</li>', '<li><a href="/processes">'
    page = company.browser("admin").get("/tasks").text

    assert page.count(heading) == 1
    assert page.split(heading)[1].lstrip().startswith(first)
    assert heading not in company.browser("linyue").get("/tasks").text


@pytest.mark.parametrize("path", EVERYBODY)
def test_everybody_signed_in_opens(company: Company, path: str) -> None:
    assert company.browser("linyue").get(path).status_code == 200


@pytest.mark.parametrize("path", OWNERS + INSPECTORS)
def test_only_owners_and_admins_open(company: Company, path: str) -> None:
    answers = {name: company.browser(name).get(path).status_code for name in ("yezhen", "admin", "linyue")}

    assert answers == {"yezhen": 200, "admin": 200, "linyue": 403}


def test_the_menu_offers_only_what_one_may_open(company: Company) -> None:
    staff, owner = company.browser("linyue").get("/tasks").text, company.browser("yezhen").get("/tasks").text

    assert "/admin/instances" not in staff
    assert 'href="/processes"' not in staff
    assert "/admin/instances" in owner
    assert 'href="/processes"' in owner


def test_a_form_part_is_listed_apart_with_the_forms_that_hold_it(company: Company) -> None:
    owner = company.browser("yezhen")

    forms, parts = owner.get("/processes").text.split("<h2>表单公共部分</h2>")
    part = owner.get("/processes/forms/goals_list").text

    assert "/processes/forms/goals_list" in parts
    assert "/processes/forms/goals_list" not in forms
    assert "用于 4 张表单" in parts
    assert "用于表单：" in part
    assert "/processes/forms/submit_preparation" in part


def test_a_newcomer_finds_friendly_empty_pages(company: Company) -> None:
    browser = company.browser("newcomer")

    assert "没有待办" in browser.get("/tasks").text
    assert "还没有活动" in browser.get("/cases").text


def test_a_search_without_hits_offers_the_way_back(company: Company, campaign: InstanceView) -> None:
    page = company.browser("linyue").get("/tasks?q=绝对没有的任务").text

    assert "没有符合的结果" in page
    assert "显示全部任务" in page


def test_the_task_list_names_the_task_its_case_and_its_applicant(
    company: Company, campaign: InstanceView
) -> None:
    page = company.browser("linyue").get("/tasks").text

    assert "设定目标" in page
    assert campaign.name in page
    assert "发起人 林悦" in page


def test_htmx_gets_the_list_alone(company: Company, campaign: InstanceView) -> None:
    page = company.browser("linyue").get("/tasks?q=目标", headers={"HX-Request": "true"}).text

    assert "设定目标" in page
    assert "<html" not in page


def test_a_task_page_holds_the_form_the_dossier_and_the_drawing(
    company: Company, campaign: InstanceView
) -> None:
    task = company.task(campaign, "goals")

    page = company.browser("linyue").get(f"/tasks/{task.id}").text

    assert '"mode": "task"' in page
    assert "已有材料" in page
    assert "提升高端产品线认知" in page
    assert f"/cases/{campaign.id}/drawings/preparation_phase.bpmn" in page


def test_claiming_a_task_of_the_group_is_answered_with_its_new_line(company: Company) -> None:
    task = company.task(company.campaign("认领测试"), "research")
    browser = company.browser("linyue")

    line = browser.post(
        f"/tasks/{task.id}/claim", data={"version": task.version}, headers={"HX-Request": "true"}
    ).text

    assert "我已认领" in line
    assert "办理" in line
    assert 'visually-hidden">开始日期 </span>' in line


def test_a_claim_on_an_old_version_is_a_designed_conflict_page(company: Company) -> None:
    task = company.task(company.campaign("冲突测试"), "research")
    browser = company.browser("linyue")
    browser.post(f"/tasks/{task.id}/claim", data={"version": task.version})

    answer = browser.post(f"/tasks/{task.id}/unclaim", data={"version": task.version})

    assert answer.status_code == 409
    assert "已有他人先行处理" in answer.text


def test_a_form_is_not_offered_to_those_who_cannot_submit_it(
    company: Company, campaign: InstanceView
) -> None:
    task = company.task(campaign, "goals")

    page = company.browser("admin").get(f"/tasks/{task.id}").text

    assert '"mode": "read"' in page
    assert "data-form-submit" not in page


def test_an_outsider_learns_nothing_about_a_case(company: Company, campaign: InstanceView) -> None:
    task = company.task(campaign, "goals")
    browser = company.browser("newcomer")

    for path in (f"/cases/{campaign.id}", f"/tasks/{task.id}", f"/cases/{campaign.id}/drawings/x.bpmn"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert campaign.name not in answer.text


def test_the_campaign_page_shows_the_answers_with_their_questions(
    company: Company, campaign: InstanceView
) -> None:
    page = company.browser("linyue").get(f"/cases/{campaign.id}").text

    assert re.search(r"<dt>品牌线</dt>\s*<dd>澄野臻选</dd>", page)
    assert "撤销活动" in page


def test_the_applicant_cancels_a_campaign_with_a_reason(company: Company) -> None:
    case = company.campaign("要撤销的活动")
    browser = company.browser("linyue")

    browser.post(f"/cases/{case.id}/cancel", data={"reason": "预算取消"})
    page = browser.get(f"/cases/{case.id}").text

    assert "已撤销" in page
    assert "撤销活动" not in page.split("<main", 1)[1]


def test_an_admin_suspends_and_resumes_an_instance(company: Company) -> None:
    case = company.campaign("要挂起的活动")
    browser = company.browser("admin")

    browser.post(f"/admin/instances/{case.id}/suspend", data={"reason": "核查"})
    suspended = browser.get(f"/admin/instances/{case.id}").text
    browser.post(f"/admin/instances/{case.id}/resume")
    running = browser.get(f"/admin/instances/{case.id}").text

    assert "已挂起" in suspended
    assert "恢复运行" in suspended
    assert "进行中" in running


def test_a_process_owner_may_look_at_an_instance_but_not_stop_it(
    company: Company, campaign: InstanceView
) -> None:
    browser = company.browser("yezhen")

    page = browser.get(f"/admin/instances/{campaign.id}").text
    answer = browser.post(f"/admin/instances/{campaign.id}/suspend", data={"reason": "x"})

    assert "案件事实" in page
    assert "plan_total" in page
    assert "终止实例" not in page
    assert answer.status_code == 403


def test_the_decision_table_is_a_table(company: Company) -> None:
    page = company.browser("yezhen").get("/processes/decisions/approval_tier").text

    (decision, *_) = read_dmn(TIER, resources.manifest_files()[TIER]).decisions
    for rule in decision.rules:
        assert str(escape(rule.inputs[0])) in page
        assert str(escape(rule.outputs[0].strip('"'))) in page
    assert "有且仅有一条规则匹配" in page


def test_the_start_page_offers_the_campaign_process(company: Company) -> None:
    assert "/start/campaign_approval" in company.browser("linyue").get("/start").text


def test_nobody_starts_what_does_not_exist(company: Company) -> None:
    assert company.browser("linyue").get("/start/no_such_process").status_code == 404


def test_a_token_is_shown_once_and_can_be_revoked(company: Company) -> None:
    browser = company.browser("linyue")

    made = browser.post("/account/tokens", data={"title": "日报导入", "days": "30"}).text
    token = re.search(r'<code class="token">([^<]+)</code>', made)
    later = browser.get("/account").text

    assert token is not None
    assert token[1] not in later
    assert "日报导入" in later


def test_two_different_new_passwords_are_refused(company: Company) -> None:
    answer = company.browser("linyue").post(
        "/account/password", data={"current": "correct horse", "new": "one password", "again": "another one"}
    )

    assert answer.status_code == 422
    assert "两次输入的新密码不一致" in answer.text


def test_a_task_offers_the_way_back_that_its_drawing_allows(company: Company) -> None:
    drawing = chain(
        "letter",
        d.user("write", group="市场部", name="起草"),
        d.user("check", group="法务部", name="核对", properties={"returnTo": "begin、write"}),
    )
    deployments.deploy(company.app, SYSTEM, {"letter.bpmn": drawing["letter.bpmn"]})
    case = instances.start(company.app, company.actor("linyue"), "letter")
    task = company.task(case, "write")
    user_tasks.complete(company.app, company.actor("linyue"), task.id, task.version, {})
    task, browser = company.task(case, "check"), company.browser("zhouheng")

    page = browser.get(f"/tasks/{task.id}").text
    answer = browser.post(
        f"/tasks/{task.id}/return",
        data={"version": task.version, "activity_id": "write", "reason": "缺少概率公示"},
        follow_redirects=True,
    )

    assert '<option value="write">起草</option>' in page
    assert "已退回" in answer.text
    assert company.task(case, "write").state == "open"
    assert "缺少概率公示" in company.browser("linyue").get(f"/cases/{case.id}").text


def test_an_incident_is_told_in_chinese_and_can_be_tried_again(company: Company) -> None:
    drawing = chain(
        "sums", d.user("ask", group="市场部", name="填数", outputs={"n": "n"}), d.script("add", "n + 1", "m")
    )
    deployments.deploy(company.app, SYSTEM, {"sums.bpmn": drawing["sums.bpmn"]})
    case = instances.start(company.app, company.actor("linyue"), "sums")
    task = company.task(case, "ask")
    user_tasks.complete(company.app, company.actor("linyue"), task.id, task.version, {"n": "不是数字"})
    staff, browser = company.browser("linyue"), company.browser("admin")

    done = staff.get(f"/tasks?done={task.id}").text
    page = browser.get(f"/admin/instances/{case.id}").text
    retry = re.search(r"/admin/incidents/([^/]+)/retry", page)
    assert retry is not None
    again = browser.post(f"/admin/incidents/{retry[1]}/retry", follow_redirects=True).text

    assert "您提交的内容已保存。后续的自动步骤遇到问题" in done
    assert "表达式没有得到可用的值" in page
    assert "已重试，仍然失败" in again
    assert "已尝试 2 次" in again


def test_whatever_an_action_asks_for_has_a_field_on_the_page() -> None:
    given = {each.name for action in actions().values() for each in fields(action.given)}
    drawn = {path.stem.removeprefix("_asked_") for path in TEMPLATES.glob("_asked_*.html")}

    # A reason has its own field; the form itself asks for answers, keeps drafts, and has what goes with them.
    assert given - {"reason", "answers", "over", "on_behalf_of", "opinion"} == drawn


def test_a_task_is_lent_and_given_back_on_its_page(company: Company, campaign: InstanceView) -> None:
    task, linyue, shenlan = (
        company.task(campaign, "goals"),
        company.browser("linyue"),
        company.browser("shenlan"),
    )
    given = {"to": "shenlan", "reason": "请先看目标"}

    linyue.post(f"/tasks/{task.id}/delegate", data=given)
    lent = shenlan.get(f"/tasks/{task.id}").text
    given = {"opinion": "目标可达", "answers": '{"goals": []}'}
    shenlan.post(f"/tasks/{task.id}/resolve", data=given)
    back = linyue.get(f"/tasks/{task.id}").text

    assert "林悦将此任务委派给您" in lent
    assert "data-takes-answers" in lent
    assert "data-form-submit" not in lent
    assert "沈岚 → 林悦：目标可达" in back
    assert "data-form-submit" in back


def test_colleagues_are_found_by_a_part_of_their_name_or_department(company: Company) -> None:
    browser = company.browser("linyue")

    assert 'data-pick="zhouheng"' in browser.get("/people?q=法务").text
    assert 'data-pick="zhouheng"' in browser.get("/people?q=周").text
    assert "没有找到“%”" in browser.get("/people?q=%25").text
    assert 'data-pick="linyue"' not in browser.get("/people?q=林悦").text


def test_an_admin_assigns_a_task_on_its_page(company: Company, campaign: InstanceView) -> None:
    task, admin = company.task(campaign, "goals"), company.browser("admin")
    page = admin.get(f"/tasks/{task.id}").text
    assert f'action="/tasks/{task.id}/assign"' in page
    assert "/assign" not in company.browser("linyue").get(f"/tasks/{task.id}").text

    given = {"to": "shenlan", "reason": "林悦出差", "version": task.version}
    answer = admin.post(f"/tasks/{task.id}/assign", data=given, follow_redirects=True)

    assert "已指派" in answer.text
    assert company.task(campaign, "goals").assignee == "shenlan"
