"""Hit policies, results, requirements and errors of decision tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.engine.decisions import DecisionResult, evaluate, map_result, read_dmn, reads
from service.engine.decisions.check import check_decision
from service.errors import DecisionError, InvalidDeployment
from service.feel import FEEL
from tests.engine.decision_tables import NOW, decide, decision, definitions, literal, requires, table

OVERLAPPING = [("> 0", '"low"'), ("> 10", '"high"'), ("> 100", '"low"')]


def test_unique_gives_the_one_rule_that_matches() -> None:
    assert decide(table(OVERLAPPING), x=5) == DecisionResult({"y": "low"}, [1])


def test_unique_refuses_two_rules_that_match_together() -> None:
    with pytest.raises(DecisionError, match="rules 1, 2 match together"):
        decide(table(OVERLAPPING), x=50)


def test_first_gives_the_upper_of_two_rules() -> None:
    assert decide(table(OVERLAPPING, hit="FIRST"), x=50) == DecisionResult({"y": "low"}, [1])


def test_any_accepts_rules_that_agree() -> None:
    rules = [("> 0", '"low"'), ("> 100", '"low"')]

    assert decide(table(rules, hit="ANY"), x=200) == DecisionResult({"y": "low"}, [1, 2])


def test_any_refuses_rules_that_disagree() -> None:
    with pytest.raises(DecisionError, match="disagree"):
        decide(table(OVERLAPPING, hit="ANY"), x=50)


def test_priority_takes_the_result_that_stands_first_among_the_allowed_values() -> None:
    text = table(OVERLAPPING, hit="PRIORITY", outputs=['y:string:"high","low"'])

    assert decide(text, x=50) == DecisionResult({"y": "high"}, [1, 2])


def test_output_order_sorts_by_the_allowed_values() -> None:
    text = table(OVERLAPPING, hit="OUTPUT ORDER", outputs=['y:string:"high","low"'])

    assert decide(text, x=500).outputs == [{"y": "high"}, {"y": "low"}, {"y": "low"}]


def test_several_outputs_are_ranked_by_the_first_column_then_by_the_next() -> None:
    outputs = ['y:string:"high","low"', "z:number:3,2,1"]
    rules = [["-", '"low"', "3"], ["-", '"high"', "1"], ["-", '"high"', "2"]]

    assert decide(table(rules, hit="PRIORITY", outputs=outputs), x=1).outputs == {"y": "high", "z": 2}
    assert decide(table(rules, hit="OUTPUT ORDER", outputs=outputs), x=1).outputs == [
        {"y": "high", "z": 2},
        {"y": "high", "z": 1},
        {"y": "low", "z": 3},
    ]


@pytest.mark.parametrize("hit", ["PRIORITY", "OUTPUT ORDER"])
@pytest.mark.parametrize("allowed", ["", ':string:["a".."z"]'])
def test_a_policy_by_priority_asks_for_the_values_with_what_to_write(hit: str, allowed: str) -> None:
    text = table(OVERLAPPING, hit=hit, outputs=[f"y{allowed}"])

    [found] = [each for each in check_decision(decision(text)) if each.code == "decision-priority"]

    assert (found.severity, found.element) == ("error", "choice")
    assert str(found.message) == (
        f"{hit} goes by the order of the allowed values of 'y': list them in the head of the column, "
        'the first counts most, for example "low", "high".'
    )


@pytest.mark.parametrize("hit", ["COLLECT", "RULE ORDER"])
def test_collected_results_come_in_the_order_of_the_rules(hit: str) -> None:
    assert decide(table(OVERLAPPING, hit=hit), x=50) == DecisionResult([{"y": "low"}, {"y": "high"}], [1, 2])


@pytest.mark.parametrize("hit", ["COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_nothing_collected_is_an_empty_list(hit: str) -> None:
    text = table(OVERLAPPING, hit=hit, outputs=['y:string:"high","low"'])

    assert decide(text, x=-1) == DecisionResult([], [])


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("SUM", Decimal("0.3")), ("MIN", Decimal("0.1")), ("MAX", Decimal("0.2")), ("COUNT", 2)],
)
def test_collect_aggregates_in_decimal(aggregation: str, expected: Decimal | int) -> None:
    text = table(
        [("> 0", "0.1"), ("> 0", "0.2")], hit="COLLECT", aggregation=aggregation, outputs=["y:number"]
    )

    assert decide(text, x=1).outputs == {"y": expected}


def test_counting_nothing_is_zero_but_a_sum_of_nothing_is_an_error() -> None:
    count, total = (
        table([("> 0", "1")], hit="COLLECT", aggregation=kind, outputs=["y:number"])
        for kind in ("COUNT", "SUM")
    )

    assert decide(count, x=0).outputs == {"y": 0}
    with pytest.raises(DecisionError, match="no SUM"):
        decide(total, x=0)


@pytest.mark.parametrize("hit", ["UNIQUE", "FIRST", "ANY"])
def test_no_match_is_an_error_and_never_an_empty_answer(hit: str) -> None:
    with pytest.raises(DecisionError, match="no rule matches"):
        decide(table(OVERLAPPING, hit=hit), x=-1)


def test_a_default_output_stands_in_when_no_rule_matches() -> None:
    assert decide(table(OVERLAPPING, outputs=['y:string::"none"']), x=-1) == DecisionResult({"y": "none"}, [])


def test_a_missing_input_is_an_error() -> None:
    with pytest.raises(DecisionError, match="'x' is missing"):
        decide(table(OVERLAPPING))


@pytest.mark.parametrize(
    ("type_", "value"), [("number", "5"), ("number", True), ("string", 5), ("boolean", 1), ("date", "soon")]
)
def test_an_input_of_another_type_is_an_error(type_: str, value: object) -> None:
    with pytest.raises(DecisionError, match=f"must be a {type_}"):
        decide(table([("-", '"any"')], inputs=[f"x:{type_}"]), x=value)


def test_a_date_may_come_as_iso_text() -> None:
    text = table([('> date("2026-10-01")', '"late"')], inputs=["x:date"])

    assert decide(text, x="2026-10-02").outputs == {"y": "late"}


def test_a_float_is_read_by_its_shortest_digits() -> None:
    assert decide(table([("0.1", '"yes"')]), x=0.1).outputs == {"y": "yes"}


def test_a_value_that_the_column_does_not_allow_is_an_error() -> None:
    text = table([("-", '"any"')], inputs=['x:string:"a","b"'])

    with pytest.raises(DecisionError, match="not among the allowed values"):
        decide(text, x="c")


def test_an_input_may_be_an_expression() -> None:
    text = table([("true", '"moved"'), ("false", '"same"')], inputs=["before != after:boolean"])

    assert decide(text, before="a", after="b").outputs == {"y": "moved"}


def test_a_column_may_name_its_value_for_the_cells() -> None:
    text = table([("amount > 5", '"big"')]).replace(
        '<input id="in0"', '<input xmlns:camunda="c" camunda:inputVariable="amount" id="in0"'
    )

    assert decide(text, x=6).outputs == {"y": "big"}


def test_a_result_of_another_type_is_an_error() -> None:
    with pytest.raises(DecisionError, match="is no number"):
        decide(table([("-", '"five"')], outputs=["y:number"]), x=1)


def test_several_outputs_make_one_context() -> None:
    text = table([("-", '"meeting"', "true")], outputs=["route:string", "keep:boolean"])

    assert decide(text, x=1).outputs == {"route": "meeting", "keep": True}


def test_a_decision_may_be_one_expression() -> None:
    assert decide(literal("a + b"), a=1, b=2) == DecisionResult({"both": 3}, [])


def test_a_decision_reads_the_decision_it_requires() -> None:
    rules = [("> 2", '"big"'), ("<= 2", '"small"')]
    file = definitions(table(rules, inputs=["both:number"], extra=requires("sum")), literal("a + b"))

    choice = read_dmn("t.dmn", file).decisions[0]

    assert evaluate(choice, {"a": 1, "b": 2}, FEEL, NOW).outputs == {"y": "big"}
    assert reads(choice) == {"a", "b"}


def test_the_variables_a_table_reads_include_those_in_cells_and_results() -> None:
    text = table([("> limit", "x + bonus")], outputs=["y:number"])

    assert reads(decision(text)) == {"x", "limit", "bonus"}


def test_a_defective_decision_refuses_to_decide() -> None:
    with pytest.raises(DecisionError, match="hit policy 'LAST'"):
        decide(table(OVERLAPPING, hit="LAST"), x=1)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ("singleEntry", "b"),
        ("singleResult", {"y": "b"}),
        ("collectEntries", ["b"]),
        ("resultList", [{"y": "b"}]),
    ],
)
def test_a_single_result_is_mapped_as_the_rule_task_asks(mapping: str, expected: object) -> None:
    assert map_result(DecisionResult({"y": "b"}, [2]), mapping) == expected


def test_many_results_do_not_pass_for_one() -> None:
    result = DecisionResult([{"y": "a"}, {"y": "b"}], [1, 2])

    assert map_result(result, "collectEntries") == ["a", "b"]
    with pytest.raises(DecisionError, match="Exactly one"):
        map_result(result, "singleEntry")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<definitions", "xml-syntax"),
        (b'<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>', "xml-doctype"),
        (b"<html/>", "decision-file"),
        (definitions(), "decision-none"),
    ],
)
def test_a_file_that_is_no_table_cannot_be_deployed(content: bytes, code: str) -> None:
    with pytest.raises(InvalidDeployment) as refused:
        read_dmn("t.dmn", content)

    assert [finding.code for finding in refused.value.findings] == [code]
