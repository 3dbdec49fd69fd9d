"""The plan as a text: recalculated, compared with its former version, and recorded as approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from service.domain import budget
from service.domain import plan as content
from service.domain.workdays import workdays_between
from service.errors import HandlerFailed
from service.handlers.ports import Ports, Submission
from service.handlers.topic import Topic
from service.wording import Text

REVISION = "revise_plan"
# The forms that hold the text of the plan, or a part of it.
TEXT_FORMS = frozenset(
    {
        "goals",
        "budget",
        "submit_preparation",
        "write_plan",
        "design_tech",
        "rework_plan",
        REVISION,
    }
)


def text_submissions(ports: Ports) -> list[Submission]:
    """Return the answers that make up the present text, oldest first.

    A change order is a process of its own: what it says counts once it is applied, which its drawing tells
    by the variable `plan_applied`. Until then only the change order itself sees it.
    """
    counted = {
        instance.instance_id
        for instance in ports.case_instances()
        if instance.is_main or instance.variables.get("plan_applied") is True
    } | {ports.instance_id}
    return [
        entry for entry in ports.submissions() if entry.form in TEXT_FORMS and entry.instance_id in counted
    ]


def present_text(ports: Ports) -> dict[str, Any]:
    """Return the plan as it stands now, by content key."""
    return content.text_of(entry.answers for entry in text_submissions(ports))


def recompute_budget(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Calculate the budget again from prices and quantities, and look up what the department has left."""
    text = present_text(ports)
    lines = budget.lines_from(text.get("lines"))
    sums = budget.totals(lines)
    department = str(params.get("department") or ports.variables.get("department") or "")
    period = _period(text, ports)
    allowance = ports.allowance(department, period)
    return {
        "plan_total": sums.total,
        "budget_subtotal": sums.subtotal,
        "budget_reserve": sums.reserve,
        "reserve_rate": sums.reserve_rate,
        "roi": budget.roi(text.get("expected_gmv"), text.get("gross_margin"), sums.total),
        "budget_differences": [asdict(item) for item in budget.differences(lines, _stated(ports))],
        "allowance_left": allowance.left if allowance else None,
        "allowance_period": period,
    }


def compare_plan(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Compare the plan before and after its latest revision: who must sign again, and what it now costs."""
    entries = text_submissions(ports)
    latest = next((place for place in reversed(range(len(entries))) if entries[place].form == REVISION), None)
    if latest is None:
        raise HandlerFailed(
            Text("{activity} compares a revision, but none was handed in", activity=ports.activity),
            case=ports.case,
        )
    before = _text(entries[:latest])
    after = _text(entries[: latest + 1])
    change = asdict(content.compare(before, after))
    sums = budget.totals(budget.lines_from(after.get("lines")))
    return {
        "plan_version": int(params["plan_version"]) + 1,
        "plan_total": sums.total,
        "reserve_rate": sums.reserve_rate,
        "start_date": content.as_date(after.get("start_date") or params.get("start_date")),
        "end_date": content.as_date(after.get("end_date") or params.get("end_date")),
        "changed_fields": list(change.pop("changed")),
        **change,
    }


def record_approval(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Bind the approval to the hash of what was approved, and take it out of the department's allowance."""
    text = present_text(ports)
    digest = content.content_hash(text)
    department = str(ports.variables.get("department") or "")
    allowance = ports.commit_allowance(department, _period(text, ports), params["plan_total"])
    submitted = params.get("submitted_at")
    days = workdays_between(submitted, ports.now, ports.calendar) if submitted else None
    facts = {name: params.get(name) for name in RECORD.inputs} | {
        "decided_at": ports.now,
        "approval_workdays": days,
        "content_hash": digest,
    }
    ports.archive(facts)
    ports.note("审批通过，已归档", **facts)
    return {
        "decided_at": ports.now,
        "approval_workdays": days,
        "content_hash": digest,
        "allowance_left": allowance.left if allowance else None,
    }


def _text(entries: Iterable[Submission]) -> dict[str, Any]:
    return content.text_of(entry.answers for entry in entries)


def _stated(ports: Ports) -> Mapping[str, Any]:
    """Return the totals as the author's latest form showed them."""
    shown = [entry.answers for entry in text_submissions(ports) if entry.answers.get("lines")]
    return shown[-1] if shown else {}


def _period(text: Mapping[str, Any], ports: Ports) -> str:
    start = content.as_date(text.get("start_date") or ports.variables.get("start_date"))
    return budget.quarter(start or ports.now.date())


RECOMPUTE = Topic(
    "budget.recompute",
    "重算预算",
    recompute_budget,
    inputs=("department",),
    outputs=(
        *("plan_total", "budget_subtotal", "budget_reserve", "reserve_rate", "roi", "budget_differences"),
        *("allowance_left", "allowance_period"),
    ),
)
COMPARE = Topic(
    "plan.compare",
    "比对方案",
    compare_plan,
    inputs=("plan_version", "start_date", "end_date", "plan_total"),
    required=("plan_version",),
    outputs=(
        *("plan_version", "plan_total", "reserve_rate", "start_date", "end_date"),
        *("legal_changed", "finance_changed", "tech_changed", "launch_earlier", "schedule_changed"),
        *("goals_changed", "changed_fields"),
    ),
)
RECORD = Topic(
    "approval.record",
    "登记审批结论",
    record_approval,
    inputs=("budget_total", "plan_total", "tier", "submitted_at", "start_date", "urgency"),
    required=("plan_total",),
    outputs=("decided_at", "approval_workdays", "content_hash", "allowance_left"),
)
TOPICS = (RECOMPUTE, COMPARE, RECORD)
