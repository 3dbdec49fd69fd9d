"""What befalls a campaign once it is decided: change orders, stops, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.walks.journeys.green import green
from tests.walks.journeys.looking import (
    APPLICANT,
    CEO,
    CHANGE,
    HEAD,
    JOURNEYS,
    VICE_PRESIDENT,
    begun,
    equal,
    holds,
    is_over,
    is_so,
    journey,
    on_the_way,
)
from tests.walks.people import Company
from tests.walks.walk import Walk, lines

# ---- change orders ---------------------------------------------------------------------------------------


@journey
def two_change_orders_in_a_row(company: Company) -> None:
    walk, before = on_the_way(company, "60000", "launch_check")
    for number, (total, tier) in enumerate(
        (("150000", "vice_president"), ("333000", "ceo_meeting")), start=2
    ):
        walk.follow("change_order")
        walk.plan["revise_plan"] = {"lines": lines(total)}
        walk.until("vp_decision", "record_resolution")
        held_before = {"2": "60000", "3": "150000"}[str(number)]
        holds(walk, before, held_before)
        is_so(walk, plan_total=held_before, plan_version=str(number - 1))
        assert walk.seen()["case"]["pending"], "what is not decided yet is not shown as pending"
        activity = {"vice_president": "vp_decision", "ceo_meeting": "record_resolution"}[tier]
        walk.answer(activity)
        company.settle()
        is_so(walk, plan_total=total, budget_total=total, tier=tier, plan_version=str(number))
        equal(walk.seen()["case"]["pending"], [], "proposals")
        holds(walk, before, total)
        equal(len(walk.told(APPLICANT, "changed")), number - 1, "changes told to the applicant")
    walk.to_the_end()
    is_over(walk, "finished")
    holds(walk, before, "0")


@journey
def a_change_down_a_tier(company: Company) -> None:
    walk, before = on_the_way(company, "333000", "launch_check")
    walk.follow("change_order")
    walk.plan["revise_plan"] = {"lines": lines("40000")}
    walk.until("head_decision", "vp_decision", "record_resolution")
    walk.answer(*walk.open().keys() & {"head_decision", "vp_decision", "record_resolution"})
    company.settle()
    is_so(walk, plan_total="40000", tier="department_head", approver_group="部门负责人")
    holds(walk, before, "40000")


@journey
def an_empty_change_order(company: Company) -> None:
    walk, before = on_the_way(company, "60000", "launch_check")
    walk.follow("change_order")
    walk.answer("revise_plan")
    company.settle()
    equal((walk.passed()["change_empty"], walk.passed()["change_applied"]), (1, 0), "how it ended")
    is_so(walk, plan_total="60000", plan_version="1", tier="vice_president")
    equal(dict(walk.open()), {"launch_check": 1}, "open")
    holds(walk, before, "60000")
    equal(walk.told(APPLICANT, "changed"), [], "changes told to the applicant")


@journey
def a_change_refused(company: Company) -> None:
    walk, before = on_the_way(company, "60000", "launch_check")
    walk.follow("change_order")
    walk.plan["revise_plan"] = {"lines": lines("190000")}
    walk.until("vp_decision")
    walk.answer("vp_decision", action="否决")
    company.settle()
    is_so(walk, plan_total="60000", plan_version="1", agreed=["法务部", "财务部", "技术部"])
    holds(walk, before, "60000")
    equal(len(walk.told(APPLICANT, "change_refused")), 1, "refusals told to the applicant")
    walk.to_the_end()
    is_over(walk, "finished")


@journey
def a_change_begun_by_another(company: Company) -> None:
    """Whoever starts a change order, the applicant is barred as in the campaign (R24)."""
    walk, _ = on_the_way(company, "60000", "launch_check")
    walk.follow("change_order")
    walk.plan["revise_plan"] = {"lines": lines("70000")}
    walk.until("finance_review", "finance_confirm")
    for task in walk.tasks():
        assert not walk.may(APPLICANT, task) or task["activity_id"] == "launch_check", task["activity_id"]
    assert not any(walk.may(APPLICANT, task) for task in walk.tasks())


# ---- stops and withdrawals -------------------------------------------------------------------------------


def _stopped(company: Company, total: str, decider: str, kind: str, wait: float) -> None:
    walk, before = on_the_way(company, total, "launch_check")
    if wait:
        walk.until("daily_report")
    day = company.clock.now.date().isoformat()
    walk.follow("early_stop", stop_kind=kind, stop_date=day)
    walk.until("decide_stop")
    equal(walk.answer("decide_stop", stop_decision="终止", stop_date=day), decider, "who decides a stop")
    company.settle()
    assert walk.open()["take_down"], dict(walk.open())
    equal(len(walk.told(APPLICANT, "stopped")), 1, "stops told to the applicant")
    walk.to_the_end()
    is_over(walk, "stopped")
    holds(walk, before, "0")
    passed = walk.passed()
    equal([passed[each] for each in ("take_down", "closeout_report", "audit_review")], [1, 1, 1], "passed")


for _name, _given in {
    "stopped_before_launch": ("30000", HEAD, "经营", 0),
    "stopped_while_it_runs": ("120000", VICE_PRESIDENT, "合规", 1),
    "stopped_by_the_ceo": ("380000", CEO, "舆情", 1),
}.items():
    JOURNEYS[_name] = lambda company, given=_given: _stopped(company, *given)


@journey
def a_stop_refused(company: Company) -> None:
    walk, before = on_the_way(company, "120000", "daily_report")
    walk.follow("early_stop", stop_kind="经营", stop_date=company.clock.now.date().isoformat())
    walk.until("decide_stop")
    walk.answer("decide_stop", stop_decision="继续")
    walk.to_the_end()
    is_over(walk, "finished")
    holds(walk, before, "0")


_BEFORE_APPROVAL = (
    "research",
    "budget",
    "submit_preparation",
    "commit_resources",
    "write_plan",
    "copy_precheck",
    "submit_plan",
    "legal_review",
    "finance_review",
    "tech_review",
    "revise_plan",
    "director_review",
    "fill_kpi_sheet",
    "confirm_kpi",
    "vp_decision",
    "convene_meeting",
    "record_minutes",
    "rework_plan",
    "head_decision",
    "schedule_ceo_meeting",
    "record_resolution",
)
_PLANNED: Mapping[str, Mapping[str, Any]] = {
    "revise_plan": {"tech_review": CHANGE},
    "copy_precheck": {"write_plan": {"copy_precheck_needed": True, "copy_text": "用心的礼盒"}},
    "convene_meeting": {"finance_review": {"conclusion": "不同意", "dispute": True}},
    "record_minutes": {"finance_review": {"conclusion": "不同意", "dispute": True}},
    "rework_plan": {"submit_plan": {"conclusion": "退回"}},
}
_TOTALS = {"head_decision": "30000", "schedule_ceo_meeting": "380000", "record_resolution": "380000"}


def _withdrawn(company: Company, activity: str) -> None:
    walk, before = begun(company, _TOTALS.get(activity, "120000"), _PLANNED.get(activity))
    walk.until(activity)
    for other in (HEAD, "xunuo", "admin"):
        walk.refused(lambda name=other: _withdraw(walk, name))  # type: ignore[misc]
    _withdraw(walk, APPLICANT)
    is_over(walk, "withdrawn")
    holds(walk, before, "0")
    is_so(walk, withdrawal_reason="不做了")
    walk.refused(lambda: _withdraw(walk, APPLICANT))


def _withdraw(walk: Walk, by: str) -> None:
    walk.company.person(by).post(f"/process-instances/{walk.main}/withdraw", {"reason": "不做了"})
    walk.company.settle()


for _activity in _BEFORE_APPROVAL:
    JOURNEYS[f"withdrawn_at_{_activity}"] = lambda company, at=_activity: _withdrawn(company, at)


@journey
def withdrawn_from_the_green_channel(company: Company) -> None:
    walk, before = green(company, "120000")
    walk.until("approve_green")
    _withdraw(walk, APPLICANT)
    is_over(walk, "withdrawn")
    holds(walk, before, "0")


def _not_withdrawn(company: Company, *activities: str) -> None:
    walk, before = on_the_way(company, "120000", *activities)
    walk.refused(lambda: _withdraw(walk, APPLICANT), 409)
    walk.refused(
        lambda: company.person(APPLICANT).post(f"/process-instances/{walk.main}/cancel", {"reason": "不做了"})
    )
    assert walk.running(), "it was ended after all"
    is_so(walk, outcome="open" if "closeout_report" not in activities else "finished")
    if "closeout_report" not in activities:
        holds(walk, before, "120000")


for _activity in ("launch_check", "daily_report", "closeout_report"):
    JOURNEYS[f"not_withdrawn_at_{_activity}"] = lambda company, at=_activity: _not_withdrawn(company, at)
