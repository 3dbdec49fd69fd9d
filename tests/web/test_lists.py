"""Lists say where each case is, who has it and how long there is time; home says what is mine."""

from __future__ import annotations

import re

from sqlalchemy import select

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
