"""Lists say where each case is, who has it and how long there is time; home says what is mine."""

from __future__ import annotations

from service.runtime.cases.views import InstanceView
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


def test_home_shows_what_i_started_with_its_way(company: Company, campaign: InstanceView) -> None:
    mine = company.browser("linyue").get("/tasks").text
    others = company.browser("ouwen").get("/tasks").text

    assert "我发起的" in mine
    assert f"/cases/{campaign.id}" in mine
    assert "我发起的" not in others
