"""The plan recalculated, compared and recorded. 市场部 has 1 200 000 a quarter, 640 000 of it committed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from service.domain.budget import Allowance
from service.domain.plan import content_hash
from service.domain.workdays import ZONE
from service.engine import v0_1
from service.errors import HandlerFailed
from service.handlers import HANDLERS
from tests.handlers.fake_ports import MAIN, NOON, FakePorts

LINES = [
    {"category": "信息流", "unit_price": 1500, "quantity": 60, "amount": 90000},
    {"category": "备用金", "unit_price": 10000, "quantity": 1, "amount": 10000},
]
ALLOWANCE = Allowance("市场部", "2026Q4", Decimal(1_200_000), committed=Decimal(640_000))


@pytest.fixture
def ports():
    ports = FakePorts(allowances={("市场部", "2026Q4"): ALLOWANCE})
    ports.hand_in("budget", lines=LINES, plan_total=100000, expected_gmv=500000, gross_margin=Decimal("0.4"))
    ports.hand_in("write_plan", start_date="2026-12-01", end_date="2026-12-07", draw_rules="概率未公示")
    return ports


def test_finance_gets_the_budget_recalculated(ports):
    outputs = HANDLERS["budget.recompute"]({}, ports)

    assert outputs == {
        "plan_total": 100_000,
        "budget_subtotal": 90_000,
        "budget_reserve": 10_000,
        "reserve_rate": Decimal("0.1"),
        "roi": 1,  # (500 000 × 0.4 − 100 000) / 100 000
        "budget_differences": [],
        "allowance_left": 560_000,
        "allowance_period": "2026Q4",
    }


def test_a_forged_total_is_shown_to_finance(ports):
    ports.hand_in("revise_plan", lines=LINES, plan_total=49_000)

    outputs = HANDLERS["budget.recompute"]({}, ports)

    assert outputs["plan_total"] == 100_000
    assert outputs["budget_differences"] == [{"item": "plan_total", "stated": 49_000, "computed": 100_000}]


def test_without_an_allowance_nothing_is_left_to_compare_with(ports):
    ports.allowances.clear()

    assert HANDLERS["budget.recompute"]({}, ports)["allowance_left"] is None


def test_a_revision_names_whom_it_concerns(ports):
    ports.hand_in("revise_plan", draw_rules="概率 1 %", end_date="2026-12-10")

    outputs = HANDLERS["plan.compare"]({"plan_version": 1, "revision": "revise_plan"}, ports)

    assert (outputs["plan_version"], outputs["plan_total"]) == (2, 100_000)
    assert sorted(outputs["material_to"]) == ["法务部", "财务部"]
    assert outputs["changed_aspects"] == ["排期"]
    assert (outputs["start_date"], outputs["end_date"]) == (date(2026, 12, 1), date(2026, 12, 10))
    assert sorted(outputs["changed_fields"]) == ["draw_rules", "end_date"]


def test_only_the_latest_revision_is_compared(ports):
    ports.hand_in("revise_plan", draw_rules="概率 1 %")
    ports.hand_in("revise_plan", draw_rules="概率 1 %", brand_fit="更年轻")

    outputs = HANDLERS["plan.compare"]({"plan_version": 2}, ports)

    assert outputs["material_to"] == []
    assert outputs["changed_fields"] == ["brand_fit"]


def test_comparing_without_a_revision_fails_loudly(ports):
    with pytest.raises(HandlerFailed):
        HANDLERS["plan.compare"]({"plan_version": 1}, ports)


def test_a_refused_change_order_leaves_no_trace_in_the_plan(ports):
    ports.hand_in("revise_plan", instance_id="refused", draw_rules="另一套规则")

    approved = HANDLERS["approval.record"]({"plan_total": 100_000}, ports)

    assert approved["content_hash"] == content_hash(
        {
            "lines": LINES,
            "expected_gmv": 500000,
            "gross_margin": Decimal("0.4"),
            "start_date": "2026-12-01",
            "end_date": "2026-12-07",
            "draw_rules": "概率未公示",
        },
        ports.words.text,
    )


def test_a_change_order_sees_itself_and_those_applied(ports):
    ports.applied = {"applied"}
    ports.hand_in("revise_plan", instance_id="applied", draw_rules="概率 1 %")
    ports.hand_in("revise_plan", instance_id="running", draw_rules="概率 2 %")
    ports.instance_id = "running"

    assert HANDLERS["plan.compare"]({"plan_version": 2}, ports)["changed_fields"] == ["draw_rules"]

    ports.instance_id = MAIN
    with_applied = HANDLERS["approval.record"]({"plan_total": 1}, ports)["content_hash"]
    ports.instance_id = "running"
    assert HANDLERS["approval.record"]({"plan_total": 1}, ports)["content_hash"] != with_applied


def test_a_drawing_of_the_first_release_names_no_form_and_reads_a_variable_per_department(ports):
    ports.words = replace(ports.words, text=v0_1.TEXT)
    ports.hand_in("revise_plan", draw_rules="概率 1 %", end_date="2026-12-10")

    outputs = HANDLERS["plan.compare"]({"plan_version": 1}, ports)

    flags = ("legal_changed", "finance_changed", "tech_changed", "schedule_changed", "goals_changed")
    assert [outputs[name] for name in flags] == [True, True, False, True, False]


def test_an_approval_is_bound_to_what_was_approved(ports):
    outputs = HANDLERS["approval.record"](
        {
            "plan_total": Decimal(100_000),
            "tier": "vice_president",
            "submitted_at": datetime(2026, 11, 19, 10, tzinfo=ZONE),
        },
        ports,
    )

    assert outputs["decided_at"] == NOON
    assert outputs["approval_workdays"] == 2  # Friday and Monday
    [(text, facts)] = ports.notes
    assert (text, facts["tier"], facts["content_hash"]) == (
        "审批通过",
        "vice_president",
        outputs["content_hash"],
    )
    assert (ports.committed, ports.archived) == ([], []), "an approved change may still come too late"


def test_a_plan_in_force_is_taken_out_of_the_allowance_and_archived(ports):
    outputs = HANDLERS["plan.register"](
        {
            "plan_total": Decimal(100_000),
            "tier": "vice_president",
            "submitted_at": datetime(2026, 11, 19, 10, tzinfo=ZONE),
            "decided_at": NOON,
        },
        ports,
    )

    assert outputs == {"allowance_left": 560_000}
    assert ports.committed == [("市场部", "2026Q4", Decimal(100_000))]
    (facts,) = ports.archived
    assert (facts["tier"], facts["approval_workdays"]) == ("vice_president", 2)
    assert facts["content_hash"] == HANDLERS["approval.record"]({"plan_total": 1}, ports)["content_hash"]


def test_an_approval_of_the_first_release_registers_the_plan_at_once(ports):
    ports.words = replace(ports.words, text=v0_1.TEXT)

    outputs = HANDLERS["approval.record"]({"plan_total": Decimal(100_000), "tier": "x"}, ports)

    assert outputs["allowance_left"] == 560_000
    assert ports.committed == [("市场部", "2026Q4", Decimal(100_000))]
    assert ports.archived[0]["decided_at"] == NOON
