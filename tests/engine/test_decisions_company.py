"""The tables in processes/: thresholds to the cent, and no finding of the check."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.engine.decisions import Decision, evaluate, map_result, read_dmn
from service.errors import DecisionError
from service.feel import FEEL
from tests.engine.decision_tables import NOW

FOLDER = Path(__file__).parents[2] / "processes"
FILES = sorted(FOLDER.glob("*.dmn"))
D = Decimal


@pytest.fixture(scope="module")
def decisions() -> dict[str, Decision]:
    found = [decision for file in FILES for decision in read_dmn(file.name, file.read_bytes()).decisions]
    return {decision.id: decision for decision in found}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_company_table_has_no_finding(file: Path) -> None:
    assert read_dmn(file.name, file.read_bytes()).findings == ()


def test_every_table_cites_the_rule_it_carries_out(decisions: dict[str, Decision]) -> None:
    assert len(decisions) == 13
    for decision in decisions.values():
        assert decision.documentation, decision.id
        assert all(rule.annotations for rule in decision.rules), decision.id


@pytest.mark.parametrize(
    ("budget_total", "tier"),
    [
        (0, "department_head"),
        (D("49999.99"), "department_head"),
        (50000, "vice_president"),
        (D("50000.00"), "vice_president"),
        (60000, "vice_president"),  # 30 000 linked with 30 000
        (200000, "vice_president"),
        (D("200000.01"), "ceo_meeting"),
        (49999.99, "department_head"),
        (200000.01, "ceo_meeting"),
    ],
)
def test_the_tier_follows_the_total_to_the_cent(
    decisions: dict[str, Decision], budget_total: Any, tier: str
) -> None:
    assert evaluate(decisions["approval_tier"], {"budget_total": budget_total}, FEEL, NOW).outputs == {
        "tier": tier
    }


@pytest.mark.parametrize("budget_total", [None, "50000", True])
def test_no_tier_is_guessed_for_what_is_no_amount(decisions: dict[str, Decision], budget_total: Any) -> None:
    with pytest.raises(DecisionError):
        evaluate(decisions["approval_tier"], {"budget_total": budget_total}, FEEL, NOW)


def outputs(decision: Decision, names: str, values: tuple[Any, ...]) -> Any:
    result = evaluate(decision, dict(zip(names.split(), values, strict=True)), FEEL, NOW)
    return map_result(result, "collectEntries") if decision.is_list else tuple(result.outputs.values())


RISKS = ["技术", "合规", "舆情"]
CASES: dict[tuple[str, str], list[tuple[tuple[Any, ...], Any]]] = {
    ("tier_approver", "tier"): [
        (("department_head",), ("部门负责人",)),
        (("vice_president",), ("分管副总裁",)),
        (("ceo_meeting",), ("总裁办",)),
    ],
    ("preparation_issues", "reserve_rate reserve_reason risk_max_score standby_named risk_types"): [
        ((D("0.08"), None, 14, False, RISKS), []),
        ((D("0.12"), "", 15, True, RISKS), []),
        ((D("0.0799"), "供应商已锁价", 0, False, RISKS), []),
        ((D("0.0799"), "", 0, False, RISKS), ["备用金低于预算总额的 8%，请说明理由"]),
        ((D("0.1201"), None, 0, False, RISKS), ["备用金高于预算总额的 12%，请说明理由"]),
        ((D("0.1"), None, 15, False, RISKS), ["存在 15 分及以上的风险，请落实备用资源"]),
        ((None, None, 0, False, RISKS[:2]), ["预算合计为零，请先编制预算", "缺少舆情类风险及预案"]),
    ],
    ("allowance", "plan_total allowance_left"): [
        ((560000, 560000), (False,)),
        ((D("560000.01"), 560000), (True,)),
        ((1, None), (False,)),
    ],
    ("dispute", "objector dispute_flag over_allowance legal_unlawful round"): [
        (("法务部", False, False, False, 1), ("revise", False)),
        (("法务部", True, False, False, 1), ("meeting", True)),
        (("法务部", True, False, True, 1), ("meeting", False)),
        (("法务部", False, True, False, 2), ("revise", False)),  # the allowance was last round's
        (("财务部", False, True, False, 1), ("meeting", True)),
        (("财务部", False, True, True, 1), ("meeting", False)),
        (("技术部", False, False, False, 3), ("revise", False)),
        (("技术部", False, False, False, 4), ("meeting", True)),
        (("技术部", False, False, True, 4), ("meeting", False)),
    ],
    ("departments_to_recheck", "legal_changed finance_changed tech_changed launch_earlier tier new_tier"): [
        ((False, False, False, False, "department_head", "department_head"), []),
        ((True, True, True, True, "department_head", "ceo_meeting"), ["法务部", "财务部", "技术部"]),
        ((False, False, False, False, "vice_president", "ceo_meeting"), ["财务部"]),
        ((False, False, False, True, "vice_president", "vice_president"), ["技术部"]),
    ],
    ("resubmit_to", "legal_changed finance_changed tech_changed launch_earlier tier new_tier"): [
        ((False, False, False, False, "vice_president", "vice_president"), ("none",)),
        ((True, True, False, False, "vice_president", "vice_president"), ("formal",)),
        ((False, True, False, False, "vice_president", "vice_president"), ("formal",)),
        ((False, True, False, False, "vice_president", "ceo_meeting"), ("countersign",)),
        ((True, False, True, False, "vice_president", "vice_president"), ("countersign",)),
        ((False, False, False, True, "vice_president", "vice_president"), ("countersign",)),
    ],
    ("green_outcome", "director_green green_action legal_green"): [
        (("启用", "同意", "同意"), ("approved",)),
        (("启用", "同意", "不同意"), ("normal",)),
        (("转普通", "", "同意"), ("normal",)),
        (("启用", "转普通", "同意"), ("normal",)),
        (("启用", "否决", "不同意"), ("refused",)),
        (("否决", "", "同意"), ("refused",)),
    ],
    ("deviation_alert", "target actual deviation"): [
        ((D("0.024"), D("0.0216"), D("-0.1")), ("none",)),
        ((100, 110, D("0.1")), ("none",)),
        ((1000, 899, D("-0.101")), ("shortfall",)),
        ((1000, 1101, D("0.101")), ("over",)),
        ((None, 5, None), ("no_target",)),
        ((0, 5, None), ("no_target",)),
        ((100, None, None), ("shortfall",)),
    ],
    ("reallocation", "moved_ratio total_changed"): [
        ((D("0.2"), False), ("same_day",)),
        ((D("0.2001"), False), ("change_order",)),
        ((0, True), ("change_order",)),
    ],
    ("load_level", "qps_ratio cpu p95 error_rate"): [
        ((D("0.79"), D("0.79"), 999, D("0.009")), ("normal",)),
        ((None, D("0.5"), 200, 0), ("normal",)),
        ((D("0.8"), D("0.5"), 200, 0), ("high",)),
        ((None, D("0.8"), 200, 0), ("high",)),
        ((D("0.5"), D("0.5"), 200, D("0.05")), ("critical",)),
        ((1, D("0.5"), 200, 0), ("critical",)),
    ],
    ("traffic_flags", "invalid_rate top_source_share night_share bounce cvr"): [
        ((D("0.05"), D("0.01"), D("0.25"), D("0.95"), 0), []),
        ((D("0.06"), D("0.01"), D("0.25"), D("0.96"), D("0.02")), ["无效流量占比超过 5%"]),
        (
            (0, D("0.011"), D("0.3"), D("0.96"), 0),
            ["单一 IP 或设备占点击超过 1%", "凌晨 2–5 点点击异常集中", "跳出率超过 95% 且几乎没有转化"],
        ),
        ((None, None, None, None, None), []),
    ],
}


@pytest.mark.parametrize(
    ("key", "names", "values", "expected"),
    [
        pytest.param(key, names, values, expected, id=f"{key}-{number}")
        for (key, names), rows in CASES.items()
        for number, (values, expected) in enumerate(rows, 1)
    ],
)
def test_a_company_table_decides(
    decisions: dict[str, Decision], key: str, names: str, values: tuple[Any, ...], expected: Any
) -> None:
    assert outputs(decisions[key], names, values) == expected


def test_load_is_not_judged_without_its_readings(decisions: dict[str, Decision]) -> None:
    with pytest.raises(DecisionError, match="no rule matches"):
        outputs(decisions["load_level"], "qps_ratio cpu p95 error_rate", (None, None, 200, 0))


def test_every_activity_has_one_accountable_and_somebody_responsible(decisions: dict[str, Decision]) -> None:
    raci = decisions["raci"]
    activities = sorted({rule.inputs[0].strip('"') for rule in raci.rules})

    assert len(activities) == 7
    for activity in activities:
        rows = map_result(evaluate(raci, {"activity": activity}, FEEL, NOW), "resultList")
        assert [row["role"] for row in rows].count("A") == 1, activity
        assert "R" in [row["role"] for row in rows], activity


def test_finance_answers_for_the_budget_and_marketing_draws_it_up(decisions: dict[str, Decision]) -> None:
    rows = evaluate(decisions["raci"], {"activity": "预算"}, FEEL, NOW).outputs

    assert {"department": "财务部", "role": "A"} in rows
    assert {"department": "市场部", "role": "R"} in rows
