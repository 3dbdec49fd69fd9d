"""The page of guarantees: sentences in Chinese, their state, and the way that breaks one on the drawings."""

from __future__ import annotations

import json
import re

import pytest

from service import resources
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from tests.processes.gaps import with_a_known_gap
from tests.web.company import Company


@pytest.fixture(scope="module", autouse=True)
def _with_a_known_gap(company: Company) -> None:
    deployments.deploy(company.app, SYSTEM, resources.manifest_files() | with_a_known_gap())


def test_owners_read_each_sentence_with_its_state(company: Company) -> None:
    page = company.browser("yezhen").get("/processes/guarantees").text

    assert "<h1>公司承诺</h1>" in page
    assert "没有法务在会签、快审或放行中同意的，任何活动都不得上线；联席会议维持的，也要法务放行。" in page
    assert "成立" in page
    assert "已知缺口" in page
    # What does not hold stands first.
    assert page.index("绿色通道由总裁办公会追认") < page.index("上线前法务同意过")


def test_the_way_that_breaks_a_sentence_is_marked_on_the_drawings_it_leads_through(company: Company) -> None:
    page = company.browser("yezhen").get("/processes/guarantees/ceo_meeting_ratifies").text

    payload = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert payload is not None, page
    drawn = json.loads(payload[1])
    opened = drawn["diagrams"][drawn["open"]]
    assert opened["definition"] == "campaign_approval"
    passed = opened["changes"]["passed"]
    assert "execution" in passed
    assert [each["element"] for each in opened["findings"]] == ["campaign_closed"]
    # Two flows lead from this gateway to what was passed; one of them was taken.
    assert "flow_green_used_gateway_to_green_followup" in passed
    assert "flow_green_used_gateway_to_followup_merge" not in passed
    inner = next(each for each in drawn["diagrams"] if each["definition"] == "green_channel_phase")
    assert (inner["path"], inner["parent"], inner["call"]) == ("green_channel", "", "green_channel")
    assert {"approve_green", "flow_approve_green_to_approve_merge"} <= {*inner["changes"]["passed"]}
    assert "审批绿色通道" in page
    steps = page.partition('aria-label="逐步"')[2] or page.partition('<ol class="rows">')[2]
    assert "绿色通道" in steps
    assert "approve_green" not in steps.partition("</ol>")[0], "owners know steps by their names"


def test_a_sentence_that_holds_says_so_in_english_too(company: Company) -> None:
    page = company.browser("yezhen", "en").get("/processes/guarantees/audited").text

    assert "Nothing is archived that audit has not passed." in page
    assert "No way through the live drawings breaks it." in page


def test_strangers_and_unknown_sentences_find_nothing(company: Company) -> None:
    assert company.browser("linyue").get("/processes/guarantees").status_code == 403
    assert company.browser("yezhen").get("/processes/guarantees/nothing").status_code == 404
