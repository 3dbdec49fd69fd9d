"""Why a case went this way, on the pages: what a table was asked, in words, and which rule answered."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company


@pytest.fixture(scope="module")
def decided(company: Company) -> InstanceView:
    """A case that the shipped table of tiers has sent to the vice president."""
    drawings = chain(
        "why",
        d.user("propose", group="市场部", outputs={"budget_total": "amount"}),
        d.element(
            "businessRuleTask",
            "decide_tier",
            camunda_decisionRef="approval_tier",
            camunda_resultVariable="tier",
            name="判定审批层级",
        ),
        d.user("approve", group="市场部", name="批准"),
    )
    del drawings["organisation.yaml"]
    deployments.deploy(company.app, SYSTEM, drawings)
    linyue = company.actor("linyue")
    case = instances.start(company.app, linyue, "why")
    task = company.task(case, "propose")
    user_tasks.complete(company.app, linyue, task.id, task.version, {"amount": Decimal("80000.50")})
    return case


def shown(page: str, label: str) -> str:
    """Return the card of that label as text with one blank between its words."""
    found = re.search(rf'<section class="card" aria-label="{label}">(.*?)</section>', page, re.DOTALL)
    assert found is not None, f"there is no card {label}"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip()


def test_the_timeline_says_at_the_activity_which_rule_sent_it_where(
    company: Company, decided: InstanceView
) -> None:
    page = company.browser("linyue").get(f"/cases/{decided.id}").text

    told = shown(page, "办理过程")
    assert "判定审批层级 由决策表判定" in told
    assert "审批层级：分管副总裁" in told
    assert "为什么这样走 预算总额（元） ¥80,000.50 规则 2 R1：5 万元至 20 万元，含两端，分管副总裁" in told
    assert "审批层级 approval_tier.dmn v1" in told


def test_an_admin_finds_it_on_the_page_of_the_instance(company: Company, decided: InstanceView) -> None:
    page = company.browser("admin").get(f"/admin/instances/{decided.id}").text

    told = shown(page, "为什么这样走")
    assert "判定审批层级 approval_tier" in told
    assert "预算总额（元） [50000..200000]" in told


def test_an_english_reader_is_told_in_english(company: Company, decided: InstanceView) -> None:
    page = company.browser("linyue", language="en").get(f"/cases/{decided.id}").text

    told = shown(page, "Timeline")
    assert "decided by a table" in told
    assert re.search("Why this way [A-Z][A-Za-z ]+ ¥80,000.50 Rule 2", told)
    assert ": vice-president" in told


def test_a_case_that_asked_no_table_says_nothing_of_it(company: Company, campaign: InstanceView) -> None:
    page = company.browser("admin").get(f"/admin/instances/{campaign.id}").text

    assert 'aria-label="为什么这样走"' not in page
