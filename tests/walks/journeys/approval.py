"""To the decision and back: every tier, refusals, returns, rounds, disputes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.walks.journeys.green import green
from tests.walks.journeys.looking import (
    APPLICANT,
    CHANGE,
    HEAD,
    JOURNEYS,
    NO,
    SECRETARY,
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

# ---- the ordinary way ------------------------------------------------------------------------------------


def _to_the_archive(company: Company, total: str, tier: str, activity: str, decider: str) -> None:
    walk, before = on_the_way(company, total, "launch_check")
    is_so(
        walk,
        tier=tier,
        plan_total=total,
        budget_total=total,
        linked_total="0",
        plan_version="1",
        outcome="open",
    )
    equal(walk.facts()["agreed"], ["法务部", "财务部", "技术部"], "agreed")
    equal(walk.by(activity), [decider], f"who answered {activity}")
    others = {"head_decision", "vp_decision", "record_resolution"} - {activity}
    equal([each for each in others if walk.passed()[each]], [], "other deciders asked")
    holds(walk, before, total)
    equal(len(walk.told(APPLICANT, "approved")), 1, "approvals told to the applicant")
    spent = walk.spent()
    walk.to_the_end()
    is_over(walk, "finished")
    holds(walk, before, "0")
    passed = walk.passed()
    equal((passed["daily_report"], passed["audit_review"], passed["campaign_closed"]), (3, 1, 1), "passed")
    assert walk.spent() > spent, "a campaign that spent something counts nothing as spent"
    equal(len(walk.told(APPLICANT, "archived")), 1, "archives told to the applicant")


for _total, _tier, _activity, _decider in (
    ("30000", "department_head", "head_decision", HEAD),
    ("49999.99", "department_head", "head_decision", HEAD),
    ("50000", "vice_president", "vp_decision", VICE_PRESIDENT),
    ("200000", "vice_president", "vp_decision", VICE_PRESIDENT),
    ("200000.01", "ceo_meeting", "record_resolution", SECRETARY),
    ("380000", "ceo_meeting", "record_resolution", SECRETARY),
):
    JOURNEYS[f"ordinary_{_total}"] = lambda company, given=(_total, _tier, _activity, _decider): (
        _to_the_archive(company, *given)
    )


@journey
def rounding_to_the_tier(company: Company) -> None:
    """0.01 × 4 499 999.6 and 5 000: 49 999.996, which is 50 000.00 and the vice-president's (R31)."""
    parts = [
        {"category": "信息流", "unit_price": Decimal("0.01"), "quantity": Decimal("4499999.6")},
        {"category": "备用金", "unit_price": 5000, "quantity": 1},
    ]
    walk, before = begun(company, "50000")
    walk.plan["budget"] = {**walk.plan["budget"], "lines": parts}
    walk.until("vp_decision", "head_decision", "launch_check")
    is_so(walk, tier="vice_president", plan_total="50000", budget_total="50000")
    equal(dict(walk.open()), {"vp_decision": 1}, "open")
    walk.answer("vp_decision")
    holds(walk, before, "50000")


# ---- refusals and returns --------------------------------------------------------------------------------


def _refused_at(company: Company, total: str, activity: str, **wishes: Any) -> None:
    walk, before = on_the_way(company, total, activity)
    walk.answer(activity, **wishes)
    company.settle()
    is_over(walk, "refused")
    holds(walk, before, "0")
    equal(len(walk.told(APPLICANT, "refused")), 1, "refusals told to the applicant")
    for key in ("change_order", "early_stop"):
        walk.refused(lambda key=key: walk.follow(key))  # type: ignore[misc]


for _total, _activity, _wishes in (
    ("30000", "head_decision", NO),
    ("120000", "vp_decision", NO),
    ("380000", "record_resolution", {**NO, "votes": {"approve": 1, "reject": 3, "abstain": 0}}),
    ("120000", "director_review", {"conclusion": "否决"}),
):
    JOURNEYS[f"refused_at_{_activity}"] = lambda company, given=(_total, _activity), wishes=_wishes: (
        _refused_at(company, *given, **wishes)
    )


@journey
def green_refused(company: Company) -> None:
    walk, before = green(company, "120000", approve_green=NO)
    walk.until("approve_green")
    walk.answer("approve_green")
    if walk.open()["legal_fast_review"]:
        walk.answer("legal_fast_review")
    is_over(walk, "refused")
    holds(walk, before, "0")


def _returned_at(
    company: Company, total: str, activity: str, revising: str = "revise_plan", **wishes: Any
) -> None:
    walk, before = on_the_way(company, total, activity)
    by = walk.answer(activity, **wishes)
    equal(dict(walk.open()), {revising: 1}, "open after a return")
    holds(walk, before, "0")
    assert walk.told(APPLICANT, "task"), "the applicant is not told that there is something to do"
    walk.until(activity, "launch_check")
    assert walk.open()[activity], f"{by} is not asked again"
    walk.until("launch_check")
    holds(walk, before, total)


for _activity, _total in (
    ("head_decision", "30000"),
    ("vp_decision", "120000"),
    ("record_resolution", "380000"),
):
    JOURNEYS[f"returned_at_{_activity}"] = lambda company, given=(_total, _activity): _returned_at(
        company, *given, action="退回"
    )


@journey
def returned_by_the_head(company: Company) -> None:
    walk, _ = on_the_way(company, "30000", "submit_plan")
    walk.answer("submit_plan", conclusion="退回")
    equal(dict(walk.open()), {"rework_plan": 1}, "open after a return")
    walk.answer("rework_plan", lines=lines("60000"))
    walk.until("submit_plan")
    walk.answer("submit_plan")
    is_so(walk, plan_total="60000", tier="vice_president")


@journey
def copy_sent_back_by_legal(company: Company) -> None:
    """Copy that legal wants changed goes back to its author and comes before legal again."""
    walk, _ = begun(
        company, "30000", {"write_plan": {"copy_precheck_needed": True, "copy_text": "最好的礼盒"}}
    )
    walk.until("copy_precheck")
    issue = {"text": "最好的礼盒", "problem": "绝对化用语", "advice": "改为“用心的礼盒”"}
    walk.answer("copy_precheck", conclusion="需修改", issues=[issue])
    assert not walk.open()["submit_plan"], "copy that needs changes goes on to the head"
    [task] = walk.tasks()
    equal(walk.doer(task), APPLICANT, "who changes the copy")
    walk.until("copy_precheck")
    walk.answer("copy_precheck")
    equal(dict(walk.open()), {"submit_plan": 1}, "open once legal lets it pass")


# ---- rounds and disputes ---------------------------------------------------------------------------------


def _second_round(company: Company, activity: str, department: str, others: tuple[str, ...]) -> None:
    walk, _ = on_the_way(company, "120000", activity)
    walk.answer(activity, **CHANGE)
    walk.until("revise_plan")
    [task] = walk.tasks()
    shown = company.person(APPLICANT).get(f"/tasks/{task['id']}/form")["data"]["required_changes"]
    equal(
        [(each["department"], each["text"]) for each in shown],
        [(department, "抽奖页须公示中奖概率")],
        "demanded",
    )
    # What is left out or reworded is still there.
    answered = [{"department": "销售部", "text": "不用改", "response": "已经补上概率表", "closed": True}]
    walk.answer(
        "revise_plan", required_changes=answered, idea="换一个创意：用三支短片讲清楚材质与工艺，每支三十秒。"
    )
    walk.until(activity)
    [task] = [each for each in walk.tasks() if each["activity_id"] == activity]
    person = company.person(str(walk.doer(task)))
    again = person.get(f"/tasks/{task['id']}/form")["data"]["answered_changes"]
    equal([each["text"] for each in again], ["抽奖页须公示中奖概率"], "what was demanded")
    before = walk.passed()
    walk.answer(activity)
    walk.until("director_review")
    equal([walk.passed()[each] - before[each] for each in others], [0 for _ in others], "others asked again")
    is_so(walk, open_changes=[])


JOURNEYS["second_round_of_legal"] = lambda company: _second_round(
    company, "legal_review", "法务部", ("finance_review", "tech_review")
)


@journey
def second_round_of_tech_carries_signatures_over(company: Company) -> None:
    walk, _ = on_the_way(company, "120000", "tech_review")
    walk.answer("tech_review", **CHANGE)
    walk.until("revise_plan")
    walk.answer("revise_plan", rollback="切回上一版静态页，五分钟内完成。")
    walk.until("director_review")
    notes = [note for note in walk.notes() if "沿用原意见" in note]
    equal(
        [any(department in note for note in notes) for department in ("法务部", "财务部")],
        [True, True],
        str(notes),
    )
    passed = walk.passed()
    equal([passed[f"{each}_review"] for each in ("legal", "finance", "tech")], [1, 1, 2], "reviews")


def _dispute(company: Company, resolution: str, **wishes: Any) -> Walk:
    walk, _ = on_the_way(company, "120000", "finance_review")
    walk.answer("finance_review", conclusion="不同意", dispute=True)
    walk.until("record_minutes")
    walk.refused(lambda: walk.answer("record_minutes", APPLICANT))
    walk.answer("record_minutes", meeting_resolution=resolution, **wishes)
    walk.until("launch_check", "revise_plan", "nothing") if resolution == "修改" else None
    return walk


@journey
def dispute_upheld(company: Company) -> None:
    walk = _dispute(company, "维持")
    walk.until("director_review")
    is_so(walk, upheld=["财务部"])
    assert "财务部" not in walk.facts()["agreed"], "finance is said to agree to what it objected to"
    assert not [note for note in walk.notes() if "财务部" in note and "沿用" in note], (
        "an objection is carried over"
    )
    walk.to_the_end()
    is_over(walk, "finished")


@journey
def dispute_ends_it(company: Company) -> None:
    walk = _dispute(company, "终止")
    walk.to_the_end()
    is_over(walk, "refused")


@journey
def dispute_changes_it(company: Company) -> None:
    walk = _dispute(company, "修改", required_changes=[{"text": "预算压缩到十万元"}])
    walk.answer("revise_plan", lines=lines("100000"))
    walk.until("director_review")
    is_so(walk, plan_total="100000", plan_version="2", upheld=[])
    equal(walk.passed()["finance_review"], 2, "reviews by finance")


@journey
def unlawful_cannot_be_upheld(company: Company) -> None:
    walk, _ = on_the_way(company, "120000", "legal_review")
    walk.answer("legal_review", conclusion="不同意", dispute=True, legal_unlawful=True)
    walk.until("record_minutes")
    [task] = walk.tasks()
    name = str(walk.doer(task))
    form = company.person(name).get(f"/tasks/{task['id']}/form")
    equal(form["data"]["keep_allowed"], False, "may be upheld")


@journey
def over_the_allowance(company: Company) -> None:
    walk = Walk(company, "120000", starts_in=400)
    walk.grant("100000")
    walk.until("finance_review")
    [task] = walk.tasks()
    form = company.person("xunuo").get(f"/tasks/{task['id']}/form")
    equal(form["data"]["over_allowance"], True, "over the allowance")
    walk.answer("finance_review", conclusion="不同意")
    equal(walk.open().keys() & {"convene_meeting"}, {"convene_meeting"}, "open")


@journey
def a_fourth_round_is_a_dispute(company: Company) -> None:
    """Legal demands changes three times over; the fourth round is a matter for the joint meeting (R9)."""
    walk, _ = on_the_way(company, "120000", "legal_review")
    for number in range(4):
        walk.until("legal_review", "convene_meeting")
        if walk.open()["convene_meeting"]:
            equal(number, 3, "rounds before a meeting")
            return
        walk.answer("legal_review", conclusion="不同意")
        walk.until("revise_plan", "convene_meeting")
        if walk.open()["revise_plan"]:
            walk.answer("revise_plan", idea=f"第{number + 2}版创意：换一组短片讲材质与工艺，每支三十秒。")
    walk.until("convene_meeting")
    equal(walk.passed()["legal_review"], 4, "rounds")
