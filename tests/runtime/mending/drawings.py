"""Drawings for putting cases right."""

from __future__ import annotations

from service import resources
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, REVIEW_FORM


def fork() -> dict[str, bytes]:
    """Legal and finance at once, then a decision; two variables that are set at the beginning."""
    drawing = d.process(
        d.start(),
        d.script("set_total", "50000", "total"),
        d.script("set_day", 'date("2026-03-09")', "day"),
        d.parallel("split"),
        d.user("legal", group="法务部", name="法务"),
        d.user("finance", group="财务部", name="财务"),
        d.parallel("join"),
        d.user("decide", group="总监", name="决定"),
        d.end(),
        d.path("begin", "set_total", "set_day", "split", "legal", "join", "decide", "done"),
        d.path("split", "finance", "join"),
        key="fork",
    )
    return {"fork.bpmn": drawing, "organisation.yaml": ORGANISATION}


PROMISES = """
guarantees:
  legal_first:
    name: 上线前法务同意
    text: 法务没有同意的，不得上线。
    text_en: Nothing goes live that legal has not agreed to.
    before: launch
    always: legal_review
    concluding: dossier.legal_review.conclusion = "同意"
  legal_does_its_own:
    name: 法务的事法务办
    text: 法务会签只由法务部的人办理。
    who_does: legal_review
    is_always: 法务部
""".encode()


def guarded() -> dict[str, bytes]:
    """Legal answers; what it agrees to goes live after finance has prepared it, anything else ends."""
    drawing = d.process(
        d.start(),
        d.user("plan", group="市场部", name="编制方案"),
        d.user(
            "legal_review",
            camunda_formRef="legal_review",
            name="法务会签",
            outputs={"legal_conclusion": "conclusion"},
        ),
        d.user("note", group="市场部", name="记录意见"),
        d.xor("agreed", default="agreed_to_refused"),
        d.user("prepare", group="财务部", name="准备上线"),
        d.user("launch", group="市场部", name="上线"),
        d.end(),
        d.end("refused"),
        d.path("begin", "plan", "legal_review", "note", "agreed"),
        d.flow("agreed", "prepare", 'legal_conclusion = "同意"'),
        d.flow("agreed", "refused"),
        d.path("prepare", "launch", "done"),
        key="guarded",
    )
    return {
        "guarded.bpmn": drawing,
        "legal_review.form": REVIEW_FORM,
        "organisation.yaml": ORGANISATION,
        "guarantees.yaml": PROMISES,
    }


TIERED = """
main: tiered
facts:
  budget_total: {kind: money, label: 总预算, initial: 0}
  tier: {kind: text, label: 审批层级, initial: department_head,
         values: {department_head: 部门负责人, vice_president: 分管副总裁, ceo_meeting: 总裁办公会}}
  launch_day: {kind: date, label: 上线日, initial: null}
""".encode()
TIERS = """
guarantees:
  tier_by_the_table:
    name: 审批层级以层级表为准
    text: 执行时审批层级必须是层级表得出的那一级。
    agrees: case.tier
    with_table: approval_tier
    given: {budget_total: case.budget_total}
    at: run
  meeting_decides:
    name: 超过二十万元由总裁办公会决定
    text: 总裁办公会一级的，未经其决议不得执行。
    before: run
    always: meeting
    when: case.tier = "ceo_meeting"
""".encode()


def tiered() -> dict[str, bytes]:
    """The table says of the total who decides: the meeting of 300 000, which the plan comes to."""
    rule = d._io({"budget_total": "=case.budget_total"}, {"case.tier": "tier"})
    drawing = d.process(
        d.start(),
        d.script("count", "300000", "total"),
        d.user("plan", outputs={"case.budget_total": "total"}),
        d.element(
            "businessRuleTask",
            "tell_tier",
            extension=rule,
            camunda_decisionRef="approval_tier",
            camunda_resultVariable="tier",
            camunda_mapDecisionResult="singleEntry",
        ),
        d.user("check"),
        d.xor("which", default="which_to_run"),
        d.user("meeting"),
        d.user("run"),
        d.end(),
        d.path("begin", "count", "plan", "tell_tier", "check", "which"),
        d.flow("which", "meeting", 'case.tier = "ceo_meeting"'),
        d.flow("which", "run"),
        d.path("meeting", "run", "done"),
        key="tiered",
    )
    table = (resources.processes() / "approval_tier.dmn").read_bytes()
    return {
        "tiered.bpmn": drawing,
        "approval_tier.dmn": table,
        "case.yaml": TIERED,
        "organisation.yaml": ORGANISATION,
        "guarantees.yaml": TIERS,
    }
