"""Campaigns that belong together, declared or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.walks.journeys.green import green
from tests.walks.journeys.looking import (
    APPLICANT,
    HEAD,
    VICE_PRESIDENT,
    begun,
    equal,
    holds,
    is_so,
    journey,
    on_the_way,
)
from tests.walks.people import Company
from tests.walks.walk import Walk, lines


@journey
def splitting_declared(company: Company) -> None:
    first, _ = on_the_way(company, "30000", "launch_check", starts_in=500)
    second, before = on_the_way(
        company,
        "30000",
        "vp_decision",
        "head_decision",
        starts_in=505,
        linked_campaigns=[{"case": first.number}],
    )
    is_so(second, linked_total="30000", budget_total="60000", tier="vice_president", plan_total="30000")
    equal(second.answer("vp_decision"), VICE_PRESIDENT, "who decides")
    holds(second, before, "30000")


@journey
def splitting_undeclared(company: Company) -> None:
    """What nobody declared is shown to finance with its total, and finance decides on each (R28)."""
    first, _ = on_the_way(company, "30000", "launch_check", starts_in=600)
    second, _ = on_the_way(company, "30000", "finance_review", starts_in=605)
    [task] = second.tasks()
    shown = company.person("xunuo").get(f"/tasks/{task['id']}/form")["data"]["possible_splits"]
    equal([(each["case"], each["plan_total"]) for each in shown], [(first.number, 30000)], "shown to finance")
    second.refused(lambda: _decide(second, task, shown))
    second.answer("finance_review", possible_splits=[{"verdict": "合并"}])
    second.until("vp_decision", "head_decision")
    is_so(second, linked_total="30000", budget_total="60000", tier="vice_president", plan_total="30000")
    is_so(second, linked_cases=[first.number], undecided_cases=[])
    equal(second.answer("vp_decision"), VICE_PRESIDENT, "who decides")
    third, _ = on_the_way(company, "30000", "finance_review", starts_in=607)
    third.answer("finance_review", possible_splits=[{"verdict": "不合并"}, {"verdict": "不合并"}])
    third.until("vp_decision", "head_decision")
    is_so(third, linked_total="0", budget_total="30000", tier="department_head", undecided_cases=[])
    equal(set(third.facts()["separate_cases"]), {first.number, second.number}, "kept apart")


def _decide(walk: Walk, task: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    """Hand in finance's review without a word about what may have been split off."""
    body = {
        "conclusion": "同意",
        "roi_logic": "合理",
        "opinion": "预算复算一致，同意。",
        "possible_splits": rows,
    }
    walk.company.person("xunuo").post(
        f"/tasks/{task['id']}/complete", {"version": task["version"], "answers": body}
    )


@journey
def linked_to_nothing(company: Company) -> None:
    walk, _ = begun(company, "30000")
    refusal = walk.refused(lambda: Walk(company, "30000", linked_campaigns=[{"case": "no such case"}]), 422)
    assert "linked_campaigns" in str(refusal), refusal


@journey
def splitting_in_the_green_channel(company: Company) -> None:
    """Two under a tier, together over it, one of them in a hurry: finance judges before the approver does."""
    first, _ = on_the_way(company, "30000", "launch_check", starts_in=700)
    second, before = green(company, "30000", starts_in=703)
    second.until("judge_splits")
    [task] = [each for each in second.tasks() if each["activity_id"] == "judge_splits"]
    shown = company.person("xunuo").get(f"/tasks/{task['id']}/form")["data"]["possible_splits"]
    equal([(each["case"], each["plan_total"]) for each in shown], [(first.number, 30000)], "shown to finance")
    second.refused(lambda: second.answer("judge_splits", APPLICANT))
    second.answer("judge_splits", possible_splits=[{"verdict": "合并"}])
    second.until("approve_green")
    is_so(second, linked_total="30000", budget_total="60000", tier="vice_president", plan_total="30000")
    second.refused(lambda: second.answer("approve_green", HEAD))
    equal(second.answer("approve_green"), VICE_PRESIDENT, "who approves")
    second.until("launch_check")
    holds(second, before, "30000")


@journey
def a_linked_campaign_grows_over_the_tier(company: Company) -> None:
    """While the head decides, what is linked grows over the tier: who is above decides instead."""
    first, _ = on_the_way(company, "20000", "launch_check", starts_in=800)
    second, _ = on_the_way(
        company, "20000", "head_decision", starts_in=805, linked_campaigns=[{"case": first.number}]
    )
    is_so(second, budget_total="40000", tier="department_head")
    first.follow("change_order")
    first.plan["revise_plan"] = {"lines": lines("45000")}
    first.until("head_decision")
    first.answer("head_decision")
    company.settle()
    [task] = second.tasks()
    shown = company.person(HEAD).get(f"/tasks/{task['id']}/form")["data"]
    equal((shown["budget_total"], shown["tier_raised"]), (65000, True), "what the head sees")
    second.refused(lambda: _agree(second), 422)
    second.answer("head_decision", action="退回")
    second.until("vp_decision", "launch_check")
    equal(dict(second.open()), {"vp_decision": 1}, "open")
    is_so(second, budget_total="65000", tier="vice_president")


def _agree(walk: Walk) -> None:
    [task] = walk.tasks()
    body = {"version": task["version"], "answers": {"action": "同意"}}
    walk.company.person(HEAD).post(f"/tasks/{task['id']}/complete", body)
