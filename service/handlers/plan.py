"""The plan as a text: recalculated, compared with its former version, and recorded as approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from service.domain import budget
from service.domain import plan as content
from service.domain.workdays import workdays_between
from service.errors import HandlerFailed
from service.handlers import v0_1
from service.handlers.ports import Ports, Submission
from service.handlers.topic import PLAN_TEXT, Topic
from service.wording import Text

LINES = ("lines[].category", "lines[].unit_price", "lines[].quantity")
"""What the budget is calculated from."""


def text_submissions(ports: Ports) -> list[Submission]:
    """Return the answers that make up the present text, as this instance sees it, oldest first."""
    forms = ports.words.text.keys
    return [entry for entry in ports.submissions() if entry.form in forms]


def present_text(ports: Ports) -> dict[str, Any]:
    """Return the plan as it stands now, by key."""
    return _text(text_submissions(ports), ports)


def material_hash(ports: Ports, group: str, *, before: int | None = None) -> str:
    """Return the hash of what concerns a group of the text: as it is, or as it was `before` a submission."""
    entries = text_submissions(ports)
    known = entries if before is None else [entry for entry in entries if entry.seq < before]
    return content.content_hash(_text(known, ports), ports.words.text, group)


def recompute_budget(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Calculate the budget again from prices and quantities, and look up what the department has left."""
    text = present_text(ports)
    lines = budget.lines_from(text.get("lines"))
    sums = budget.totals(lines, ports.words.reserve)
    department = str(params.get("department") or ports.facts["department"])
    period = _period(text, ports)
    allowance = ports.allowance(department, period)
    return {
        "plan_total": sums.total,
        "budget_subtotal": sums.subtotal,
        "budget_reserve": sums.reserve,
        "reserve_rate": sums.reserve_rate,
        "roi": budget.roi(text.get("expected_gmv"), text.get("gross_margin"), sums.total),
        "budget_differences": [asdict(item) for item in _differences(lines, ports)],
        "allowance_left": allowance.left if allowance else None,
        "allowance_period": period,
    }


def compare_plan(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Compare the plan before and after its latest revision: whom it concerns, and what it now costs."""
    entries, revision = text_submissions(ports), str(params.get("revision") or v0_1.REVISION)
    latest = next((place for place in reversed(range(len(entries))) if entries[place].form == revision), None)
    if latest is None:
        raise HandlerFailed(
            Text("{activity} compares a revision, but none was handed in", activity=ports.activity),
            case=ports.case,
        )
    before = _text(entries[:latest], ports)
    after = _text(entries[: latest + 1], ports)
    change = content.compare(before, after, ports.words.text)
    sums = budget.totals(budget.lines_from(after.get("lines")), ports.words.reserve)
    return {
        "plan_version": int(params["plan_version"]) + 1,
        "plan_total": sums.total,
        "reserve_rate": sums.reserve_rate,
        "start_date": content.as_date(after.get(content.START) or params.get("start_date")),
        "end_date": content.as_date(after.get(content.END) or params.get("end_date")),
        "material_to": list(change.material_to),
        "changed_aspects": list(change.aspects),
        "launch_earlier": change.launch_earlier,
        "changed_fields": list(change.changed),
        **v0_1.flags(change, ports.words.text),
    }


def record_approval(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Bind the approval to the hash of exactly what was approved."""
    digest = content.content_hash(present_text(ports), ports.words.text)
    days = _workdays(params.get("submitted_at"), ports.now, ports)
    decided = {"decided_at": ports.now, "approval_workdays": days, "content_hash": digest}
    given = {name: params.get(name) for name in RECORD.inputs}
    ports.note("审批通过", **given, **decided)
    return decided | v0_1.registered(given | decided, ports, register)


def register_plan(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Take the plan that is in force now out of the department's allowance, and write it into the archive."""
    days = _workdays(params.get("submitted_at"), params.get("decided_at"), ports)
    digest = content.content_hash(present_text(ports), ports.words.text)
    given = {name: params.get(name) for name in REGISTER.inputs}
    outputs = register({**given, "approval_workdays": days, "content_hash": digest}, ports)
    ports.note("方案已登记生效", plan_total=params["plan_total"], **outputs)
    return outputs


def register(facts: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    """Make `plan_total` the campaign's share of the allowance, and these facts its entry in the archive."""
    department, period = str(ports.facts["department"]), _period(present_text(ports), ports)
    allowance = ports.commit_allowance(department, period, facts["plan_total"])
    ports.archive(facts)
    return {"allowance_left": allowance.left if allowance else None}


def _workdays(submitted: Any, decided: Any, ports: Ports) -> int | None:
    return workdays_between(submitted, decided, ports.calendar) if submitted and decided else None


def _text(entries: Iterable[Submission], ports: Ports) -> dict[str, Any]:
    return content.text_of(((entry.form, entry.answers) for entry in entries), ports.words.text)


def _differences(lines: Sequence[budget.BudgetLine], ports: Ports) -> Sequence[budget.Difference]:
    return budget.differences(lines, _stated(ports), ports.words.reserve)


def _stated(ports: Ports) -> Mapping[str, Any]:
    """Return the totals as the author's latest form showed them."""
    shown = [entry.answers for entry in text_submissions(ports) if entry.answers.get("lines")]
    return shown[-1] if shown else {}


def _period(text: Mapping[str, Any], ports: Ports) -> str:
    start = content.as_date(text.get(content.START) or ports.facts.get(content.START))
    return budget.quarter(start or ports.now.date())


RECOMPUTE = Topic(
    "budget.recompute",
    recompute_budget,
    inputs=("department",),
    reads={PLAN_TEXT: (*LINES, "expected_gmv", "gross_margin", content.START)},
    outputs=(
        *("plan_total", "budget_subtotal", "budget_reserve", "reserve_rate", "roi", "budget_differences"),
        *("allowance_left", "allowance_period"),
    ),
    kinds={
        **dict.fromkeys(("plan_total", "budget_subtotal", "budget_reserve", "reserve_rate", "roi"), "number"),
        "budget_differences": "list",
        "allowance_left": "number",
        "allowance_period": "text",
    },
    only_reads=True,
)
COMPARE = Topic(
    "plan.compare",
    compare_plan,
    inputs=("revision", "plan_version", "start_date", "end_date", "plan_total"),
    required=("plan_version",),
    reads={PLAN_TEXT: (*LINES, content.START, content.END), "revision": ()},
    outputs=(
        *("plan_version", "plan_total", "reserve_rate", "start_date", "end_date"),
        *("material_to", "changed_aspects", "launch_earlier", "changed_fields"),
    ),
    kinds={
        **dict.fromkeys(("plan_version", "plan_total", "reserve_rate"), "number"),
        **dict.fromkeys((content.START, content.END), "date"),
        **dict.fromkeys(("material_to", "changed_aspects", "changed_fields"), "list"),
        "launch_earlier": "boolean",
    },
)
RECORD = Topic(
    "approval.record",
    record_approval,
    inputs=("budget_total", "plan_total", "tier", "submitted_at", "start_date", "urgency"),
    required=("plan_total",),
    outputs=("decided_at", "approval_workdays", "content_hash"),
    kinds={"decided_at": "moment", "approval_workdays": "number", "content_hash": "text"},
)
REGISTER = Topic(
    "plan.register",
    register_plan,
    inputs=(
        *("budget_total", "plan_total", "tier", "submitted_at", "decided_at", "start_date", "end_date"),
        "urgency",
    ),
    required=("plan_total",),
    reads={PLAN_TEXT: (content.START,)},
    outputs=("allowance_left",),
    kinds={"allowance_left": "number"},
)
TOPICS = (RECOMPUTE, COMPARE, RECORD, REGISTER)
