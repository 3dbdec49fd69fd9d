"""What expressions mean: a table, read like a cheat sheet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.feel import FEEL
from tests.feel.engine import NOW, value

LINES = [
    {"item": "广告", "price": 100.5, "quantity": 2},
    {"item": "海报", "price": 10, "quantity": 3},
]
CASE = {
    "a": 5,
    "nothing": None,
    "lines": LINES,
    "name": "双十二",
    "tags": ["vip", "new"],
    "dossier": {"budget": {"plan_total": 60000}},
}

TABLE = [
    # numbers
    ("1 + 2 * 3", 7),
    ("2 ** 10", 1024),
    ("-a + 1", -4),
    ("7 / 2", Decimal("3.5")),
    ("1 / 0", None),
    ("modulo(-7, 3)", 2),
    ("floor(1.7) + ceiling(1.2)", 3),
    ("floor(-1.5)", -2),
    ("decimal(2.675, 2)", Decimal("2.68")),
    ("decimal(0.125, 2)", Decimal("0.12")),
    ("round half up(1.005, 2)", Decimal("1.01")),
    ("round half down(1.005, 2)", 1),
    ("round up(-1.1, 0)", -2),
    ("abs(-3)", 3),
    # logic, left to right and only as far as needed
    ("true and false or true", True),
    ("nothing != null and nothing > 5", False),
    ("nothing = null or nothing > 5", True),
    ("not(a = 5)", False),
    ('if a > 3 then "big" else "small"', "big"),
    # comparison
    ("a in [1..5]", True),
    ("a in (5..9]", False),
    ("a in (1, 5, 9)", True),
    ("a in (> 10, < 3)", False),
    ("a between 1 and 4", False),
    ("nothing = null", True),
    ("a != null", True),
    ('nothing = "x"', False),
    ("[1, [2]] = [1, [2]]", True),
    ("{x: 1} = {x: 1}", True),
    ("a instance of number", True),
    # lists
    ("count(lines)", 2),
    ("lines.quantity", [2, 3]),
    ("sum(lines.quantity)", 5),
    ("sum(for line in lines return line.price * line.quantity)", 231),
    ("lines[price > 50].item", ["广告"]),
    ("lines[item.price > 50].item", ["广告"]),
    ("lines[1].item", "广告"),
    ("lines[-1].item", "海报"),
    ("lines[9]", None),
    ("[1, 2, 3][> 1]", [2, 3]),
    ("[false, true, null][item != true]", [False, None]),
    ("[nothing, false, true][item != null][1]", False),
    ("tags[list contains(tags, item) = false]", []),
    ("some line in lines satisfies line.price > 50", True),
    ("every line in lines satisfies line.price > 50", False),
    ("every line in [] satisfies line > 0", True),
    ("for i in 1..3 return i * i", [1, 4, 9]),
    ("for i in 1..3 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6]),
    ("for x in [1, 2], y in [10, 20] return x + y", [11, 21, 12, 22]),
    ("max(lines.price)", Decimal("100.5")),
    ("sum([])", None),
    ("min([])", None),
    ("mean([1, 2])", Decimal("1.5")),
    ("distinct values([1, 1, 2])", [1, 2]),
    ("concatenate(tags, [name])", ["vip", "new", "双十二"]),
    ("append(tags, 1)", ["vip", "new", 1]),
    ("index of([1, 2, 1], 1)", [1, 3]),
    ("sort([3, 1, 2], function(x, y) x < y)", [1, 2, 3]),
    ("flatten([1, [2, [3]]])", [1, 2, 3]),
    # contexts
    ("{x: 1, y: x + 1}.y", 2),
    ("{f: function(x) x + 1, y: f(2)}.y", 3),
    ("dossier.budget.plan_total > 50000", True),
    ('get value({k: 3}, "k")', 3),
    ('get value({k: 3}, "other")', None),
    # text
    ('"会" + "签"', "会签"),
    ("string length(name)", 3),
    ('substring("hello", 2, 3)', "ell"),
    ('substring(string: "hello", start position: 4)', "lo"),
    ('contains(name, "十")', True),
    ('matches("PO-123", "^PO-[0-9]{3}$")', True),
    ('split("a,b", ",")', ["a", "b"]),
    ('string join(tags, "、")', "vip、new"),
    ('number("1,234.5", ",", ".")', Decimal("1234.5")),
    ("string(12.5)", "12.5"),
    # remarks, and the mark of an expression
    ("// why\n a", 5),
    ("a /* five */", 5),
    ("= a + 1", 6),
]


@pytest.mark.parametrize(("expression", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_an_expression_yields(expression, expected):
    result = value(expression, **CASE)

    assert result == expected
    assert type(result) is type(expected)


def test_names_may_be_chinese_or_have_several_words():
    assert (
        FEEL.evaluate("预算.总额 > Limit Of Head", {"预算": {"总额": 6}, "Limit Of Head": 5}, now=NOW) is True
    )


def test_a_name_never_depends_on_what_else_is_in_the_data():
    # feelin alone reads `a - b` as one name when the data happen to have such a key.
    assert value("a - b", **{"a": 5, "b": 2, "a - b": 99, "a-b": 98}) == 3


def test_a_call_means_the_function_even_where_a_variable_has_its_name():
    assert value("total([total, 1])", total=2) == 3


def test_a_condition_is_exactly_true_or_false():
    assert FEEL.condition("= a > 1", {"a": 2}, now=NOW) is True
    assert FEEL.condition("a > 1", {"a": 1}, now=NOW) is False
