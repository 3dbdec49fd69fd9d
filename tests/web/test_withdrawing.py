"""The applicant withdraws a campaign: from its page or through the API, as far as the drawing allows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from service.runtime.campaigns import allowances
from service.runtime.effects import notifications
from service.runtime.scenarios.workbench import Workbench
from tests.web.office import Office, opened

WHY = {"reason": "新品推迟上市，本次不办。"}


@pytest.fixture
def prepared(bench: Workbench) -> Iterator[Office]:
    """A campaign whose preparation 苏禾's department still owes its part to."""
    yield from opened(bench, "W15a")


@pytest.fixture
def approved(bench: Workbench) -> Iterator[Office]:
    """A campaign that is approved and about to go live."""
    yield from opened(bench, "W15b")


def committed(office: Office) -> Decimal:
    """Return what all campaigns together hold of the allowance of 市场部."""
    found = allowances.find(office.world.app, office.world.person("许诺"))
    return sum((each.committed for each in found), Decimal(0))


def told(office: Office, name: str) -> list[str]:
    office.world.settle()
    found = notifications.find(office.world.app, office.world.person(name)).items
    return [each.text for each in found if each.subject.startswith("活动已撤销")]


def test_withdrawn_through_the_api_it_is_over_and_whoever_had_a_task_is_told_why(prepared: Office) -> None:
    linyue, case = prepared.api("林悦"), prepared.case

    ended = linyue.post(f"/process-instances/{case.id}/withdraw", WHY)

    assert ended.status_code == 200
    assert (ended.json["state"], ended.json["active"]) == ("completed", [])
    facts = ended.json["case"]["facts"]
    assert (facts["outcome"], facts["withdrawal_reason"]) == ("withdrawn", WHY["reason"])
    came_out = {
        "end": "已撤销",
        "value": "withdrawn",
        "label": "已撤销",
        "label_en": "withdrawn",
        "tone": "warn",
    }
    assert ended.json["outcome"] == came_out
    [listed] = linyue.get("/process-instances", business_key=case.business_key).json["items"]
    assert listed["outcome"] == came_out
    assert linyue.get("/tasks", instance=case.id).json["items"] == []
    assert [WHY["reason"] in text for text in told(prepared, "苏禾")] == [True]
    assert told(prepared, "林悦") == [], "whoever withdrew it knows"
    history = linyue.get(f"/process-instances/{case.id}/history").json["items"]
    [line] = [each for each in history if each["event"] == "instance_withdrawn"]
    assert (line["by"], line["note"]) == ("linyue", WHY["reason"])
    again = linyue.post(f"/process-instances/{case.id}/withdraw", WHY)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("沈岚", WHY, 403),
        ("江柏", WHY, 403),
        ("欧文", WHY, 404),
        ("林悦", {}, 422),
        ("林悦", {"reason": "  "}, 422),
    ],
)
def test_only_the_applicant_withdraws_and_says_why(prepared: Office, who, body, status) -> None:
    case = prepared.case

    answer = prepared.api(who).post(f"/process-instances/{case.id}/withdraw", body)

    assert answer.status_code == status
    assert prepared.case.state == "active"


def test_before_the_approval_the_applicant_who_cancels_withdraws(prepared: Office) -> None:
    ended = prepared.api("林悦").post(f"/process-instances/{prepared.case.id}/cancel", WHY)

    assert (ended.status_code, ended.json["case"]["facts"]["outcome"]) == (200, "withdrawn")


def test_a_running_campaign_only_an_admin_ends_at_once(approved: Office) -> None:
    case = approved.case

    held = committed(approved)

    refused = approved.api("林悦").post(f"/process-instances/{case.id}/cancel", WHY)
    ended = approved.api("江柏").post(f"/process-instances/{case.id}/cancel", WHY)

    assert refused.status_code == 409
    assert (ended.status_code, ended.json["state"]) == (200, "cancelled")
    assert committed(approved) == held - 120_000, "nothing of it will be spent"


def test_once_approved_it_is_refused_with_the_name_of_the_early_stop(approved: Office) -> None:
    case = approved.case

    answer = approved.api("林悦").post(f"/process-instances/{case.id}/withdraw", WHY)

    assert answer.status_code == 409
    assert "提前终止" in answer.json["detail"]
    assert approved.case.case.facts["outcome"] == "open"


def test_the_page_lets_the_applicant_withdraw_with_a_reason(prepared: Office) -> None:
    address, browser = f"/cases/{prepared.case.id}", prepared.browser("林悦")

    page = browser.get(address).text
    assert f"{address}/withdraw" in page
    assert f"{address}/cancel" not in page
    assert f"{address}/withdraw" not in prepared.browser("沈岚").get(address).text

    page = browser.post(f"{address}/withdraw", data=WHY, follow_redirects=True).text
    badge = '<span class="badge warn">已撤销</span>'
    assert badge in page
    assert badge in browser.get("/cases").text
    assert "已办结" not in page
    assert WHY["reason"] in page
    assert f"{address}/withdraw" not in page


def test_once_approved_the_page_offers_it_no_more(approved: Office) -> None:
    address = f"/cases/{approved.case.id}"

    assert f"{address}/withdraw" not in approved.browser("林悦").get(address).text
    assert f"{address}/cancel" in approved.browser("江柏").get(address).text
