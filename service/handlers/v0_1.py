"""What only cases of the first release (0.1) need: their drawings name no forms, read other variables, load
what they want to know of the campaign, have no step that registers a plan, and remind by timers they draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.domain.plan import PlanChange, TextFields
from service.handlers.ports import Ports
from service.handlers.topic import Topic

REVISION = "revise_plan"
"""The form that was always the revision of a plan."""
KPI_SHEET = "fill_kpi_sheet"
"""The form that was always the KPI sheet."""

CLOSEOUT_REPORT = "closeout_report"
"""The form that was always the closeout report."""

_FLAGS: Mapping[str, str] = {
    "legal_changed": "法务部",
    "finance_changed": "财务部",
    "tech_changed": "技术部",
    "schedule_changed": "schedule",
    "goals_changed": "goals",
}


def flags(change: PlanChange, fields: TextFields) -> Mapping[str, bool]:
    """Return what those drawings read of a change: one variable per department. None for later ones."""
    if not fields.hashes_unanswered:
        return {}
    touched = {*change.material_to, *change.aspects}
    return {flag: name in touched for flag, name in _FLAGS.items()}


def registered(
    facts: Mapping[str, Any], ports: Ports, register: Callable[[Mapping[str, Any], Ports], dict[str, Any]]
) -> dict[str, Any]:
    """Register an approved plan at once, as those drawings expect of its approval. Nothing for later ones."""
    return register(facts, ports) if ports.words.text.hashes_unanswered else {}


LOADED = (
    *("applicant", "department", "urgency", "start_date", "end_date", "plan_version", "plan_total"),
    *("reserve_rate", "linked_total", "budget_total", "tier", "approver_group", "decided_at"),
    *("actual_end_date", "submitted_at", "agreed", "kpi_needed"),
)


def load(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return what is true of the campaign by now, as variables of a process that stands beside it."""
    facts = ports.facts
    named = {"campaign_id": ports.case, "campaign_name": facts["title"]}
    return {**named, **{name: facts.get(name) for name in LOADED}}


LOAD = Topic(
    "campaign.load",
    load,
    inputs=("campaign_id",),
    outputs=("campaign_id", "campaign_name", *LOADED),
    errors=("campaign_not_found",),
)


def remind(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Remind whoever holds the open tasks of an activity; nobody holds one any more: nothing happens."""
    activity = str(params["activity"])
    holders = ports.task_holders(activity)
    if holders:
        name = _task_name(activity, ports)
        text = params.get("text") or f"“{name}”待您处理，请尽快完成。"
        ports.notify("remind", users=holders, subject=f"催办：{name}", text=text, activity=activity)
        ports.note(f"已催办：{name}", activity=activity, users=list(holders))
    return {}


def _task_name(activity: str, ports: Ports) -> str:
    found = (task.name for task in ports.open_tasks() if task.activity_id == activity)
    return next(found, activity)


REMIND = Topic(
    "notify.remind",
    remind,
    inputs=("activity", "text"),
    required=("activity",),
    kinds={"activity": "activity"},
    tells=True,
)
TOPICS = (LOAD, REMIND)
