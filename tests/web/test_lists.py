"""Lists say where each case is, who has it and how long there is time; home says what is mine."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.tasks import user_tasks
from service.store.models import Notification
from tests.web.company import Company


def test_a_line_says_the_phase_who_has_it_and_what_it_is_about(
    company: Company, campaign: InstanceView
) -> None:
    page = company.browser("linyue").get(f"/cases?q={campaign.business_key}").text

    assert 'class="is-now" aria-current="step"><span>准备</span>' in page
    assert "由 林悦" in page
    assert str(campaign.case.facts["start_date"]) in page


def test_campaigns_are_found_by_their_phase(company: Company, campaign: InstanceView) -> None:
    browser = company.browser("linyue")
    number = campaign.business_key

    assert str(number) in browser.get(f"/cases?q={number}&phase=准备").text
    assert "没有符合的结果" in browser.get(f"/cases?q={number}&phase=审批").text


def test_campaigns_are_found_by_the_initials_of_their_names(company: Company) -> None:
    campaign = company.campaign("臻选春茶尝鲜", by="admin")
    page = company.browser("admin").get("/cases?q=zxcccx").text

    assert "臻选春茶尝鲜" in page
    assert str(campaign.business_key) in company.browser("admin").get("/tasks?q=zxcc").text
    assert "没有符合的结果" in company.browser("admin").get("/cases?q=zxccxx").text


def test_colleagues_are_found_by_initials(company: Company) -> None:
    page = company.browser("linyue").get("/people?q=zh").text

    assert "周衡" in page
    assert "许诺" not in page


def test_withdrawn_campaigns_are_listed_by_what_came_of_them(company: Company) -> None:
    campaign = company.campaign("说撤就撤", by="admin")
    instances.withdraw(company.app, company.actor("admin"), campaign.id, reason="预算取消")
    browser = company.browser("admin")

    withdrawn = browser.get(f"/cases?outcome=withdrawn&q={campaign.business_key}").text

    assert "说撤就撤" in withdrawn
    assert '<option value="withdrawn" selected>已撤销</option>' in withdrawn
    assert "没有符合的结果" in browser.get(f"/cases?outcome=finished&q={campaign.business_key}").text


@pytest.mark.parametrize("order", ["", "name"])
def test_the_order_of_a_list_stands_in_its_address_and_goes_on_over_pages(
    company: Company, order: str
) -> None:
    mark = f"排序{order}"
    for name in ("甲", "乙", "丙"):
        company.campaign(name + mark, by="admin")
    found: list[str] = []
    cursor = None
    for _page in range(3):
        page = instances.find(
            company.app,
            company.actor("admin"),
            text=mark,
            leading=True,
            order=order or "newest",
            limit=1,
            cursor=cursor,
        )
        found += [each.name for each in page.items]
        cursor = page.next

    assert cursor is None
    assert found == [name + mark for name in (sorted("甲乙丙") if order else "丙乙甲")]
    shown = company.browser("admin").get(f"/cases?sort={order}&q={mark}").text
    assert [shown.index(name) for name in found] == sorted(shown.index(name) for name in found)


def test_what_falls_due_first_stands_first_where_that_is_asked(company: Company) -> None:
    page = instances.find(company.app, company.actor("admin"), leading=True, order="due", limit=200)

    dues = [each.due_at for each in page.items if each.waits_for and each.due_at is not None]
    assert dues == sorted(dues)


def test_home_counts_the_copies_not_read_and_nothing_else(company: Company, campaign: InstanceView) -> None:
    mine, reader = company.actor("linyue"), company.browser("ouwen")
    task = company.task(campaign, "research")
    user_tasks.act(company.app, mine, task.id, "copies", {"users": ("ouwen",), "note": ""})

    before = reader.get("/tasks").text
    reader.get(f"/cases/{campaign.id}")
    with company.app.db.read() as session:
        told = session.scalars(select(Notification).where(Notification.user_name == "ouwen")).all()

    assert re.search(r'抄送我的 <span class="count">1</span>', before)
    assert told
    assert "抄送我的" not in reader.get("/tasks").text


def test_home_shows_what_i_started_with_its_way(company: Company, campaign: InstanceView) -> None:
    mine = company.browser("linyue").get("/tasks").text
    others = company.browser("ouwen").get("/tasks").text

    assert "我发起的" in mine
    assert f"/cases/{campaign.id}" in mine
    assert "我发起的" not in others


def test_what_is_looked_for_is_kept_under_a_name_for_oneself_alone(company: Company) -> None:
    browser, sought = (
        company.browser("linyue"),
        {"list": "cases", "query": "state=active&q=&cursor=9&phase=审批"},
    )

    saved = browser.post("/views", data={**sought, "name": "等审批的"})
    page = browser.get(saved.headers["Location"]).text
    unfiltered = browser.get("/cases").text

    assert (
        '<a href="/cases?phase=%E5%AE%A1%E6%89%B9&amp;state=active" aria-current="true">等审批的</a>' in page
    )
    assert "等审批的" in unfiltered
    assert "保存为视图" not in unfiltered, "nothing is looked for there"
    assert "等审批的" not in company.browser("zhouheng").get("/cases").text
    delete = re.search(r"/views/\w+/delete", page)
    assert delete is not None
    assert company.browser("zhouheng").post(delete[0]).status_code == 404
    browser.post(delete[0])
    assert "等审批的" not in browser.get("/cases").text


def test_a_view_comes_with_what_is_filtered_without_loading_the_page(company: Company) -> None:
    part = company.browser("linyue").get("/tasks?shown=held&q=", headers={"HX-Request": "true"}).text

    assert '<div class="views" id="views" hx-swap-oob="true">' in part
    assert '<input type="hidden" name="query" value="shown=held">' in part


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": " ", "query": "q=1"}, "请填写 1 到 40 个字"),
        ({"name": "x" * 41, "query": "q=1"}, "请填写 1 到 40 个字"),
        ({"name": "空", "query": "q=&cursor=3"}, "还没有筛选条件"),
    ],
)
def test_a_view_that_cannot_be_saved_is_refused_in_words(
    company: Company, sent: dict[str, str], said: str
) -> None:
    browser = company.browser("linyue")

    answer = browser.post("/views", data={"list": "cases", **sent})

    assert said in browser.get(answer.headers["Location"]).text


def test_a_view_of_the_same_name_takes_the_place_of_the_other(company: Company) -> None:
    browser = company.browser("linyue")
    for query in ("state=active", "state=completed"):
        browser.post("/views", data={"list": "cases", "name": "看这些", "query": query})

    page = browser.get("/cases").text

    assert page.count("看这些") == 1
    assert "/cases?state=completed" in page
