"""Notes that repeat a number which the cells and conditions beside them no longer hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service import resources
from service.engine.check import check
from service.engine.decisions import read_dmn
from service.engine.files.said import held_by, outdated, said_in
from tests.engine import diagrams as d
from tests.engine.decision_tables import definitions, table

TIERS = "approval_tier.dmn"
ANNOTATION = '<bpmn:textAnnotation id="t"><bpmn:text>超过 5 万元走甲</bpmn:text></bpmn:textAnnotation>'
SHIPPED = resources.manifest_files()


def notes(files):
    return [each for each in check(files, topics={}) if each.code == "note-number"]


def test_nothing_shipped_repeats_a_number_wrongly():
    assert notes(SHIPPED) == []


def test_a_moved_threshold_leaves_its_notes_behind_and_each_is_named_at_its_line():
    content = SHIPPED[TIERS].decode().replace("50000", "80000")

    found = read_dmn(TIERS, content.encode()).findings

    lines = content.split("\n")
    assert [(each.severity, each.code) for each in found] == [("warning", "note-number")] * 3
    assert all("5 万" in lines[each.line - 1] for each in found)
    assert str(found[1].message) == (
        "The note of rule 1 says 5 万, which no cell holds: the rule's hold 80000. "
        "Correct the one or the other."
    )


@pytest.mark.parametrize("note", ["低于 8 万元", "不足 80,000 元", "低于 8万", "R1：低于 80000 元（R18）"])
def test_a_note_that_says_what_the_cell_holds_is_right(note):
    rules = [["< 80000", '"a"'], [">= 80000", '"b"']]
    text = table(rules).replace('<rule id="r1">', f'<rule id="r1"><description>{note}</description>')

    assert read_dmn("t.dmn", definitions(text)).findings == ()


@pytest.mark.parametrize(
    ("note", "cell", "missing"),
    [
        ("超过 5 万元", "> 80000", ["5 万"]),
        ("超过5万", "> 80000", ["5万"]),
        ("超过 50,000", "> 80000", ["50,000"]),
        ("超过 10%", "> 0.2", ["10%"]),
        ("超过 10％", "> 0.2", ["10%"]),
        ("5 至 20 万元", "[50000..300000]", ["20 万"]),
        ("8%–12%", "[0.08..0.15]", ["12%"]),
        ("5—20 万", "[50000..300000]", ["20 万"]),
        ("2 个工作日", "=workdays_after(now(), 3)", ["2"]),
        ("超过 3 秒", "> 5000", ["3 秒"]),
        ("less than 7 days", "< 10", ["7"]),
        ("1 万以上", "> 20000", ["1 万"]),
    ],
)
def test_a_number_that_is_no_longer_there_is_found(note, cell, missing):
    assert outdated(note, held_by([cell])) == missing


@pytest.mark.parametrize(
    ("note", "cell"),
    [
        ("超过 10%", "> 0.1"),
        ("超过 10%", "> 10"),
        ("不足 10% 以上", "< -0.1"),
        ("5–20 万元", "[50000..200000]"),
        ("页面打开超过 3 秒", "> 3000"),
        ("2 小时", '=now() + duration("PT120M")'),
        ("规则 12：见 R18、P95", "> 0.25"),
        ("第 4 轮仍不同意", "> 3"),
        ("均匀分布时约占 12.5%，超过一倍即标记", "> 0.25"),
        ("自 2026-09-01 起，每日 18:00 前", "> 5"),
        ("依据 2026 年第 3 号文", "> 5"),
        ("比例 0–1", "> 0.25"),
        ("默认 10%，低于 8% 须说明", "< 0.08"),
        ("超过 5 万元", "> limit"),
        ("没有数字的话", "> 5"),
    ],
)
def test_what_repeats_nothing_is_left_alone(note, cell):
    assert outdated(note, held_by([cell])) == []


def test_a_number_may_stand_in_another_rule_of_the_table():
    assert outdated("低于 5 万元的不在此列", held_by(["> 80000"]), held_by(["< 50000"])) == []


def test_the_unit_of_a_span_is_that_of_its_end():
    low, high = said_in("5 至 20 万元")

    assert Decimal(50000) in low.values
    assert high.values == {Decimal(20), Decimal(200000)}


@pytest.mark.parametrize(
    "parts",
    [
        (
            d.flow("choose", "a", "amount > 80000").replace(
                "<bpmn:sequenceFlow ", '<bpmn:sequenceFlow name="超过 5 万" '
            ),
        ),
        (
            d.flow("choose", "a", "amount > 80000"),
            ANNOTATION,
            '<bpmn:association id="s" sourceRef="choose" targetRef="t"/>',
        ),
        (
            d.flow("choose", "a", "amount > 80000"),
            ANNOTATION,
            '<bpmn:association id="s" sourceRef="t" targetRef="choose"/>',
        ),
    ],
    ids=["name of the flow", "annotation", "annotation tied the other way"],
)
def test_words_beside_a_gateway_are_held_against_its_conditions(parts):
    drawing = d.process(
        d.start(amount="=1"),
        d.xor("choose", default="otherwise"),
        d.user("a"),
        d.user("b"),
        d.end(),
        *parts,
        d.flow("choose", "b", id="otherwise"),
        d.path("begin", "choose"),
        d.path("a", "done"),
        d.path("b", "done"),
    )

    [found] = notes({"p.bpmn": drawing})

    assert (found.severity, found.file) == ("warning", "p.bpmn")
    assert "say 5 万, but it holds 80000" in found.message


def test_words_beside_a_decision_are_held_against_its_table():
    rules = [["< 80000", '"a"'], [">= 80000", '"b"']]
    note = "<bpmn:documentation>五万以下，即 50,000 元以下走甲。</bpmn:documentation>"
    rule = d.element(
        "businessRuleTask", "ask", note, camunda_decisionRef="choice", camunda_resultVariable="y"
    )
    drawing = d.process(d.start(x="=1"), rule, d.end(), d.path("begin", "ask", "done"))

    [found] = notes({"p.bpmn": drawing, "t.dmn": definitions(table(rules))})

    assert (found.file, found.element) == ("p.bpmn", "ask")
    assert "say 50,000, but it holds 80000" in found.message


def test_the_name_of_a_timer_is_held_against_its_time():
    late = d.boundary("late", "a", d.timer("duration", "PT72H"), interrupting=False)
    drawing = d.process(
        d.start(),
        d.user("a"),
        late.replace('id="late"', 'id="late" name="2 天未办"', 1),
        d.end(),
        d.end("told"),
        d.path("begin", "a", "done"),
        d.path("late", "told"),
    )

    [found] = notes({"p.bpmn": drawing})

    assert "say 2 天, but it holds 72" in found.message


@pytest.mark.parametrize(
    ("question", "first", "condition", "second", "wrong"),
    [
        ("结论？", "同意", '=said = "同意"', "不同意", []),
        ("结论？", "不同意", '=said = "同意"', "同意", ["other"]),
        ("结论？", "批准", '=said = "同意"', "不批准", []),
        ("会议终止？", "是", '=said = "终止"', "否", []),
        ("会议终止？", "否", '=said = "终止"', "是", ["asked"]),
        ("不同意？", "否", '=said = "同意"', "是", []),
        ("同意？", "否", '=said != "同意"', "是", []),
    ],
)
def test_a_line_that_is_named_with_what_another_stands_for_is_told(question, first, condition, second, wrong):
    named = f'<bpmn:exclusiveGateway id="which" name="{question}" default="other"/>'
    drawing = d.process(
        d.start(said='="同意"'),
        named,
        d.end("one"),
        d.end("two"),
        d.path("begin", "which"),
        d.flow("which", "one", condition, id="asked").replace('id="asked"', f'id="asked" name="{first}"'),
        d.flow("which", "two", id="other").replace('id="other"', f'id="other" name="{second}"'),
    )

    found = check({"p.bpmn": drawing}, topics={})

    assert [each.element for each in found if each.code == "line-says-otherwise"] == wrong


def test_no_shipped_line_is_named_otherwise_than_it_leads():
    assert [each for each in check(SHIPPED, topics={}) if each.code == "line-says-otherwise"] == []
