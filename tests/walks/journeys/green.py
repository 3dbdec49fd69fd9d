"""The green channel at each tier, and what comes after it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.walks.journeys.looking import (
    APPLICANT,
    CEO,
    DIRECTOR,
    HEAD,
    JOURNEYS,
    SECRETARY,
    VICE_PRESIDENT,
    begun,
    equal,
    holds,
    is_over,
    is_so,
    journey,
)
from tests.walks.people import Company
from tests.walks.walk import Walk, lines


def green(company: Company, total: str, *, starts_in: int = 3, **plan: Any) -> tuple[Walk, Decimal]:
    given = {"urgency": "green", "green_reason": "热点话题时效只有两天，走常规流程来不及。"}
    return begun(company, total, plan, starts_in=starts_in, **given)


def _green_channel(company: Company, total: str, tier: str, approver: str) -> None:
    walk, before = green(company, total)
    walk.until("approve_green")
    is_so(walk, tier=tier)
    for other in {HEAD, VICE_PRESIDENT, CEO, SECRETARY, DIRECTOR, APPLICANT} - {approver}:
        walk.refused(lambda name=other: walk.answer("approve_green", name))  # type: ignore[misc]
    equal(walk.answer("approve_green"), approver, "who approves")
    walk.until("launch_check")
    holds(walk, before, total)
    assert walk.passed()["legal_fast_review"], "nothing goes online without legal"
    walk.to_the_end()
    is_over(walk, "finished")
    holds(walk, before, "0")
    equal(walk.by("accept_explanation"), [approver], "who accepts the explanation")
    equal(
        walk.by("record_resolution"),
        [SECRETARY] if tier == "ceo_meeting" else [],
        "who records a ratification",
    )
    equal(set(walk.facts()["agreed"]), {"法务部", "财务部", "技术部"}, "agreed")


for _total, _tier, _approver in (
    ("30000", "department_head", HEAD),
    ("120000", "vice_president", VICE_PRESIDENT),
    ("380000", "ceo_meeting", CEO),
):
    JOURNEYS[f"green_{_total}"] = lambda company, given=(_total, _tier, _approver): _green_channel(
        company, *given
    )


@journey
def green_against_legal(company: Company) -> None:
    """Nothing goes online against legal: the campaign goes the ordinary way, where legal says no again."""
    objection = {
        "conclusion": "不同意",
        "compliance": {"false_claims": {"result": "不合格", "basis": "广告法第四条"}},
    }
    walk, before = green(company, "30000", legal_fast_review=objection)
    walk.until("legal_review", "launch_check")
    equal(dict(walk.open()), {"legal_review": 1}, "open")
    holds(walk, before, "0")


@journey
def green_not_ratified(company: Company) -> None:
    """The meeting refuses what the CEO approved: it is stopped, taken down, closed, audited (R20)."""
    no = {"action": "否决", "votes": {"approve": 1, "reject": 4, "abstain": 0}}
    walk, before = green(company, "380000", record_resolution=no)
    walk.to_the_end()
    is_over(walk, "stopped")
    holds(walk, before, "0")
    passed = walk.passed()
    equal([passed[each] for each in ("stop_unratified", "take_down", "audit_review")], [1, 1, 1], "passed")
    assert not passed["decide_stop"], "what the meeting refused is decided once more"


def _late_refusal(company: Company, decision: str) -> Walk:
    walk, _ = green(company, "120000", decide_late_refusal={"conclusion": decision})
    walk.until("late_review")
    walk.answer("late_review", "xunuo", conclusion="不同意")
    walk.until("decide_late_refusal")
    equal(walk.answer("decide_late_refusal"), VICE_PRESIDENT, "who decides on a late refusal")
    return walk


@journey
def late_refusal_upheld(company: Company) -> None:
    walk = _late_refusal(company, "维持")
    walk.to_the_end()
    is_over(walk, "finished")
    assert "财务部" not in walk.facts()["agreed"], "finance is said to agree to what it refused"


@journey
def late_refusal_stops(company: Company) -> None:
    walk = _late_refusal(company, "终止")
    walk.to_the_end()
    is_over(walk, "stopped")


@journey
def late_refusal_demands_a_change(company: Company) -> None:
    walk = _late_refusal(company, "变更")
    walk.plan["revise_plan"] = {"lines": lines("90000")}
    walk.to_the_end()
    is_over(walk, "finished")
    is_so(walk, plan_total="90000", plan_version="2")


@journey
def green_turned_down_by_the_director(company: Company) -> None:
    """What the director does not find urgent goes the ordinary way, whole."""
    walk, before = green(company, "30000", starts_in=60, authorise_green={"conclusion": "转普通"})
    walk.until("launch_check")
    is_so(walk, tier="department_head", agreed=["法务部", "财务部", "技术部"])
    passed = walk.passed()
    equal((passed["approve_green"], passed["head_decision"]), (0, 1), "who decided")
    holds(walk, before, "30000")


@journey
def an_explanation_written_again(company: Company) -> None:
    """The approver does not accept what explains the urgency: it is written again, and only then closed."""
    walk, _ = green(company, "120000")
    walk.until("accept_explanation")
    equal(walk.answer("accept_explanation", conclusion="不接受"), VICE_PRESIDENT, "who judges it")
    walk.until("submit_explanation")
    walk.to_the_end()
    is_over(walk, "finished")
    equal(walk.passed()["submit_explanation"], 2, "explanations")
