"""What can be told about an expression before it ever runs."""

from __future__ import annotations

import pytest

from service.errors import FeelMemory
from service.feel import isolate, parse, parse_all, strip_equals

NAMES = [
    ("budget_total < limit", {"budget_total", "limit"}),
    ("dossier.budget.plan_total > 0", {"dossier"}),
    ("预算.总额 + 备用金", {"预算", "备用金"}),
    ("for x in lines return x.amount * rate", {"lines", "rate"}),
    ("for x in lines, y in x.parts return y", {"lines"}),
    ("some a in alerts satisfies a.level != none", {"alerts", "none"}),
    ("{a: b, c: a}", {"b"}),
    ("function(a) a + b", {"b"}),
    ("sort(xs, function(a, b) a < b)", {"xs"}),
    ("count(count)", {"count"}),
    ("lines[index]", {"lines", "index"}),
    ("lines[count(lines)]", {"lines"}),
    ("true and null = now()", set()),
    ('"text" + @"2026-01-01"', set()),
    ("agreed[list contains(departments, item) = false]", {"agreed"}),
    ("for i in 1..n return partial", {"n"}),
]


@pytest.mark.parametrize(("expression", "names"), NAMES, ids=[row[0] for row in NAMES])
def test_an_expression_names_its_variables(expression, names):
    parsed = parse(expression)

    assert parsed.names == names
    assert parsed.problems == ()


def test_a_name_in_a_filter_may_belong_to_the_element():
    parsed = parse("lines[category = wanted and amount > limit].amount + limit")

    assert parsed.names == {"lines", "limit"}
    assert parsed.optional == {"category", "wanted", "amount"}
    assert parsed.reads == parsed.names | parsed.optional


def test_paths_are_the_longest_dotted_reads():
    parsed = parse("dossier.budget.lines[item.price > case.limit].name = dossier.goals.metric and x.y > 1")

    assert parsed.paths == {"dossier.budget.lines", "case.limit", "dossier.goals.metric", "x.y"}


def test_calls_are_the_functions_by_their_names():
    assert parse('string length(name) > 5 and date("2026-01-01") < today()').calls == {
        "string length",
        "date",
        "today",
    }


PROBLEMS = [
    ("1 <", "syntax", 3),
    ("", "syntax", 0),
    ("a b c)", "syntax", 5),
    ("1 + approve(x)", "unknown_function", 4),
    ("agreed[not(list contains(x, item))]", "bare_call", 7),
    ("agreed[(contains(item, x))]", "bare_call", 7),
    ("__.eq", "reserved_name", 0),
    ("? > 5", "question_mark", 0),
    ("1" * 30_000, "too_large", 0),
]


@pytest.mark.parametrize(("expression", "code", "offset"), PROBLEMS, ids=[row[1] for row in PROBLEMS])
def test_a_mistake_is_named_with_its_place(expression, code, offset):
    assert [(problem.code, problem.offset) for problem in parse(expression).problems] == [(code, offset)]


def test_cells_are_read_as_tests():
    assert parse("< limit, [low..high]", unary=True).names == {"limit", "low", "high"}
    assert parse("? > 5", unary=True).problems == ()
    assert parse("-", unary=True).problems == ()
    assert parse("1..5", unary=True).problems[0].code == "syntax"


def test_the_mark_of_an_expression_is_not_part_of_it():
    assert strip_equals(" = a > 1") == "a > 1"
    assert strip_equals("a = 1") == "a = 1"
    assert parse("= a > 1").names == {"a"}


def test_expressions_read_together_are_known_one_by_one() -> None:
    texts = [("=a + b", False), ("> limit", True), ("a +", False), ("=a + b", False)]

    parse_all(texts)

    assert parse("a + b").names == {"a", "b"}
    assert parse("> limit", unary=True).names == {"limit"}
    assert [problem.code for problem in parse("a +").problems] == ["syntax"]


def test_one_that_takes_too_long_does_not_spoil_its_neighbours() -> None:
    slow = " ".join(f"n{number}" for number in range(3000))

    parse_all([(slow, False), ("fine + 1", False)])

    assert [problem.code for problem in parse(slow).problems] == ["too_large"]
    assert parse("fine + 1").names == {"fine"}


def test_one_that_needs_too_much_memory_does_not_spoil_its_neighbours(monkeypatch) -> None:
    """Which limit is met first depends on the machine, so the second one is put where it is wanted."""
    ask = isolate.Isolate.ask

    def limited(self, request, *, seconds):
        if "hungry" in request:
            raise FeelMemory
        return ask(self, request, seconds=seconds)

    monkeypatch.setattr(isolate.Isolate, "ask", limited)

    parse_all([("hungry + 1", False), ("sound + 1", False)])

    assert [problem.code for problem in parse("hungry + 1").problems] == ["too_large"]
    assert parse("sound + 1").names == {"sound"}
