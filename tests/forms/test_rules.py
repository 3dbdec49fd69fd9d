"""A wrong answer is refused at the field that is wrong. The order follows the rules across fields."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.forms.material import ABSENT, check, refused, texts

REQUIRED = "This field is required."


# --- 1, 2: budget and goals ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "field",
    [
        "metric",
        "unit",
        "baseline",
        "target",
        "deadline",
        "relevance",
        "achievable_basis",
        "data_source",
        "owner",
    ],
)
def test_a_goal_is_complete_or_not_accepted(field):
    assert refused("goals", {f"goals.0.{field}": None}) == {f"goals.0.{field}": REQUIRED}


def test_a_campaign_needs_a_goal():
    assert refused("goals", {"goals": []}) == {"goals": REQUIRED}


def test_a_price_far_from_history_needs_a_reason():
    # 5 000 against 4 000: +25 %
    assert refused("budget", {"lines.2.variance_reason": ""}) == {"lines.2.variance_reason": REQUIRED}


def test_a_price_exactly_a_fifth_above_history_needs_none():
    assert refused("budget", {"lines.2.unit_price": 4800, "lines.2.variance_reason": ""}) == {}


def test_a_price_without_history_says_why():
    assert refused("budget", {"lines.4.no_history_reason": None}) == {"lines.4.no_history_reason": REQUIRED}


@pytest.mark.parametrize("field", ["unit_price", "quantity"])
@pytest.mark.parametrize("value", [0, -1])
def test_prices_and_quantities_are_above_zero(field, value):
    assert f"lines.0.{field}" in refused("budget", {f"lines.0.{field}": value})


@pytest.mark.parametrize(("reserve", "asked"), [(9000, True), (9400, False), (14700, False), (15000, True)])
def test_a_reserve_outside_8_to_12_percent_needs_a_reason(reserve, asked):
    # on 108 000: 7.69 %, 8.01 %, 11.98 %, 12.20 %
    errors = refused("budget", {"lines.6.unit_price": reserve})

    assert errors == ({"reserve_reason": REQUIRED} if asked else {})


def test_the_reason_for_the_reserve_settles_it():
    assert refused("budget", {"lines.6.unit_price": 15000, "reserve_reason": "新品首发不确定性高"}) == {}


# --- 3: dates and phases ------------------------------------------------------------------------


def test_a_campaign_does_not_end_before_it_starts():
    assert list(refused("campaign", {"end_date": "2026-08-31"})) == ["end_date"]


@pytest.mark.parametrize(("start", "is_past"), [("2026-08-02", True), ("2026-08-03", False)])
def test_a_campaign_does_not_begin_in_the_past(start, is_past):
    assert list(refused("campaign", {"start_date": start})) == ["start_date"] * is_past


def test_a_green_request_gives_its_reason():
    assert refused("campaign", {"urgency": "green"}) == {"green_reason": REQUIRED}


def test_a_phase_before_the_campaign_is_refused():
    assert list(refused("write_plan", {"phases.0.start": "2026-08-31"})) == ["phases.0.start"]


def test_a_phase_after_the_campaign_is_refused():
    assert list(refused("write_plan", {"phases.2.end": "2026-09-30"})) == ["phases.2.end"]


def test_a_burst_that_starts_with_the_warm_up_is_refused():
    assert list(refused("write_plan", {"phases.1.start": "2026-09-01"})) == ["phases.1.start"]


def test_a_phase_does_not_end_before_it_starts():
    assert "phases.1.end" in refused("write_plan", {"phases.1.end": "2026-09-14"})


def test_overlapping_phases_are_only_a_warning():
    result = check("write_plan", {"phases.0.end": "2026-09-15"})

    assert result.errors == ()
    assert [warning.path for warning in result.warnings] == ["phases.0.end", "phases.1.end"]


@pytest.mark.parametrize(("urgency", "warned"), [("normal", ["phases.0.end"]), ("green", [])])
def test_a_short_warm_up_is_a_warning_but_not_in_the_green_channel(urgency, warned):
    result = check("write_plan", {"phases.0.end": "2026-09-13"}, urgency=urgency)

    assert result.errors == ()
    assert [warning.path for warning in result.warnings] == warned


def test_a_warm_up_of_14_days_passes_without_a_word():
    assert check("write_plan").warnings == ()


# --- 4: channels ----------------------------------------------------------------------------------


def test_a_channel_has_the_budget_of_its_budget_lines():
    data = check("write_plan", {"channels.0.budget_amount": 1}).data

    assert [channel["budget_amount"] for channel in data["channels"]] == [45_000, 18_000]


def test_an_ip_needs_its_licence():
    assert refused("write_plan", {"uses_ip": True}) == {"ip_license": REQUIRED}


# --- 5: key figures -------------------------------------------------------------------------------


def test_department_targets_that_miss_the_goal_are_refused():
    # 3 500 + 1 400 of 5 000
    assert set(refused("fill_kpi_sheet", {"kpis.2.target": 1400})) == {"kpis.0.target", "kpis.2.target"}


def test_daily_targets_add_up_to_the_target():
    assert list(refused("fill_kpi_sheet", {"kpis.0.daily_curve.1.target": 1499})) == ["kpis.0.target"]


def test_weights_of_a_department_add_up_to_100_percent():
    assert set(refused("fill_kpi_sheet", {"kpis.0.weight_percent": 50})) == {
        "kpis.0.weight_percent",
        "kpis.1.weight_percent",
    }


def test_every_goal_is_taken_on_by_a_department():
    assert list(refused("fill_kpi_sheet", {"kpis.1.goal": "活动期新注册用户数"})) == ["kpis"]


def test_a_kpi_serves_a_goal_of_this_campaign():
    assert "kpis.3.goal" in refused("fill_kpi_sheet", {"kpis.3.goal": "别的目标"})


@pytest.mark.parametrize("field", ["ctr_target_percent", "cvr_target_percent", "aov_target"])
def test_the_core_daily_targets_are_mandatory(field):
    assert refused("fill_kpi_sheet", {field: None}) == {field: REQUIRED}


# --- 6: risks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_kind_of_risk_left_out_is_refused(missing):
    assert list(refused("risks", {f"risks.{missing}.type": "其他"})) == ["risks"]


def test_a_risk_of_15_names_its_stand_by():
    # 3 × 5
    assert refused("risks", {"risks.0.contingency": None}) == {"risks.0.contingency": REQUIRED}


def test_a_risk_of_12_does_not_have_to():
    # 3 × 4
    assert refused("risks", {"risks.2.contingency": None}) == {}


def test_at_submission_gaps_are_left_to_the_decision_table():
    result = check(
        "submit_preparation", {"risks.0.contingency": None, "risks.2.type": "其他", "lines.6.unit_price": 1}
    )

    assert result.errors == ()
    assert [warning.path for warning in result.warnings] == ["risks"]
    assert (result.data["standby_named"], result.data["risk_types"]) == (False, ["技术", "合规", "其他"])


def test_the_risk_report_is_mandatory():
    assert refused("submit_preparation", {"risk_report": []}) == {"risk_report": REQUIRED}


# --- 7: technology --------------------------------------------------------------------------------


def test_technology_cannot_agree_when_development_does_not_fit():
    # 3 August and 3 workdays are 6 August; from there to 1 September 2026 there are 18
    assert list(refused("tech_review", {"dev_workdays": 19})) == ["dev_workdays"]
    assert refused("tech_review", {"dev_workdays": 18}) == {}


def test_technology_can_agree_to_a_launch_right_after_the_steps_still_ahead():
    # what is ahead takes until 6 August
    soon = {"dev_workdays": 0, "api_ready_date": "2026-08-06"}

    assert refused("tech_review", soon, start_date="2026-08-06") == {}
    assert list(refused("tech_review", soon, start_date="2026-08-05")) == ["dev_workdays", "api_ready_date"]


def test_a_change_of_a_running_campaign_has_no_launch_to_be_in_time_for():
    late = {"dev_workdays": 30, "api_ready_date": "2026-09-30"}

    assert refused("tech_review", late, start_date=None, days_ahead=1) == {}


@pytest.mark.parametrize("form", ["write_plan", "rework_plan", "revise_plan"])
def test_a_plan_does_not_begin_in_the_past(form):
    errors = refused(form, {"start_date": "2026-08-02"}, fixed_start=None, fixed_end=None)

    assert "start_date" in errors


def test_an_approved_campaign_keeps_the_dates_it_began_with():
    past = {"start_date": "2026-07-30", "end_date": "2026-08-02"}
    kept = refused("revise_plan", past, fixed_start="2026-07-30", fixed_end="2026-08-02")
    moved = refused("revise_plan", past, fixed_start="2026-07-29", fixed_end="2026-08-01")

    assert {"start_date", "end_date"}.isdisjoint(kept)
    assert {"start_date", "end_date"} <= moved.keys()


def test_technology_may_say_so_and_disagree():
    assert refused("tech_review", {"dev_workdays": 19, "conclusion": "不同意"}) == {}


@pytest.mark.parametrize(
    ("form", "agreeing", "refusing"),
    [("tech_review", "同意", "不同意"), ("director_review", "通过", "否决")],
)
def test_what_is_not_feasible_cannot_be_agreed_to(form, agreeing, refusing):
    infeasible = {"feasibility": "不可行", "opinion": "现有机房无法支撑预计峰值流量。"}

    assert "conclusion" in refused(form, infeasible | {"conclusion": agreeing})
    assert "conclusion" not in refused(form, infeasible | {"conclusion": refusing})
    assert refused(form, {"feasibility": "有条件可行"}) == {}


def test_an_api_ready_after_the_start_cannot_be_agreed_to():
    assert list(refused("tech_review", {"api_ready_date": "2026-09-02"})) == ["api_ready_date"]


# --- 8: required changes --------------------------------------------------------------------------


def test_a_required_change_left_open_keeps_the_revision_back():
    assert list(refused("revise_plan", {"required_changes.1.closed": False})) == ["required_changes.1.closed"]


def test_a_required_change_is_neither_reworded_nor_left_out_by_whom_it_is_asked_of():
    row = {"department": "财务部", "text": "都好", "response": "已补充", "closed": True}

    said = check("revise_plan", {"required_changes": [row]})

    asked = [(each["department"], each["text"]) for each in said.data["required_changes"]]
    assert asked == [("法务部", "抽奖页首屏公示各奖级中奖概率"), ("法务部", "活动页补充免责与限制条款")]
    assert {error.path for error in said.errors} == {
        "required_changes.1.response",
        "required_changes.1.closed",
    }


def test_agreeing_after_changes_names_the_changes():
    assert refused("legal_review", {"required_changes": []}) == {"required_changes": REQUIRED}


# --- 9: prizes ------------------------------------------------------------------------------------


def test_odds_above_100_percent_are_refused():
    # 0.01 + 0.1 + 99.9
    assert set(refused("write_plan", {"prizes.2.probability_percent": 99.9})) == {
        f"prizes.{row}.probability_percent" for row in range(3)
    }


def test_prizes_above_the_prize_budget_are_refused():
    # 598 + 1 180 + 250 × 5 = 3 028 of 3 000
    assert "prizes.2.quantity" in refused("write_plan", {"prizes.2.quantity": 250})


def test_a_prize_above_50_000_is_refused():
    assert "prizes.0.market_value" in refused("write_plan", {"prizes.0.market_value": 50_000.01})


def test_a_draw_states_its_rules():
    assert refused("write_plan", {"draw_rules": ""}) == {"draw_rules": REQUIRED}


def test_legal_cannot_pass_a_draw_whose_odds_exceed_100_percent():
    prizes = [
        {
            "level": "一等奖",
            "name": "礼盒",
            "market_value": 299,
            "quantity": 2,
            "probability": 1.2,
            "probability_percent": 120,
        }
    ]

    assert list(refused("legal_review", prizes=prizes)) == ["compliance.prize_draw.result"]


def test_legal_cannot_skip_a_draw():
    assert list(refused("legal_review", {"compliance.prize_draw.result": "不适用"})) == [
        "compliance.prize_draw.result"
    ]


# --- 11: actual spending --------------------------------------------------------------------------


def test_spending_above_110_percent_needs_a_reason():
    # 28 500 of 25 000
    assert refused("closeout_report", {"spend.2.reason": None}) == {"spend.2.reason": REQUIRED}


def test_spending_of_exactly_110_percent_needs_none():
    assert refused("closeout_report", {"spend.2.actual": 27_500, "spend.2.reason": None}) == {}


def test_few_answers_make_the_nps_a_warning():
    result = check("closeout_report", {"nps.after_n": 29})

    assert result.errors == ()
    assert [warning.path for warning in result.warnings] == ["nps.after_n"]


@pytest.mark.parametrize(("row", "field"), [(0, "target"), (1, "deliverable")])
def test_an_improvement_has_a_target_or_a_deliverable(row, field):
    assert f"improvements.{row}.target" in refused("closeout_report", {f"improvements.{row}.{field}": None})


# --- opinions, approvals --------------------------------------------------------------------------

APPROVALS = [
    ("submit_plan", "conclusion", "退回"),
    ("head_decision", "action", "退回"),
    ("head_decision", "action", "否决"),
    ("vp_decision", "action", "否决"),
    ("finance_confirm", "action", "退回"),
    ("legal_release", "action", "退回"),
    ("record_resolution", "action", "否决"),
    ("authorise_green", "conclusion", "转普通"),
    ("approve_green", "action", "退回"),
    ("accept_explanation", "conclusion", "不接受"),
    ("confirm_kpi", "conclusion", "不接受"),
    ("confirm_minutes", "conclusion", "有异议"),
    ("audit_review", "conclusion", "需补充"),
    ("commit_resources", "conclusion", "无法承诺"),
]


@pytest.mark.parametrize(("form", "field", "answer"), APPROVALS)
def test_refusing_or_returning_needs_an_opinion_of_ten_characters(form, field, answer):
    assert refused(form, {field: answer, "opinion": ""})["opinion"] == REQUIRED
    assert "opinion" in refused(form, {field: answer, "opinion": "请补充资料"})
    assert refused(form, {field: answer, "opinion": "资料不全，请补充后重新提交。"}) == {}


@pytest.mark.parametrize(
    "form", ["legal_review", "finance_review", "tech_review", "late_review", "legal_fast_review"]
)
def test_a_countersign_opinion_is_always_in_writing(form):
    assert refused(form, {"opinion": None}) == {"opinion": REQUIRED}
    assert list(refused(form, {"opinion": "同意"})) == ["opinion"]


@pytest.mark.parametrize("form", ["legal_review", "legal_fast_review"])
def test_legal_cannot_agree_while_an_item_fails(form):
    failed = {"compliance.disclaimers.result": "不合格", "conclusion": "同意"}

    assert list(refused(form, failed)) == ["conclusion"]


def test_a_failed_item_cites_its_basis():
    errors = refused(
        "legal_review", {"compliance.disclaimers.result": "不合格", "compliance.disclaimers.basis": ""}
    )

    assert errors == {"compliance.disclaimers.basis": REQUIRED}


def test_finance_cannot_agree_above_the_allowance():
    assert list(refused("finance_review", over_allowance=True)) == ["conclusion"]
    assert (
        refused(
            "finance_review",
            {"conclusion": "不同意", "dispute": True, "dispute_reason": "超出部门额度，需会议决定"},
            over_allowance=True,
        )
        == {}
    )


def test_finance_confirms_nothing_above_the_allowance():
    assert list(refused("finance_confirm", over_allowance=True)) == ["action"]
    back = {"action": "退回", "opinion": "额度已被其他活动占用，请重新会签。"}
    assert refused("finance_confirm", back, over_allowance=True) == {}


def test_finance_cannot_agree_late_above_the_allowance():
    assert list(refused("late_review", over_allowance=True)) == ["conclusion"]
    assert refused("late_review", {"conclusion": "不同意"}, over_allowance=True) == {}


@pytest.mark.parametrize(
    ("meeting_at", "ratify_by", "told"),
    [
        ("2026-08-20T23:30+08:00", "2026-08-20", []),
        ("2026-08-21T00:00+08:00", "2026-08-20", ["meeting_at"]),
        ("2026-08-21T09:00+08:00", None, []),
    ],
)
def test_a_meeting_that_ratifies_is_held_in_time(meeting_at, ratify_by, told):
    assert list(refused("schedule_ceo_meeting", {"meeting_at": meeting_at}, ratify_by=ratify_by)) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"conclusion": "终止", "stop_date": None}, ["stop_date"]),
        ({"conclusion": "终止", "stop_date": "2026-08-19"}, []),
        ({"conclusion": "变更", "opinion": None}, ["opinion"]),
        ({"conclusion": "维持", "opinion": "维持"}, ["opinion"]),
        ({"conclusion": None}, ["conclusion"]),
    ],
)
def test_a_late_refusal_is_decided_with_a_reason(changes, told):
    assert list(refused("decide_late_refusal", changes)) == told


@pytest.mark.parametrize(
    ("form", "day", "given", "told"),
    [
        ("stop_request", "2026-08-02", {}, ["stop_date"]),
        ("stop_request", "2026-08-03", {}, []),
        ("decide_stop", "2026-08-02", {"requested_date": "2026-08-02"}, []),
        ("decide_stop", "2026-08-01", {"requested_date": "2026-08-02"}, ["stop_date"]),
        ("decide_stop", "2026-08-02", {"requested_date": "2026-08-06"}, ["stop_date"]),
        ("decide_stop", "2026-08-03", {"requested_date": "2026-08-06"}, []),
        ("decide_stop", "2026-08-20", {"requested_date": "2026-08-06"}, ["stop_date"]),
        ("decide_stop", "2026-08-03", {"requested_date": None, "end_date": "2026-08-02"}, []),
        ("decide_late_refusal", "2026-08-02", {"conclusion": "终止"}, ["stop_date"]),
        ("decide_late_refusal", "2026-08-20", {"conclusion": "终止"}, ["stop_date"]),
    ],
)
def test_a_campaign_is_stopped_neither_in_the_past_nor_after_its_end(form, day, given, told):
    answers = {"stop_date": day} | {name: value for name, value in given.items() if name == "conclusion"}
    context = {"end_date": "2026-08-19"} | {name: given[name] for name in given if name != "conclusion"}

    assert list(refused(form, answers, **context)) == told


def test_the_auditor_sees_who_agrees_whatever_became_of_a_late_refusal():
    told = {"late_decision": "变更", "late_reason": "改后再审", "agreed": "法务部、技术部"}

    assert "现行方案已同意的部门：{{agreed}}。" in texts("audit_review", **told)
    assert not [each for each in texts("audit_review", agreed="法务部") if "已同意的部门" in each]


def test_a_dispute_says_what_is_disputed():
    assert refused("tech_review", {"conclusion": "不同意", "dispute": True}) == {"dispute_reason": REQUIRED}


def test_a_dispute_flag_counts_only_with_a_disagreement():
    data = check("tech_review", {"conclusion": "同意", "dispute": True}).data

    assert data.get("dispute") is not True


def test_the_meeting_cannot_uphold_what_legal_finds_unlawful():
    assert list(refused("record_minutes", {"meeting_resolution": "维持"})) == ["meeting_resolution"]
    assert refused("record_minutes", {"meeting_resolution": "维持"}, keep_allowed=True) == {}


def test_an_adjustment_by_the_director_is_spelled_out():
    assert refused("director_review", {"adjustments": []}) == {"adjustments": REQUIRED}


def test_a_resolution_carried_by_no_majority_is_no_approval():
    assert list(refused("record_resolution", {"votes.reject": 4})) == ["action"]


def test_finance_confirms_the_linked_campaigns():
    assert refused("finance_confirm", {"linked_confirmed": False}) == {"linked_confirmed": REQUIRED}


def test_each_activity_has_exactly_one_accountable_and_a_responsible_department():
    assert refused("assign_raci", {"assignments.0.accountable": None}) == {
        "assignments.0.accountable": REQUIRED
    }
    assert refused("assign_raci", {"assignments.0.responsible": []}) == {
        "assignments.0.responsible": REQUIRED
    }
    assert list(refused("assign_raci", {"assignments.1.activity": "预算"})) == ["assignments"]
    assert "assignments.0.accountable" in refused(
        "assign_raci", {"assignments.0.accountable": ["市场部", "财务部"]}
    )


# --- execution, closeout, audit -------------------------------------------------------------------


@pytest.mark.parametrize(
    "item",
    ["tracking", "integrations", "load_test", "cdn", "rollback", "monitoring", "materials", "landing_page"],
)
def test_a_launch_waits_for_every_item(item):
    assert refused("launch_check", {f"items.{item}": False}) == {f"items.{item}": REQUIRED}


def test_a_load_test_below_the_expected_peak_is_refused():
    assert list(refused("launch_check", {"load_tested_qps": 1199})) == ["load_tested_qps"]


def test_clicks_above_impressions_are_refused():
    assert list(refused("daily_report", {"channels.0.clicks": 160_001})) == ["channels.0.clicks"]


def test_the_form_rounds_a_total_as_the_calculation_does():
    row = {"spec": "x", "unit": "次", "supplier": "x", "no_history_reason": "按本次活动口径新定"}
    lines = [
        {"category": "信息流", "unit_price": 0.01, "quantity": 4_499_999.6, **row},
        {"category": "备用金", "unit_price": 5_000, "quantity": 1, **row},
    ]

    assert check("budget", {"lines": lines}).data["plan_total"] == 50_000


def test_shares_of_media_are_parts_of_a_whole():
    assert list(refused("research", {"media_preference.0.share_percent": 150})) != []


def test_what_was_moved_on_days_before_counts_too():
    moved = check("adjust_today", {"moved_amount": 12_012}, plan_total=120_000, moved_before=12_000)

    assert moved.data["moved_ratio"] == Decimal("0.2001")


DEMANDED = [{"text": "首屏公示各奖级概率", "response": "已按意见修改"}]


@pytest.mark.parametrize(
    ("form", "agrees", "again"),
    [
        ("legal_review", "同意", "修改后同意"),
        ("finance_review", "同意", "修改后同意"),
        ("tech_review", "同意", "修改后同意"),
        ("director_review", "通过", "调整"),
    ],
)
def test_who_demanded_a_change_says_whether_it_was_met(form, agrees, again):
    opinion = {"opinion": "还有一条要求没有落实，请再改。"}
    unmet = {"answered_changes": [{"verdict": "仍须修改", "text": "换一句话说"}]}

    silent = check(form, {"conclusion": agrees, "answered_changes": [{}]}, answered_changes=DEMANDED)
    agreed = check(form, {"conclusion": agrees, **unmet}, answered_changes=DEMANDED)
    demanded = check(form, {"conclusion": again, **opinion, **unmet}, answered_changes=DEMANDED)

    assert "answered_changes.0.verdict" in [error.path for error in silent.errors]
    assert "conclusion" in [error.path for error in agreed.errors]
    assert "conclusion" not in [error.path for error in demanded.errors]
    assert [row["text"] for row in demanded.data["open_changes"]][:1] == ["首屏公示各奖级概率"]


def test_a_recorded_figure_is_changed_with_a_reason():
    recorded = [{"channel": "抖音", "clicks": 3_000, "cost": 7_200}]

    errors = refused("daily_report", {"channels.0.clicks": 3_040}, collected=recorded)
    explained = {"channels.0.clicks": 3_040, "channels.0.reason": "平台补计"}

    assert errors == {"channels.0.reason": REQUIRED}
    assert refused("daily_report", explained, collected=recorded) == {}


def test_the_report_is_about_the_channels_of_the_plan_each_in_one_row():
    assert list(refused("daily_report", {"channels.0.channel": "电台"})) == ["channels.0.channel"]
    assert list(refused("daily_report", {"channels.1.channel": "抖音"})) == ["channels"]


def test_spending_outside_the_budget_takes_a_reason():
    beside = {"spend.0.budget": 0, "spend.0.actual": 70, "spend.0.reason": None}

    assert list(refused("closeout_report", beside)) == ["spend.0.reason"]


@pytest.mark.parametrize(
    ("flags", "known", "told"),
    [([], 0.01, True), ([], None, False), (["无效流量占比超过 5%"], 0.06, False)],
)
def test_without_data_the_audit_is_not_told_that_nothing_was_found(flags, known, told):
    shares = {"top_source_share": 0.006, "night_share": 0.07, "bounce": 0.48, "cvr": 0.0188}

    shown = texts("audit_review", flags=flags, traffic={"invalid_rate": known, **shares})

    assert ("流量核查未发现异常。" in shown) == told
    assert ("无效流量 **无数据**" in shown) == (known is None)


def test_an_open_item_keeps_the_closeout_back():
    assert list(refused("settle_open_items", {"items.0.closed": False})) == ["items.0.closed"]


def test_problems_found_name_the_department_to_rectify():
    errors = refused("audit_review", {"conclusion": "发现问题", "opinion": "无效流量超出阈值，请核查整改。"})

    assert errors == {"finding_department": REQUIRED}


def test_research_needs_a_conclusion_of_fifty_characters():
    assert list(refused("research", {"conclusion": "市场不错"})) == ["conclusion"]


def test_a_source_is_a_link_or_a_file():
    assert refused("research", {"sources.0.url": ""}) == {"sources.0.url": REQUIRED}
    assert refused("research", {"sources.0.url": "", "source_files": ["attachment-1"]}) == {}


def test_unknown_answers_are_dropped():
    assert "approved_by_me" not in check("vp_decision", {"approved_by_me": True}).data


def test_an_invented_choice_is_refused():
    assert "action" in refused("vp_decision", {"action": "自动通过"})


def test_an_unanswered_form_names_every_gap():
    errors = refused(
        "campaign", {name: ABSENT for name in ("name", "type", "owner", "start_date", "end_date")}
    )

    assert set(errors) == {"name", "type", "owner", "start_date", "end_date"}


def test_legal_cannot_pass_prizes_above_the_prize_budget():
    # worth 598 + 1 180 + 1 000 = 2 778
    lines = [{"category": "奖品", "amount": 2777}]

    assert list(refused("legal_review", lines=lines)) == ["compliance.prize_draw.result"]
