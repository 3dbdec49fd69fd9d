"""The ways campaigns go, and what is true afterwards: facts, approvers, money, notices, record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.walks.people import Company
from tests.walks.walk import Walk, lines

Journey = Callable[[Company], None]
JOURNEYS: dict[str, Journey] = {}
HEAD, DIRECTOR, VICE_PRESIDENT, CEO, SECRETARY = (
    "shenlan",
    "hezhixing",
    "luchengyuan",
    "gumingchuan",
    "fangjin",
)
APPLICANT = "linyue"
GRANTED = "100000000"


def journey(act: Journey) -> Journey:
    """Walk this one too."""
    JOURNEYS[act.__name__] = act
    return act


def equal(found: Any, expected: Any, what: str = "") -> None:
    assert found == expected, f"{what}: {found!r}, not {expected!r}"


def is_so(walk: Walk, **facts: Any) -> None:
    """Look whether the campaign's facts are these; amounts as text."""
    found = walk.facts()
    for name, value in facts.items():
        is_amount = isinstance(value, str) and value.replace(".", "").isdigit()
        shown = Decimal(str(found[name])) if is_amount else found[name]
        equal(shown, Decimal(value) if is_amount else value, name)


def holds(walk: Walk, before: Decimal, amount: str) -> None:
    """Look whether the campaign holds this much of the allowance."""
    equal(walk.held() - before, Decimal(amount), "held of the allowance")


def is_over(walk: Walk, outcome: str) -> None:
    """Look whether nothing of a campaign is left: no process, task, incident, or share of the allowance."""
    is_so(walk, outcome=outcome)
    equal((walk.running(), dict(walk.open())), ([], {}), "what still runs")
    equal(walk.seen()["incidents"], [], "incidents")
    equal(walk.seen()["case"]["pending"], [], "proposals")


def begun(
    company: Company, total: str, plan: Mapping[str, Any] | None = None, **given: Any
) -> tuple[Walk, Decimal]:
    """Return a campaign that has just begun, and what the department's campaigns held before."""
    walk = Walk(company, total, plan, **given)
    walk.grant(GRANTED)
    return walk, walk.held()


def on_the_way(company: Company, total: str, *activities: str, **given: Any) -> tuple[Walk, Decimal]:
    """Return a campaign that has come to an activity, and what was held before."""
    walk, before = begun(company, total, **given)
    walk.until(*activities)
    return walk, before


# ---- the ordinary way ---------------------------------------------------------------------------------


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


# ---- the green channel --------------------------------------------------------------------------------


def _green(company: Company, total: str, **plan: Any) -> tuple[Walk, Decimal]:
    given = {"urgency": "green", "green_reason": "热点话题时效只有两天，走常规流程来不及。"}
    return begun(company, total, plan, starts_in=3, **given)


def _green_channel(company: Company, total: str, tier: str, approver: str) -> None:
    walk, before = _green(company, total)
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
    walk, before = _green(company, "30000", legal_fast_review=objection)
    walk.until("legal_review", "launch_check")
    equal(dict(walk.open()), {"legal_review": 1}, "open")
    holds(walk, before, "0")


@journey
def green_not_ratified(company: Company) -> None:
    """The meeting refuses what the CEO approved: it is stopped, taken down, closed, audited (R20)."""
    no = {"action": "否决", "votes": {"approve": 1, "reject": 4, "abstain": 0}}
    walk, before = _green(company, "380000", record_resolution=no)
    walk.to_the_end()
    is_over(walk, "stopped")
    holds(walk, before, "0")
    passed = walk.passed()
    equal([passed[each] for each in ("stop_unratified", "take_down", "audit_review")], [1, 1, 1], "passed")
    assert not passed["decide_stop"], "what the meeting refused is decided once more"


def _late_refusal(company: Company, decision: str) -> Walk:
    walk, _ = _green(company, "120000", decide_late_refusal={"conclusion": decision})
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


# ---- refusals and returns -----------------------------------------------------------------------------


def _refused_at(company: Company, total: str, activity: str, **wishes: Any) -> None:
    walk, before = on_the_way(company, total, activity)
    walk.answer(activity, **wishes)
    company.settle()
    is_over(walk, "refused")
    holds(walk, before, "0")
    equal(len(walk.told(APPLICANT, "refused")), 1, "refusals told to the applicant")
    for key in ("change_order", "early_stop"):
        walk.refused(lambda key=key: walk.follow(key))  # type: ignore[misc]


_NO = {"action": "否决"}
for _total, _activity, _wishes in (
    ("30000", "head_decision", _NO),
    ("120000", "vp_decision", _NO),
    ("380000", "record_resolution", {**_NO, "votes": {"approve": 1, "reject": 3, "abstain": 0}}),
    ("120000", "director_review", {"conclusion": "否决"}),
):
    JOURNEYS[f"refused_at_{_activity}"] = lambda company, given=(_total, _activity), wishes=_wishes: (
        _refused_at(company, *given, **wishes)
    )


@journey
def green_refused(company: Company) -> None:
    walk, before = _green(company, "120000", approve_green=_NO)
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


# ---- rounds and disputes ------------------------------------------------------------------------------

_CHANGE = {"conclusion": "修改后同意", "required_changes": [{"text": "抽奖页须公示中奖概率"}]}


def _second_round(company: Company, activity: str, department: str, others: tuple[str, ...]) -> None:
    walk, _ = on_the_way(company, "120000", activity)
    walk.answer(activity, **_CHANGE)
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
    walk.answer("tech_review", **_CHANGE)
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


# ---- splitting ----------------------------------------------------------------------------------------


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


# ---- change orders ------------------------------------------------------------------------------------


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


# ---- stops and withdrawals ----------------------------------------------------------------------------


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
    "write_plan",
    "submit_plan",
    "legal_review",
    "finance_review",
    "tech_review",
    "revise_plan",
    "director_review",
    "fill_kpi_sheet",
    "confirm_kpi",
    "vp_decision",
)


def _withdrawn(company: Company, activity: str) -> None:
    plan = {"tech_review": _CHANGE} if activity == "revise_plan" else {}
    walk, before = begun(company, "120000", plan)
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
    walk, before = _green(company, "120000")
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


# ---- whose campaign it is -----------------------------------------------------------------------------

_SIGNED = (
    "submit_plan",
    "legal_review",
    "finance_review",
    "tech_review",
    "director_review",
    "confirm_kpi",
    "head_decision",
    "vp_decision",
    "record_resolution",
    "finance_confirm",
    "legal_release",
    "launch_check",
    "audit_review",
    "copy_precheck",
)


def _applies(company: Company, name: str, total: str, department: str, decided: str, decider: str) -> None:
    walk, _ = begun(company, total, applicant=name, department=department)
    walk.until("launch_check")
    signed = {activity: walk.by(activity) for activity in _SIGNED}
    equal([each for each, by in signed.items() if name in by], [], "what the applicant signed")
    equal(signed[decided], [decider], f"who answered {decided}")
    walk.to_the_end()
    is_over(walk, "finished")
    signed = {activity: walk.by(activity) for activity in _SIGNED}
    equal([each for each, by in signed.items() if name in by], [], "what the applicant signed")


for _name, _given in {
    "the_head_applies": (HEAD, "30000", "市场部", "head_decision", VICE_PRESIDENT),
    "the_head_applies_for_more": (HEAD, "120000", "市场部", "submit_plan", VICE_PRESIDENT),
    "the_director_applies": (DIRECTOR, "120000", "市场部", "director_review", VICE_PRESIDENT),
    "the_vice_president_applies": (VICE_PRESIDENT, "120000", "市场部", "vp_decision", CEO),
    "the_secretary_applies": (SECRETARY, "380000", "市场部", "record_resolution", CEO),
}.items():
    JOURNEYS[_name] = lambda company, given=_given: _applies(company, *given)


@journey
def a_substitute_of_the_applicant(company: Company) -> None:
    """Who writes the plan in the applicant's stead is kept from signing it, as the applicant is (R24)."""
    today = company.clock.now.date()
    company.substitute(APPLICANT, HEAD, today)
    walk, _ = on_the_way(company, "30000", "goals")
    walk.until("write_plan")
    walk.answer("write_plan", HEAD, **walk.plan["write_plan"])
    walk.until("submit_plan")
    [task] = walk.tasks()
    assert not walk.may(HEAD, task), "who wrote the plan passes it"
    equal(walk.doer(task), VICE_PRESIDENT, "who passes it instead")
    walk.until("launch_check")
    assert HEAD not in walk.by("head_decision"), "who wrote the plan decides on it"


@journey
def a_substitute_of_the_decider(company: Company) -> None:
    """A substitute decides in the decider's stead, and the record says so; never on their own campaign."""
    today = company.clock.now.date()
    company.substitute("xunuo", APPLICANT, today)
    company.substitute(VICE_PRESIDENT, "songyu", today)
    walk, _ = on_the_way(company, "120000", "finance_review")
    [task] = walk.tasks()
    assert not walk.may(APPLICANT, task), "a substitute passes their own campaign"
    walk.until("vp_decision")
    walk.answer("vp_decision", "songyu")
    [decision] = walk.submissions("vp_decision")
    equal((decision["by"], decision["on_behalf_of"]), ("songyu", VICE_PRESIDENT), "who decided")
