"""Where FEEL would shrug and carry on, an approval must stop."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from service.errors import FeelError
from service.feel import FEEL, Call
from tests.feel.engine import NOW, ZONE, refusal

DUE = date(2020, 1, 1)

REFUSED = [
    # what is not there
    ("missing > 3", "Variable 'missing' not found"),
    ('not(missing = "不同意")', "Variable 'missing' not found"),
    ("missing = null", "Variable 'missing' not found"),
    ("case.missing", "Key 'missing' not found"),
    ("nothing.at.all", "Property 'at' not found"),
    ("lines[missing = 1]", "Variable 'missing' not found"),
    ("approve(1)", "There is no function approve()"),
    # comparing what cannot be compared
    ('"2020-01-01" < today()', "Cannot compare string with date"),
    ("text < now()", "Cannot compare string with date and time"),
    ("text = today()", "Cannot compare string with date"),
    ("text != 5", "Cannot compare string with number"),
    ('five = "5"', "Cannot compare number with string"),
    ('yes = "true"', "Cannot compare boolean with string"),
    ("due < now()", "Cannot compare date with date and time"),
    ("nothing < 5", "Cannot compare null with number"),
    ("five in [text..text]", "Cannot compare number with string"),
    ("five between nothing and 9", "Cannot compare number with null"),
    ("five in lines", "Cannot compare number with context"),
    # arithmetic on what is no number
    ("nothing + 1", "Cannot add null and number"),
    ('"1" + 1', "Cannot add string and number"),
    ("due - text", "Cannot subtract date and string"),
    ("-nothing", "Cannot subtract number and null"),
    # functions that cannot use their arguments
    ("count(nothing)", "count() cannot use null"),
    ("not(nothing)", "not() cannot use null"),
    ("sum([1, null])", "sum() cannot use list"),
    ("total([1, null])", "total() cannot use list"),
    ("string length(five)", "string length() cannot use number"),
    ('date("2026-02-30")', "date() cannot use string"),
    ('duration("P1M2D")', "duration() cannot use string"),
    ("money(nothing)", "money() cannot use null"),
    # what is neither true nor false
    ("if nothing then 1 else 2", "Expected true or false, not null"),
    ('if "no" then 1 else 2', "Expected true or false, not string"),
    ("yes and nothing", "Expected true or false, not null"),
    ("text or yes", "Expected true or false, not string"),
    ("every line in lines satisfies line.note", "Expected true or false, not null"),
    ("every line in nothing satisfies true", "Cannot go through null"),
    # filters that would keep everything
    ("lines[not(list contains(tags, item))]", "A call alone in a filter keeps everything"),
    ("lines[yes]", "A filter needs a comparison or a position, not boolean"),
    # results that are no values
    ("function(x) x", "The result is a function"),
    ("[1..5]", "The result is a range"),
    ("now", "The result is a function"),
    # no expression at all
    ("five >", "Incomplete <Comparison>"),
    ("", "Incomplete <Expression>"),
    ("? > 5", "? stands for the value under test"),
    ("__.eq(1, 1)", "A name may not begin with two underscores"),
]


@pytest.mark.parametrize(("expression", "reason"), REFUSED, ids=[row[0] for row in REFUSED])
def test_an_expression_is_refused(expression, reason):
    message = refusal(
        expression,
        case={},
        nothing=None,
        lines=[{"note": None}],
        text="2020-01-01",
        five=5,
        yes=True,
        due=DUE,
        tags=["vip"],
    )

    assert message.startswith(reason)


@pytest.mark.parametrize("expression", ["null", "1", '"true"', "[true]", "approved"])
def test_a_condition_that_is_neither_true_nor_false_is_refused(expression):
    with pytest.raises(FeelError, match="neither true nor false"):
        FEEL.condition(expression, {"approved": None}, now=NOW)


@pytest.mark.parametrize(
    "given",
    [object(), float("nan"), Decimal("Infinity"), datetime(2026, 1, 1), 2**60, {"__proto__": 1}, {1, 2}],  # noqa: DTZ001
    ids=lambda given: type(given).__name__,
)
def test_a_value_feel_does_not_know_is_refused(given):
    assert refusal("given", given=given)


def test_a_variable_that_is_not_read_may_be_anything():
    assert FEEL.evaluate("1", {"given": object()}, now=NOW) == 1


SECRET = "confidential"


@pytest.mark.parametrize(
    "expression",
    ["opinion > 5", "opinion.missing", "[opinion..5]", "string length(opinion, 1, 2)", "opinion + 1"],
)
def test_an_error_names_its_expression_and_never_its_data(expression):
    with pytest.raises(FeelError) as caught:
        FEEL.evaluate(expression, {"opinion": SECRET}, now=NOW)

    assert caught.value.expression == expression
    assert SECRET not in str(caught.value)


def test_in_a_batch_an_error_stands_in_its_place():
    calls = [
        Call("expression", "1 + 1", {}),
        Call("expression", "missing", {}),
        Call("unary", "> 5", {}, 6),
        Call("expression", "x", {"x": object()}),
    ]

    results = FEEL.batch(calls, now=NOW)

    assert [results[0], results[2]] == [2, True]
    assert [error.expression for error in (results[1], results[3])] == ["missing", "x"]
    assert FEEL.batch([], now=NOW) == []


def test_a_past_deadline_kept_as_text_is_never_in_time():
    # feelin alone: "2020-01-01T00:00:00+08:00" < now() is false, so the deadline would not have passed.
    due = "2020-01-01T00:00:00+08:00"

    assert refusal("if due < now() then 1 else 2", due=due)
    assert (
        FEEL.evaluate("date and time(due) < now()", {"due": due}, now=datetime(2026, 1, 1, tzinfo=ZONE))
        is True
    )
