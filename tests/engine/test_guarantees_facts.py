"""Guarantees about facts, who does tasks, and processes beside the main one."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import (
    call,
    element,
    end,
    flow,
    loop,
    path,
    process,
    script,
    start,
    user,
    xor,
)
from tests.engine.guarantee_cases import decision, proof, told

CASE = """main: p
facts:
  agreed: {kind: list, label: 同意的部门}
  total: {kind: number, label: 金额}
  tier: {kind: text, label: 层级, values: {"": 无, low: 低, high: 高}, initial: ""}
"""
EXTRA = {"case.yaml": CASE.encode()}
AGREES = '=if conclusion = "同意" then concatenate(case.agreed, ["法务"]) else case.agreed'
BY_LEGAL = 'becomes: list contains(case.agreed, "法务")\nalways: legal\nconcluding: said = "同意"'


def signed(written: str, *, behind: str = "") -> bytes:
    """Return a drawing in which legal signs, and tech after it, whose output is `written`."""
    return process(
        start(),
        user("legal", outputs={"said": "=conclusion", "case.agreed": AGREES}),
        user("tech", outputs={"case.agreed": written}),
        end(),
        path("begin", "legal", "tech"),
        behind or path("tech", "done"),
    )


def entered(expression: str) -> str:
    """Return a script task that makes what is written the list of those who agreed."""
    body = f"<bpmn:script>{expression}</bpmn:script>"
    written = '<camunda:outputParameter name="case.agreed">=result</camunda:outputParameter>'
    extension = f"<camunda:inputOutput>{written}</camunda:inputOutput>"
    return element("scriptTask", "enter", body, extension=extension, scriptFormat="feel")


# ---- becomes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ('=concatenate(case.agreed, ["技术"])', "holds"),
        ("=case.agreed", "holds"),
        ("=[]", "holds"),
        ('=case.agreed[list contains(["法务"], item) = false]', "holds"),
        ('=concatenate(case.agreed, ["技术", "法务"])', "broken"),
        ('=["法务"]', "broken"),
        ("=concatenate(case.agreed, others)", "broken"),
    ],
)
def test_an_entry_comes_into_a_list_only_by_what_was_completed(written, state):
    found = proof(BY_LEGAL, signed(written), extra=EXTRA)

    assert found.state == state
    assert state == "holds" or told(found)[1] == ["begin", "legal", "tech"]


@pytest.mark.parametrize(("initial", "state"), [("[技术]", "holds"), ("[法务]", "broken")])
def test_what_is_so_as_soon_as_a_case_begins_came_by_nobody(initial, state):
    begun = CASE.replace("{kind: list, label", f"{{kind: list, initial: {initial}, label").encode()

    assert proof(BY_LEGAL, signed("=case.agreed"), extra={"case.yaml": begun}).state == state


def test_what_was_true_no_more_takes_another_completion_to_become_true():
    """Legal agrees, the plan is changed, and somebody else puts legal back on the list."""

    def drawing(last: str) -> bytes:
        return process(
            start(),
            user("legal", outputs={"said": "=conclusion", "case.agreed": AGREES}),
            user("change", outputs={"case.agreed": "=[]"}),
            user("again", outputs={"case.agreed": last}),
            end(),
            path("begin", "legal", "change", "again", "done"),
        )

    assert proof(BY_LEGAL, drawing("=case.agreed"), extra=EXTRA).state == "holds"
    assert told(proof(BY_LEGAL, drawing('=["法务"]'), extra=EXTRA)) == (
        "broken",
        ["begin", "legal", "change", "again"],
    )


def test_what_a_list_of_answers_holds_is_the_same_wherever_it_is_written_the_same():
    def drawing(taken: str) -> bytes:
        return process(
            start(),
            user(
                "legal",
                loop('["法务", "财务"]', "department"),
                properties={
                    "outputCollection": "opinions",
                    "outputElement": "={department: department, ok: ok}",
                },
            ),
            entered(f"concatenate(case.agreed, {taken})"),
            end(),
            path("begin", "legal", "enter", "done"),
        )

    sentence = (
        'becomes: list contains(case.agreed, "法务")\nalways: legal\n'
        'concluding: list contains(opinions[item.ok = true].department, "法务")'
    )
    assert proof(sentence, drawing("opinions[item.ok = true].department"), extra=EXTRA).state == "holds"
    assert proof(sentence, drawing("opinions.department"), extra=EXTRA).state == "broken"


# ---- agrees --------------------------------------------------------------------------------------------

TABLE = decision("tiers", ["amount:number"], "tier", ("< 100", '"low"'), (">= 100", '"high"'))
AS_TABLE = "agrees: case.tier\nwith_table: tiers\ngiven: {amount: case.total}\nat: pay"


@pytest.mark.parametrize(
    ("asked", "taken", "state"),
    [
        ("=case.total", "=tier", "holds"),
        ("=case.total", '="low"', "broken"),
        ("=case.total", "=case.tier", "broken"),
        ("=3", "=tier", "broken"),
    ],
)
def test_a_fact_agrees_with_the_table_it_is_from(asked, taken, state):
    rule = (
        "<camunda:inputOutput>"
        f'<camunda:inputParameter name="amount">{asked}</camunda:inputParameter>'
        f'<camunda:outputParameter name="case.tier">{taken}</camunda:outputParameter></camunda:inputOutput>'
    )
    drawing = process(
        start(),
        user("sum", outputs={"case.total": "=total"}),
        element(
            "businessRuleTask",
            "tier",
            extension=rule,
            camunda_decisionRef="tiers",
            camunda_mapDecisionResult="singleResult",
        ),
        user("pay"),
        end(),
        path("begin", "sum", "tier", "pay", "done"),
    )

    assert proof(AS_TABLE, drawing, extra={**EXTRA, "tiers.dmn": TABLE}).state == state


def test_a_sum_changed_after_the_table_was_asked_is_found():
    rule = (
        '<camunda:inputOutput><camunda:inputParameter name="amount">=case.total</camunda:inputParameter>'
        '<camunda:outputParameter name="case.tier">=tier</camunda:outputParameter></camunda:inputOutput>'
    )
    attributes = {"camunda_decisionRef": "tiers", "camunda_mapDecisionResult": "singleResult"}
    drawing = process(
        start(),
        element("businessRuleTask", "tier", extension=rule, **attributes),
        user("sum", outputs={"case.total": "=total"}),
        user("pay"),
        end(),
        path("begin", "tier", "sum", "pay", "done"),
    )

    found = proof(AS_TABLE, drawing, extra={**EXTRA, "tiers.dmn": TABLE})

    assert told(found) == ("broken", ["begin", "tier", "sum", "pay"])


# ---- who does it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ({}, "holds"),
        ({"group": "法务部、财务部"}, "broken"),
        ({"group": "财务部"}, "broken"),
        ({"camunda_candidateUsers": "ouwen"}, "broken"),
        ({"camunda_assignee": "ouwen"}, "broken"),
        ({"group": "=case.tier"}, "unproven"),
    ],
)
def test_a_task_is_done_by_its_group_alone(attributes, state):
    drawing = process(start(), user("sign", **attributes), end(), path("begin", "sign", "done"))

    found = proof("who_does: sign\nis_always: 法务部", drawing, extra=EXTRA)

    assert (found.state, bool(found.reason)) == (state, state != "holds")


# ---- processes beside the main one ---------------------------------------------------------------------

BESIDE = """groups: {法务部: department}
rights: {}
conclusions: {}
follow_ups:
  q: {when: 'list contains(phases, "phase")'}
"""


def test_a_process_beside_the_main_one_is_walked_where_nothing_counts_that_the_main_one_does():
    main = process(start(), call("run", "phase"), end(), path("begin", "run", "done"))
    phase = process(start(), user("wait"), end(), path("begin", "wait", "done"), key="phase")
    beside = process(
        start(), user("pay"), end(), path("begin", "pay", "done"), key="q",
    )  # fmt: skip
    extra = {**EXTRA, "organisation.yaml": BESIDE.encode()}

    found = proof("never: q/pay", main, phase, beside, extra=extra)

    assert found.state == "broken"


def test_a_name_that_is_a_list_here_and_a_truth_there_is_both():
    """A list of departments and, elsewhere, a yes or no go by the same name."""
    drawing = process(
        start(),
        entered('concatenate(case.agreed, ["法务"])'),
        script("weigh", "some each in opinions satisfies each.ok", "result"),
        xor("refused", "no"),
        user("decide"),
        end(),
        end("over"),
        path("begin", "enter", "weigh", "refused"),
        flow("refused", "decide", "=result"),
        flow("refused", "over", id="no"),
        path("decide", "done"),
    )
    sentence = 'never: decide\nwhen: list contains(case.agreed, "法务") and result'

    assert proof(sentence, drawing, extra=EXTRA).state == "broken"
