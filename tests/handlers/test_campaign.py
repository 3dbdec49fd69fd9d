"""The campaign as a case: loaded by its neighbours, linked with others, paused, archived."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.handlers import HANDLERS
from service.handlers.ports import CampaignSummary
from tests.handlers.fake_ports import CASE, NOON, FakePorts


def campaign(case, *, total, start=date(2026, 12, 5), brand="澄野臻选", department="市场部"):
    money = None if total is None else Decimal(total)
    return CampaignSummary(case, f"活动 {case}", department, brand, start, None, money, "active")


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.facts |= {"tier": "ceo_meeting", "agreed": ["法务部"], "outcome": "finished"}
    ports.hand_in(
        "campaign", name="抽奖季", brand_line="澄野臻选", start_date="2026-12-01", linked_campaigns=[]
    )
    return ports


def test_a_neighbour_of_the_first_release_learns_what_is_true_of_the_campaign(ports):
    outputs = HANDLERS["campaign.load"]({}, ports)

    assert (outputs["campaign_id"], outputs["campaign_name"]) == (CASE, "抽奖季")
    assert (outputs["tier"], outputs["agreed"]) == ("ceo_meeting", ["法务部"])
    assert (outputs["applicant"], outputs["department"]) == ("linyue", "市场部")
    assert set(outputs) == set(HANDLERS["campaign.load"].outputs)


def test_linked_campaigns_are_added_for_the_tier(ports):
    ports.others = [campaign("C-1", total=30_000), campaign("C-2", total=None), campaign("C-3", total=99)]

    outputs = HANDLERS["campaign.linked"](
        {"plan_total": 30_000, "linked_campaigns": [{"case": "C-1"}, "C-2", {"case": CASE}]}, ports
    )

    # 30 000 with 30 000; C-2 has no budget yet, and nobody is linked with himself
    assert (outputs["linked_total"], outputs["budget_total"]) == (30_000, 60_000)


def test_the_start_form_says_what_is_linked(ports):
    ports.others = [campaign("C-1", total=5)]
    ports.hand_in("campaign", linked_campaigns=[{"case": " C-1 ", "reason": "同一品牌"}])

    assert HANDLERS["campaign.linked"]({"plan_total": 1}, ports)["linked_total"] == 5


def test_near_campaigns_of_the_same_line_are_proposed(ports):
    ports.others = [
        campaign("near", total=1, start=date(2026, 12, 31)),  # 30 days after
        campaign("far", total=1, start=date(2027, 1, 1)),  # 31 days after
        campaign("other line", total=1, brand="澄野基础"),
        campaign("other department", total=1, department="销售部"),
        campaign("linked", total=1),
        campaign("kept apart", total=1),
        campaign("undated", total=1, start=None),
        campaign(CASE, total=1),
    ]
    params = {"plan_total": 1, "linked_campaigns": ["linked"], "kept_apart": ["kept apart"]}

    outputs = HANDLERS["campaign.linked"]({**params, "within_days": 30}, ports)

    assert [row["case"] for row in outputs["linked_candidates"]] == ["near"]
    assert HANDLERS["campaign.linked"](params, ports)["linked_candidates"] == []


def test_a_pause_reaches_those_who_run_the_campaign(ports):
    outputs = HANDLERS["campaign.pause"]({"reason": "广告法风险", "groups": ["市场部", "技术部"]}, ports)

    assert ports.notices[0]["groups"] == ("市场部", "技术部")
    assert outputs == {"paused_at": NOON}


def test_the_archive_keeps_what_was_paid(ports):
    ports.hand_in("closeout_report", spend=[{"actual": 100_000}, {"actual": 51_240}, {"actual": None}])

    outputs = HANDLERS["campaign.archive"]({"audit_result": "通过"}, ports)

    assert outputs["spent_total"] == 151_240
    (facts,) = ports.archived
    assert (facts["name"], facts["tier"], facts["outcome"]) == ("抽奖季", "ceo_meeting", "finished")
    assert (facts["audit_result"], facts["spent_total"]) == ("通过", 151_240)
