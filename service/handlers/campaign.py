"""The campaign beside others: what it is linked with, its pause, its archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service.domain.money import decimal, total
from service.domain.plan import END, START, as_date
from service.handlers import v0_1
from service.handlers.ports import CampaignSummary, Ports
from service.handlers.topic import FACTS, START_FORM, Topic, names


def add_linked(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Add up what the linked campaigns cost, and propose others that may belong together.

    Proposed are campaigns of the same department and brand line whose dates lie within `within_days`, but for
    those `kept_apart`, of which that has been decided.
    """
    answers = ports.start_answers()
    linked = _case_numbers(params.get("linked_campaigns"), answers) - {ports.case}
    apart = {str(number) for number in params.get("kept_apart") or ()}
    found = ports.campaigns(cases=sorted(linked)) if linked else ()
    linked_total = total(campaign.plan_total for campaign in found)
    return {
        "linked_total": linked_total,
        "budget_total": decimal(params["plan_total"]) + linked_total,
        "linked_candidates": _candidates(params.get("within_days"), answers, linked | apart, ports),
    }


def pause(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Tell those who run the campaign to stop it at once, until it is decided."""
    reason = str(params["reason"])
    groups = names(params["groups"])
    ports.notify("pause", groups=groups, subject=f"立即暂停：{ports.case}", text=reason)
    ports.note(f"已要求暂停投放：{reason}")
    return {"paused_at": ports.now}


def archive(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Put the finished campaign among the archived ones, and what it has spent into the allowance."""
    start = ports.start_answers()
    report = ports.submission(str(params.get("report") or v0_1.CLOSEOUT_REPORT))
    spent = _spent(report.answers if report else {})
    told = (name for name in ARCHIVE.inputs if name != "report" and params.get(name) is not None)
    facts = {
        **ports.facts,
        **{name: start[name] for name in ("name", "type", "brand_line") if name in start},
        **{name: params[name] for name in told},
        "spent_total": spent,
        "archived_at": ports.now,
    }
    ports.archive({"outcome": "closed", **facts})
    ports.settle_allowance(spent)
    ports.note("已归档", spent_total=spent)
    return {"archived_at": ports.now, "spent_total": spent}


def _case_numbers(given: Any, answers: Mapping[str, Any]) -> set[str]:
    rows = answers.get("linked_campaigns") if given is None else given
    numbers = (row.get("case") if isinstance(row, Mapping) else row for row in rows or ())
    return {str(number).strip() for number in numbers if number}


def _candidates(
    within_days: Any, answers: Mapping[str, Any], known: set[str], ports: Ports
) -> list[dict[str, Any]]:
    own_start = as_date(ports.facts.get(START) or answers.get(START))
    if within_days is None or own_start is None:
        return []
    return [
        {
            "case": campaign.case,
            "name": campaign.name,
            "start_date": campaign.start_date,
            "plan_total": campaign.plan_total,
            "outcome": campaign.outcome,
        }
        for campaign in ports.campaigns(department=str(ports.facts["department"]))
        if campaign.case not in known | {ports.case}
        and campaign.brand_line == answers.get("brand_line")
        and _is_near(campaign, own_start, int(within_days))
    ]


def _is_near(campaign: CampaignSummary, day: date, within_days: int) -> bool:
    return campaign.start_date is not None and abs((campaign.start_date - day).days) <= within_days


def _spent(report: Mapping[str, Any]) -> Decimal:
    return total(row.get("actual") for row in report.get("spend") or ())


LINKED = Topic(
    "campaign.linked",
    add_linked,
    inputs=("plan_total", "linked_campaigns", "kept_apart", "within_days"),
    required=("plan_total",),
    reads={
        START_FORM: ("linked_campaigns[].case", START, "brand_line"),
        FACTS: ("plan_total", START, END),
    },
    outputs=("linked_total", "budget_total", "linked_candidates"),
    kinds={"linked_total": "number", "budget_total": "number", "linked_candidates": "list"},
    only_reads=True,
)
PAUSE = Topic(
    "campaign.pause",
    pause,
    inputs=("reason", "groups"),
    required=("reason", "groups"),
    outputs=("paused_at",),
    kinds={"groups": "groups", "paused_at": "moment"},
)
ARCHIVE = Topic(
    "campaign.archive",
    archive,
    inputs=("report", "outcome", "actual_end_date", "audit_result"),
    reads={"report": ("spend[].actual",), START_FORM: ("name", "type", "brand_line")},
    outputs=("archived_at", "spent_total"),
    kinds={"archived_at": "moment", "spent_total": "number"},
)
TOPICS = (LINKED, PAUSE, ARCHIVE)
