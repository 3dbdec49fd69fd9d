"""What only the first release (0.1) needs: the snapshots of its cases, and manifests that declared less.

The words of their owners stood in Python then. They hold for a manifest whose organisation has no section
`rights`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from service.domain.metrics import Metric
from service.domain.plan import TextFields
from service.engine.case.kinds import KINDS
from service.engine.case.schema import NO_CASE, CaseSchema, Fact
from service.engine.forms.marks import Marked
from service.feel.schema import Schema, walk

_OWNERS = ("流程管理部", "流程负责人")
_AUDITORS = "审计部"
_CEO_OFFICE = "总裁办"

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "deployment.create": _OWNERS,
    "deployment.activate": _OWNERS,
    "deployment.read": (*_OWNERS, _AUDITORS),
    "scenario.run": _OWNERS,
    "case.see_all": (*_OWNERS, _AUDITORS, _CEO_OFFICE),
    "instance.migrate": _OWNERS,
    "message.send": _OWNERS,
    "incident.read": _OWNERS,
    "audit.read": (_AUDITORS,),
    "sample.record": ("市场部", "技术部"),
    "allowance.grant": ("财务部",),
    "allowance.read": ("财务部", _AUDITORS, _CEO_OFFICE),
    "system.inspect": _OWNERS,
}
"""Who held which right while that stood in Python."""

CONCLUSIONS: Mapping[str, str] = {
    **dict.fromkeys(("同意", "通过", "确认", "可承诺", "可行", "接受", "启用", "采纳", "维持"), "good"),
    **dict.fromkeys(
        ("不同意", "否决", "退回", "有异议", "不接受", "无法承诺", "不可行", "终止", "发现问题"), "bad"
    ),
}
"""The tones of conclusions; every other one was "warn"."""

_CONCLUSION_KEYS = ("conclusion", "action", "meeting_resolution", "stop_decision")
_OPINION_KEYS = ("opinion",)


def marked(schema: Schema | None) -> Marked:
    """Return where a form of then held its conclusion and opinion: a choice, or words, under certain keys."""
    if schema is None:
        return Marked(_CONCLUSION_KEYS, _OPINION_KEYS)
    choices = {each.path for each in walk(schema) if each.rows_of is None and each.raw.get("values")}
    return Marked(tuple(key for key in _CONCLUSION_KEYS if key in choices), _OPINION_KEYS)


VARIABLES: Mapping[str, Mapping[str, Any]] = {
    "campaign_approval": {"ratify_needed": False},
    "green_channel_phase": {"ratify_needed": False},
    "green_followup_phase": {
        "ratify_needed": False,
        "over_allowance": False,
        "allowance_left": None,
        "budget_differences": [],
    },
}
"""What steps drawn since would have set by the time a case moves into them, by process."""

FOLLOW_UPS: Mapping[str, Mapping[str, str]] = {
    "change_order": {"when": 'state = "active" and list contains(phases, "execution_phase")'},
    "early_stop": {"when": 'state = "active" and list contains(phases, "execution_phase")'},
    "load_response": {"when": 'state = "active"', "begun_by": "load"},
}
"""What the page of a campaign offered while it was carried out, and what a load sample began."""

NOTICES: Mapping[str, tuple[str, ...]] = {
    "task": ("办理人",),
    "opinion": ("发起人",),
    "returned": ("发起人",),
    "withdrawn": ("发起人", "经办人"),
    "incident": ("admin",),
    "comment": ("发起人",),
}
"""Who is told of what where an organisation does not say: of a case on such drawings, too."""

RESERVE, INFLUENCERS = "备用金", "KOL"
"""The budget categories of the reserve, and of what influencers are paid from."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "impressions": ("曝光", "曝光量", "曝光数"),
    "clicks": ("点击", "点击量", "点击数"),
    "visits": ("流量", "访问量", "网站流量", "访问数"),
    "registrations": ("注册", "注册数", "新增注册", "新注册用户"),
    "orders": ("销量", "订单", "订单数"),
    "gmv": ("销售额", "GMV"),
    "roas": ("ROAS",),
    "cpa": ("CPA",),
}
METRICS: Mapping[str, Metric] = {
    **{key: Metric(key, names[0], names[1:]) for key, names in _NAMES.items()},
    "ctr": Metric("ctr", "点击率", ("CTR",), "%", is_additive=False, target="ctr_target"),
    "cvr": Metric("cvr", "转化率", ("CVR",), "%", is_additive=False, target="cvr_target"),
    "aov": Metric("aov", "客单价", ("AOV",), "元", is_additive=False, target="aov_target"),
}
"""The metrics a KPI sheet could name, and those that had daily targets."""

_MONEY = ("lines", "roi_assumptions", "expected_gmv", "gross_margin", "reserve_reason")
_PLAN = (
    *("start_date", "end_date", "idea", "brand_fit", "uses_ip", "ip_license", "phases", "channels"),
    *("milestones", "has_prizes", "prizes", "draw_rules", "collects_personal_info", "personal_info_note"),
    *("copy_text", "copy_files"),
)
_TECHNICAL = ("tracking", "integrations", "expected_peak_qps", "cdn_plan", "rollback")
_TEXT_FORMS = (
    *("goals", "budget", "submit_preparation", "write_plan", "design_tech", "rework_plan", "revise_plan"),
)
TEXT = TextFields(
    keys=dict.fromkeys(_TEXT_FORMS, ("goals", *_MONEY, *_PLAN, *_TECHNICAL)),
    material={
        "法务部": (
            *("idea", "uses_ip", "ip_license", "has_prizes", "prizes", "draw_rules"),
            *("collects_personal_info", "personal_info_note", "copy_text", "copy_files"),
            *("channels[].name", "start_date", "end_date"),
        ),
        "财务部": (
            *("lines", "roi_assumptions", "expected_gmv", "gross_margin", "prizes", "start_date", "end_date"),
            *("phases[].start", "phases[].end"),
        ),
        "技术部": _TECHNICAL,
    },
    aspects={
        "schedule": ("start_date", "end_date", "phases[].kind", "phases[].start", "phases[].end"),
        "goals": ("goals",),
    },
    hashes_unanswered=True,
)
"""The text of a plan, and to whom which part of it was material; its hash is that of what was signed then."""

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "发起人": {"user": "applicant"},
    "部门负责人": {"head_of": "department"},
}
"""What relations meant where a manifest had no organisation."""

MAIN = "campaign_approval"
_KINDS: Mapping[str, str] = {
    "text": "urgency tier approver_group outcome stop_reason",
    "number": "plan_version reserve_rate",
    "money": "plan_total linked_total budget_total",
    "boolean": "kpi_needed",
    "list": "agreed",
    "date": "start_date end_date actual_end_date",
    "datetime": "submitted_at decided_at",
}
_LABELS: Mapping[str, str] = {
    "urgency": "紧急程度",
    "tier": "审批层级",
    "approver_group": "有权审批人",
    "outcome": "结果",
    "stop_reason": "终止原因",
    "plan_version": "方案版本",
    "reserve_rate": "备用金占比",
    "plan_total": "预算总额",
    "linked_total": "关联活动合计",
    "budget_total": "审批金额（含关联活动）",
    "kpi_needed": "需编制考核表",
    "agreed": "已同意的部门",
    "start_date": "开始日期",
    "end_date": "结束日期",
    "actual_end_date": "实际结束日期",
    "submitted_at": "提交时间",
    "decided_at": "批准时间",
}
CASE = CaseSchema(
    MAIN,
    {
        name: Fact(name, kind, _LABELS[name], KINDS[kind].natural[0] if KINDS[kind].natural else None)
        for kind, names in _KINDS.items()
        for name in names.split()
    },
)
"""What was true of a campaign stood among the variables of its own process, and nowhere was it declared."""


def case_of(processes: Collection[str]) -> CaseSchema:
    """Return what a manifest without `case.yaml` says of its cases."""
    return CASE if MAIN in processes else NO_CASE


FORMAT = 1
_SAME = {
    "flow": "f",
    "in": "i",
    "leaving": "l",
    "arrived": "j",
    "payload": "p",
    "due": "d",
    "host": "h",
    "race": "g",
    "failed": "x",
    "branch": "b",
    "element": "e",
}
"""A token's memory then, by name, and where it stands now."""


def upgraded(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot of the first release in the present format.

    There the variables of all scopes stood in one list, referred to by id; the task that a tree's tokens
    hang from was stored as if it were one of them; and an activity's visits were kept by its process.
    """
    scopes = {"root": stored["variables"]} | {key: variables for key, _, variables in stored["scopes"]}
    trees = [_tree(tree, scopes, stored["visited"].get(tree[0] or "", {})) for tree in stored["trees"]]
    kept = ("definition", "state", "seq")
    return {"format": 2, **{name: stored[name] for name in kept}, "trees": trees}


def _tree(stored: list[Any], scopes: dict[str, Any], visited: dict[str, Any]) -> list[Any]:
    host, key, scope, _, tokens = stored
    planted = next(row[0] for row in tokens if row[1] is None)
    is_own = host is None or scope == f"call:{host}"
    rows = [_token(row, scopes) for row in tokens if row[0] != planted]
    visits = [[steps, [activity]] for activity, steps in visited.items()]
    return [host, key, scopes[scope] if is_own else None, visits, rows]


def _token(stored: list[Any], scopes: dict[str, Any]) -> list[Any]:
    token_id, parent, state, name, memory = stored
    row = [token_id, state, name, _memory(memory)]
    own = scopes.get(f"element:{token_id}")
    return [*row, parent, own] if own is not None else row


def _memory(stored: dict[str, Any]) -> dict[str, Any]:
    memory = {now: stored[then] for then, now in _SAME.items() if stored.get(then) is not None}
    if stored.get("cycle"):
        memory["c"] = [stored["cycle"]["left"], stored["cycle"]["interval"]]
    if "items" in stored:
        results = [[int(index), value] for index, value in stored["results"].items()]
        memory["r"] = [stored["items"], stored["started"], results, []]
    return memory
