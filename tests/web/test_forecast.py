"""The forecast on pages: asked for once the page is there, in the reader's words."""

from __future__ import annotations

from service.runtime.cases.views import InstanceView
from tests.web.company import Company


def test_the_page_of_a_campaign_asks_for_its_forecast(company: Company, campaign: InstanceView) -> None:
    page = company.browser("linyue").get(f"/cases/{campaign.id}").text

    assert f'hx-get="/cases/{campaign.id}/forecast"' in page


def test_too_little_data_is_said(company: Company, campaign: InstanceView) -> None:
    shown = company.browser("linyue").get(f"/cases/{campaign.id}/forecast").text
    in_short = company.browser("linyue").get(f"/cases/{campaign.id}/forecast?short=1").text

    assert "数据太少，暂不预测" in shown
    assert "个案件可参照，至少要 10 个才预测" in shown
    assert "数据太少，暂不预测" in in_short


def test_the_applicant_finds_their_campaigns_beside_their_tasks(
    company: Company, campaign: InstanceView
) -> None:
    linyue = company.browser("linyue")

    assert f'hx-get="/cases/{campaign.id}/forecast?short=1"' in linyue.get("/tasks").text
    assert campaign.id not in company.browser("xunuo").get("/tasks").text


def test_who_does_not_see_the_case_gets_no_forecast(company: Company, campaign: InstanceView) -> None:
    outsider = company.browser("ouwen")

    assert outsider.get(f"/cases/{campaign.id}/forecast").status_code == 404
    assert outsider.get(f"/api/v1/process-instances/{campaign.id}/forecast").status_code == 404


def test_the_api_tells_the_forecast(company: Company, campaign: InstanceView) -> None:
    found = company.browser("linyue").get(f"/api/v1/process-instances/{campaign.id}/forecast").json

    assert found["state"] == "too_little_data"
    assert {"decided_p50", "decided_p80", "launch_at_risk", "because"} <= found.keys()
