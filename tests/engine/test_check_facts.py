"""What the check says of `case.yaml`, and of every place that reads or writes a fact."""

from __future__ import annotations

import json

import pytest

from service.engine.check import check
from service.handlers import HANDLERS
from tests.engine import diagrams as d
from tests.engine.decision_tables import definitions, table
from tests.engine.mutants.files import company

SCHEMA = """
main: p
facts:
  tier: {kind: text, label: 审批层级}
  budget_total: {kind: money, label: 合计金额}
"""
ORGANISATION = b"groups: {\xe6\xb3\x95\xe5\x8a\xa1\xe9\x83\xa8: department}"


def found(*parts, schema=SCHEMA, **files):
    """Return `file element: code` of everything the check finds in one process and the files beside it."""
    manifest = {
        "p.bpmn": d.process(d.start(), *parts, d.end()),
        "organisation.yaml": ORGANISATION,
        **({"case.yaml": schema.encode()} if schema is not None else {}),
        **{name.replace("_", "."): content for name, content in files.items()},
    }
    return check(manifest, topics={})


def codes(*parts, **options):
    return [f"{each.element}: {each.code}" for each in found(*parts, **options)]


LINE = d.path("begin", "a", "done")


def test_reading_and_writing_declared_facts_is_sound():
    task = d.user("a", outputs={"case.tier": "=case.tier"}, inputs={"who": "=case.applicant"})

    assert codes(task, LINE) == []


# ---- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "line", "code"),
    [
        ("tier: {kind: txt, label: 层级}", 3, "unknown-word"),
        ("tier: {kind: text}", 3, "fact-label"),
        ("tier: {kind: date, label: 日期}", 3, "fact-initial"),
        ("tier: {kind: money, label: 金额, initial: 很多}", 3, "fact-initial"),
        ("tier: {kind: text, label: 层级, initial: null}", 3, "fact-initial"),
        ("tier: {kind: text, label: 层级, values: {a: 甲}}", 3, "fact-initial"),
        ("tier: {kind: number, label: 层级, initial: null}", 3, "fact-initial"),
        ("tier: {kind: money, label: 层级, initial: null}", 3, "fact-initial"),
        ("tier: {kind: share, label: 占比}", 3, "fact-initial"),
        ("tier: {kind: share, label: 占比, initial: 10}", 3, "fact-initial"),
        ('tier: {kind: text, label: 层级, values: {"": 无}, values_en: {a: A}}', 3, "unknown-word"),
        ("tier: {kind: text, label: 层级, colour: red}", 3, "unknown-word"),
        ("applicant: {kind: text, label: 发起人}", 3, "fact-name"),
        ("a-b: {kind: text, label: 甲}", 3, "fact-name"),
        ("tier: text", 3, "declaration-shape"),
    ],
)
def test_a_fact_that_is_declared_wrongly_is_named_with_its_line(facts, line, code):
    findings = found(d.user("a"), LINE, schema=f"main: p\nfacts:\n  {facts}\n")

    assert [(each.file, each.line, each.code) for each in findings] == [("case.yaml", line, code)]


def test_an_unknown_kind_is_named_with_the_nearest_known_one():
    [finding] = found(d.user("a"), LINE, schema="main: p\nfacts: {tier: {kind: txt, label: 层级}}\n")

    assert "Did you mean 'text'?" in finding.message


def test_the_main_process_must_be_drawn():
    [finding] = found(d.user("a"), LINE, schema="facts: {}\nmain: q\n")

    assert (finding.file, finding.line, finding.code) == ("case.yaml", 2, "unknown-process")


def test_a_file_that_is_no_yaml_is_named():
    assert [each.code for each in found(d.user("a"), LINE, schema="facts: {a")] == ["not-yaml"]


# ---- reading -------------------------------------------------------------------------------------


def test_a_fact_nobody_declared_is_named_with_the_nearest_known_one():
    [finding] = found(d.user("a", outputs={"x": "=case.teir"}), LINE)

    assert (finding.element, finding.code) == ("a", "unknown-fact")
    assert finding.message == "There is no fact case.teir. Did you mean 'tier'?"


def test_facts_are_looked_for_in_conditions_and_mappings_too():
    gate = d.flow("g", "a", 'case.tear = "x"') + d.flow("g", "done", id="other")
    called = d.process(d.start(), d.end(), d.path("begin", "done"), key="inner")
    call = d.call("c", "inner", {}, {"x": "=case.tire"})

    findings = codes(
        d.xor("g", "other"), d.user("a"), call, d.path("begin", "g"), gate, d.path("a", "c", "done"),
        inner_bpmn=called,
    )  # fmt: skip

    assert sorted(findings) == ["c: unknown-fact", "g_to_a: unknown-fact"]


def test_without_a_file_there_are_no_facts():
    assert codes(d.user("a", outputs={"x": "=case.tier"}), LINE, schema=None) == ["a: unknown-fact"]
    assert codes(d.user("a", outputs={"x": "=case.number"}), LINE, schema=None) == []


def test_a_decision_table_reads_declared_facts_alone():
    rules = [("<= 5", '"a"'), ("> 5", '"b"')]
    sound = definitions(table(rules, inputs=("case.budget_total:number",)))
    wrong = definitions(table(rules, inputs=("case.budget:number",)))

    assert codes(d.user("a"), LINE, t_dmn=sound) == []
    assert codes(d.user("a"), LINE, t_dmn=wrong) == ["choice: unknown-fact"]


@pytest.mark.parametrize(
    "field",
    [
        {"conditional": {"hide": '=case.teir = "x"'}},
        {"properties": {"assert": "value > case.teir"}},
        {"label": "层级 {{case.teir}}"},
        {"readonly": "=case.teir = null"},
    ],
)
def test_a_form_reads_declared_facts_alone(field):
    def form(**more):
        field = {"type": "textfield", "key": "x", "id": "f_x", "label": "甲", **more}
        group = {"type": "group", "id": "g", "components": [field]}
        return json.dumps({"id": "f", "type": "default", "components": [group]}).encode()

    right = json.loads(json.dumps(field).replace("teir", "tier"))
    assert codes(d.user("a"), LINE, f_form=form(**right)) == []
    assert codes(d.user("a"), LINE, f_form=form(**field)) == ["f_x: unknown-fact"]


def test_words_that_only_look_like_a_fact_are_none():
    field = {"type": "textfield", "key": "x", "id": "f_x", "label": "see case.yaml"}
    form = json.dumps({"id": "f", "type": "default", "components": [field]}).encode()

    assert codes(d.user("a"), LINE, f_form=form) == []


def test_no_field_of_a_form_is_called_like_the_case():
    field = {"type": "textfield", "key": "case", "id": "f_x", "label": "甲"}
    form = json.dumps({"id": "f", "type": "default", "components": [field]}).encode()

    assert codes(d.user("a"), LINE, f_form=form) == ["f_x: reserved_key"]


# ---- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "code"),
    [("case.teir", "unknown-fact"), ("case.applicant", "fact-given"), ("case", "reserved-name")],
)
def test_only_declared_facts_are_written(target, code):
    assert codes(d.user("a", outputs={target: "=1"}), LINE) == [f"a: {code}"]


@pytest.mark.parametrize(
    "element",
    [
        d.user("a", inputs={"case.tier": "=1"}),
        d.script("a", "1", "case.tier"),
        d.user("a", d.loop("=[1]", "case.tier")),
    ],
)
def test_facts_are_written_by_outputs_alone(element):
    assert codes(element, LINE) == ["a: fact-target"]


def test_the_elements_of_a_list_do_not_write_the_same_fact():
    element = d.user("a", d.loop('=["x", "y"]', "item_"), outputs={"case.tier": "=item_"})
    inside = d.sub(
        "part",
        d.loop("=[1]", "n"),
        d.start("in", **{"case.tier": '="x"'}),
        d.end("out"),
        d.path("in", "out"),
    )

    assert codes(element, LINE) == ["a: fact-in-loop"]
    assert codes(inside, d.path("begin", "part", "done")) == ["in: fact-in-loop"]


def test_facts_that_cannot_be_read_are_told_once_and_not_at_everybody_who_names_one():
    files = company()
    broken = files["case.yaml"].replace(b"facts:", "facts：".encode(), 1)

    found = check({**files, "case.yaml": broken}, topics=HANDLERS)

    assert {each.file for each in found if each.severity == "error"} == {"case.yaml"}
    assert "unknown-fact" not in {each.code for each in found}


# ---- where a fact comes from -----------------------------------------------------------------------

PLAN = {"plan_total": "=1"}
TOTAL = {"case.budget_total": "=budget_total"}
FROM_THE_SUM = SCHEMA.replace("label: 合计金额}", "label: 合计金额, from: [campaign.linked]}")


def sources(*parts, schema=FROM_THE_SUM):
    """Return the findings about where facts come from, in one process with the topics there are."""
    drawing = d.process(d.start(), *parts, d.end())
    files = {"p.bpmn": drawing, "organisation.yaml": ORGANISATION, "case.yaml": schema.encode()}
    about = ("fact-source", "unknown-source")
    return [f"{each.element}: {each.code}" for each in check(files, topics=HANDLERS) if each.code in about]


def test_a_fact_is_what_its_source_makes_of_it():
    later = d.user("b", outputs={"case.budget_total": "=kept"})
    way = d.path("begin", "a", "b", "done")

    assert sources(d.service("a", "campaign.linked", PLAN, TOTAL), LINE) == []
    kept = d.service("a", "campaign.linked", PLAN, {"kept": "=budget_total"})
    assert sources(kept, later, way) == []


@pytest.mark.parametrize(
    "element",
    [
        d.service("a", "campaign.linked", PLAN, {"case.budget_total": "=0"}),
        d.service("a", "campaign.linked", PLAN, {"case.budget_total": "=budget_total * 0.1"}),
        d.service("a", "campaign.linked", PLAN, {"case.budget_total": "=plan_total"}),
        d.service("a", "plan.recompute", {}, {"case.budget_total": "=budget_total"}),
        d.user("a", outputs={"case.budget_total": "=budget_total"}),
    ],
)
def test_whatever_else_sets_a_fact_is_refused(element):
    assert sources(element, LINE) == ["a: fact-source"]


def test_a_name_in_between_that_something_else_sets_too_is_no_source():
    kept = d.service("a", "campaign.linked", PLAN, {"kept": "=budget_total"})
    other = d.script("b", "1", "kept")
    later = d.user("c", outputs={"case.budget_total": "=kept"})

    assert sources(kept, other, later, d.path("begin", "a", "b", "c", "done")) == ["c: fact-source"]


def test_a_source_that_is_not_there_is_told_with_the_nearest():
    wrong = FROM_THE_SUM.replace("campaign.linked", "campaign.linkd")

    drawing = d.process(d.start(), d.user("a"), d.end(), LINE)
    found = check(
        {"p.bpmn": drawing, "organisation.yaml": ORGANISATION, "case.yaml": wrong.encode()}, topics=HANDLERS
    )

    [said] = [each for each in found if each.code == "unknown-source"]
    assert (said.file, said.line, said.element) == ("case.yaml", 5, "budget_total")
    assert "Did you mean 'campaign.linked'?" in str(said.message)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("formal_approval_phase.bpmn", '"case.budget_total">=budget_total<', '"case.budget_total">=0<'),
        ("green_channel_phase.bpmn", '"case.tier">=tier<', '"case.tier">="department_head"<'),
        ("planning_phase.bpmn", 'topic="campaign.linked"', 'topic="plan.recompute"'),
        ("revision_process.bpmn", 'decisionRef="approval_tier"', 'decisionRef="day_alerts"'),
        (
            "split_check_process.bpmn",
            '"case.approver_group">=approver_group<',
            '"case.approver_group">="部门负责人"<',
        ),
    ],
)
def test_what_decides_who_approves_cannot_be_set_by_hand_in_a_drawing(file, before, after):
    files = company()
    text = files[file].decode()
    assert before in text
    changed = {**files, file: text.replace(before, after).encode()}
    without_promises = {name: content for name, content in changed.items() if name != "guarantees.yaml"}

    found = check(without_promises, topics=HANDLERS)

    assert "fact-source" in {each.code for each in found if each.severity == "error"}
