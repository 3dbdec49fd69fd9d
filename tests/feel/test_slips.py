"""What people write from habit is named with what to write instead."""

from __future__ import annotations

import pytest

from service.feel import parse
from service.feel.slips import slip_in

CELLS = [
    (">50,000", "50,000 is a list to FEEL: write 50000, or a space after each comma of a list"),
    ("1,200,000", "1,200,000 is a list to FEEL: write 1200000, or a space after each comma of a list"),
    ("80，000", "80，000 is a list to FEEL: write 80000, or a space after each comma of a list"),
    ("50000-200000", "50000-200000 is a subtraction: write [50000..200000]"),
    ("50000 ~ 200000", "50000 ~ 200000 is a subtraction: write [50000..200000]"),
    ("5至20", "5至20 is a subtraction: write [5..20]"),
    ("≥5", "write >= instead of ≥"),
    ("＞5", "write > instead of ＞"),
    ("“同意”", 'texts stand in straight quotes: "…"'),
    ("「同意」", 'texts stand in straight quotes: "…"'),
    ('"同意"，"不同意"', "write , instead of ，"),
    ("（1..2）", "write ( instead of （"),
    ("> 5 元", "write the bare number 5 instead of 5 元"),
    ("> 20万", "write the bare number 200000 instead of 20万"),
    ("> 10%", "write the bare number 0.1 instead of 10%"),
    ("￥5", "write the bare number 5 instead of ￥5"),
]
EXPRESSIONS = [
    ("total > 80,000", "80,000 is a list to FEEL: write 80000"),
    ("a == 1", "write = instead of =="),
    ("a <> 1", "write != instead of <>"),
    ("a ≠ 1", "write != instead of ≠"),
    ("a => 1", "write >= instead of =>"),
    ("a && b", "write and instead of &&"),
    ("a || b", "write or instead of ||"),
    ("a AND b", "write and instead of AND"),
    ("a 大于 5", "write > instead of 大于"),
    ("a 并且 b", "write and instead of 并且"),
    ("a = '同意'", 'texts stand in straight quotes: "…"'),
    ("!a", "write not(…)"),
    ("not a", "write not(…)"),
    ("a = True", "write true instead of True"),
    ("a = None", "write null instead of None"),
]
FINE = [
    ("[50000..200000]", True),
    ("100, 200", True),
    ("not(5)", True),
    ("-", True),
    ("-5", True),
    ("list contains([100,200], ?)", True),
    ('"80,000 元，“好”"', True),
    ("max(100,200)", False),
    ("[100,200][1]", False),
    ("not(a)", False),
    ("a != 1", False),
    ("a - b", False),
    ('"not a" = b', False),
    ("Truelove = 1", False),
    ("x.None", False),
]


@pytest.mark.parametrize(("cell", "said"), CELLS)
def test_a_slip_in_a_cell_is_named(cell, said):
    found = slip_in(cell, unary=True)

    assert found is not None
    assert found[1] == said


@pytest.mark.parametrize(("expression", "said"), EXPRESSIONS)
def test_a_slip_in_an_expression_takes_the_place_of_what_the_grammar_says(expression, said):
    problems = parse(expression).problems

    assert [(each.code, each.message) for each in problems] == [("slip", said)]


@pytest.mark.parametrize(("text", "unary"), FINE)
def test_what_is_no_slip_is_left_alone(text, unary):
    assert slip_in(text, unary=unary) is None
