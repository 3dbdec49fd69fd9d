"""The input cells of decision tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.errors import FeelError
from service.feel import FEEL
from tests.feel.engine import NOW

CELLS = [
    ("< 50000", Decimal("49999.99"), True),
    ("< 50000", 50000, False),
    ("[50000..200000]", 200000, True),
    ("[50000..200000)", 200000, False),
    ("(50000..200000]", 50000, False),
    ("]50000..200000]", 50000, False),
    ("> 5, < 2", 1, True),
    ("1, 2, 3", 2, True),
    ('"节日", "新品"', "新品", True),
    ('"节日", "新品"', "直播", False),
    ('not("节日")', "直播", True),
    ('not("节日", "直播")', "直播", False),
    ("not(< 5)", 6, True),
    ("-", None, True),
    ("", 5, True),
    ("null", None, True),
    ("null", 5, False),
    ("not(null)", 5, True),
    ('"节日"', None, False),
    ("true", True, True),
    ("true", False, False),
    ("false", None, False),
    ("limit", 10, True),
    ("< limit * 2", 19, True),
    ("allowed", "b", True),
    ("? > 5 and ? < limit", 7, True),
    ("? * 2 > 10", 5, False),
    ("list contains(allowed, ?)", "c", False),
    ('> date("2026-01-01")', date(2026, 2, 1), True),
    ("[1, 2]", [1, 2], True),
    ("limit > 5", "whatever", True),
]


@pytest.mark.parametrize(
    ("cell", "given", "expected"), CELLS, ids=[f"{cell} of {given}" for cell, given, _ in CELLS]
)
def test_a_cell_tells_whether_the_value_passes(cell, given, expected):
    assert FEEL.unary(cell, given, {"limit": 10, "allowed": ["a", "b"]}, now=NOW) is expected


@pytest.mark.parametrize(
    ("cell", "given"),
    [
        ("< 50000", "9"),
        ("< 50000", None),
        ("[1..5]", None),
        ('"a"', 5),
        ("5", "5"),
        ("true", "true"),
        ("missing", 5),
        ("> missing", 5),
        ("1..5", 3),
        ("list contains(missing, ?)", 5),
        ("? + 1", 5),
    ],
)
def test_a_cell_that_cannot_tell_is_refused(cell, given):
    with pytest.raises(FeelError):
        FEEL.unary(cell, given, {}, now=NOW)
