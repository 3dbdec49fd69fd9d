"""Kinds of cells × values: what matches, by FEEL and by the plain reading, and where the two must agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.engine.decisions.cells import Literal, plain_cell, plain_literal
from service.errors import DecisionError
from tests.engine.decision_tables import decide, table

D = Decimal

# cell, type, values that match, values that do not
CELLS: list[tuple[str, str, list[Any], list[Any]]] = [
    ("", "number", [0, D("1.5"), None], []),
    ("-", "string", ["", "甲", None], []),
    ("50000", "number", [50000, D("50000.00")], [D("49999.99"), -50000, None]),
    ("-5", "number", [-5], [5, 0]),
    ("0.1", "number", [D("0.1"), D("0.10")], [D("0.1000001"), 1]),
    ("< 50000", "number", [D("49999.99"), 0, -1], [50000, D("50000.01"), None]),
    ("<= 50000", "number", [50000], [D("50000.01"), None]),
    ("> 200000", "number", [D("200000.01")], [200000, D("199999.99"), None]),
    (">= -0.10", "number", [D("-0.1"), 0], [D("-0.1001")]),
    ("[50000..200000]", "number", [50000, 200000, D("50000.01")], [D("49999.99"), D("200000.01"), None]),
    ("(1..2)", "number", [D("1.5")], [1, 2]),
    ("]1..2[", "number", [D("1.5")], [1, 2]),
    ("[1..2)", "number", [1, D("1.99")], [2]),
    ("(1..2]", "number", [2], [1]),
    ("1,100000", "number", [1, 100000], [2, None]),
    ("< 1, > 5", "number", [0, 6], [1, 5, 3]),
    ("> 1, < 5", "number", [0, 3, 6], []),
    ("not(1, 2)", "number", [3, None], [1, 2]),
    ("not(< 5)", "number", [5, 6], [4]),
    ("not([1..3])", "number", [0, 4], [1, 2, 3]),
    ('"法务部"', "string", ["法务部"], ["财务部", "法务", "", None]),
    ('"a","b"', "string", ["a", "b"], ["c", "a,b"]),
    ('not("b")', "string", ["a", "", None], ["b"]),
    ('""', "string", [""], ["a", None]),
    ('"say \\"hi\\""', "string", ['say "hi"'], ["say hi"]),
    ("true", "boolean", [True], [False, None]),
    ("false", "boolean", [False], [True, None]),
    ("not(true)", "boolean", [False], [True]),
    ("null", "number", [None], [0]),
    ('null, ""', "string", [None, ""], ["a"]),
    ("not(null)", "number", [0, 1], [None]),
    ('date("2026-10-01")', "date", [date(2026, 10, 1)], [date(2026, 10, 2), None]),
    ('< date("2026-10-01")', "date", [date(2026, 9, 30)], [date(2026, 10, 1)]),
    ('[date("2026-10-01")..date("2026-10-08")]', "date", [date(2026, 10, 8)], [date(2026, 10, 9)]),
]
# cells that only FEEL reads: `?` is the value, other names are variables
FEEL_CELLS: list[tuple[str, str, list[Any], list[Any]]] = [
    ("> limit", "number", [D("10.01")], [10]),
    ("<= limit", "number", [10], [D("10.01")]),
    ("[low..limit]", "number", [3, 10], [2, 11]),
    ("? > 5 and ? < 8", "number", [6], [5, 8]),
    ('list contains(?, "技术")', "", [["技术", "合规"]], [["合规"], []]),
    ('list contains(?, "技术") = false', "", [["合规"], []], [["技术"]]),
    ('starts with(?, "W")', "string", ["W01"], ["X01"]),
    ("> date(today())", "date", [date(2026, 9, 30)], [date(2026, 9, 29)]),
]


def _cases(cells: list[tuple[str, str, list[Any], list[Any]]]) -> list[Any]:
    return [
        pytest.param(cell, type_, value, expected, id=f"{cell or 'empty'} ~ {value!r}")
        for cell, type_, hits, misses in cells
        for expected, values in ((True, hits), (False, misses))
        for value in values
    ]


@pytest.mark.parametrize(("cell", "type_", "value", "expected"), _cases([*CELLS, *FEEL_CELLS]))
def test_a_cell_matches_exactly_these_values(cell: str, type_: str, value: Any, expected: bool) -> None:
    text = table([(cell, '"yes"')], inputs=[f"x:{type_}"], outputs=['y:string::"no"'])

    result = decide(text, x=value, limit=10, low=3)

    assert result.outputs == {"y": "yes" if expected else "no"}
    assert result.matched_rules == ([1] if expected else [])


@pytest.mark.parametrize(("cell", "type_", "value", "expected"), _cases(CELLS))
def test_the_plain_reading_agrees_with_feel(cell: str, type_: str, value: Any, expected: bool) -> None:
    plain = plain_cell(cell)

    assert plain is not None
    kind = "null" if value is None else type_
    assert plain.covers(Literal(kind, D(value) if kind == "number" else value)) is expected


@pytest.mark.parametrize(
    "cell", [cell for cell, *_ in FEEL_CELLS] + ["1 2", "[1..", "not(", "< ", '"a', "abc", "5%"]
)
def test_what_is_no_plain_cell_is_left_to_feel(cell: str) -> None:
    assert plain_cell(cell) is None


@pytest.mark.parametrize("cell", ["not(null, 1", "1..", "< < 3", "if", '"a" "b"', "[1,2"])
def test_a_cell_that_cannot_be_read_is_an_error_and_never_a_miss(cell: str) -> None:
    text = table([(cell, '"yes"')], outputs=['y:string::"no"'])

    with pytest.raises(DecisionError, match="rule 1"):
        decide(text, x=1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"会签"', "会签"),
        ("1.50", D("1.5")),
        ("true", True),
        ("null", None),
        ('date("2026-10-01")', date(2026, 10, 1)),
    ],
)
def test_a_constant_result_is_read_without_an_engine(text: str, value: Any) -> None:
    assert plain_literal(text).value == value


def test_a_result_may_be_computed() -> None:
    text = table([("-", "x * 2 + bonus")], outputs=["y:number"])

    assert decide(text, x=D("1.25"), bonus=1).outputs == {"y": D("3.5")}


def test_a_broken_cell_does_not_matter_where_another_cell_rules_its_rule_out() -> None:
    text = table(
        [("> limit", "not(null)", '"over"'), ("-", "null", '"unlimited"')],
        inputs=["x:number", "limit:number"],
    )

    assert decide(text, x=5, limit=None).outputs == {"y": "unlimited"}
