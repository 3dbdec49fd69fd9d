"""The sentences of the FEEL engine are known, so that they can be said in Chinese."""

from __future__ import annotations

import pytest

from service.errors import FeelError
from service.feel import FEEL, messages, parse
from tests.conftest import MONDAY


@pytest.mark.parametrize(
    ("expression", "template", "params"),
    [
        ("1 +", "Incomplete <{rule}>", {"rule": "ArithmeticExpression"}),
        ("nosuch(1)", "There is no function {name}()", {"name": "nosuch"}),
        ("? > 5", "? stands for the value under test, in decision tables alone", {}),
        ("__a", "A name may not begin with two underscores", {}),
        ("1" * 20_001, "The expression is too large", {}),
    ],
)
def test_a_mistake_in_an_expression_is_a_known_sentence(expression, template, params):
    problem = parse(expression).problems[0]

    assert template in messages.PROBLEMS
    assert (problem.message.template, problem.message.params) == (template, params)


@pytest.mark.parametrize(
    "expression",
    [
        "1 + null",
        '5 > "a"',
        "missing + 1",
        '"a" * 2',
        "for i in 1..1.5 return i",
        "for i in null return i",
        'number("x")',
        '[1, 2][date("2026-01-01")]',
        "{a: 1}.b",
        "if 1 then 2 else 3",
        "1 + (",
        "1 2",
    ],
)
def test_what_an_evaluation_complains_of_is_a_known_sentence(expression):
    with pytest.raises(FeelError) as failed:
        FEEL.evaluate(expression, {}, now=MONDAY)

    assert failed.value.message.template in messages.PROBLEMS


def test_a_sentence_nobody_knows_stays_as_it_is():
    assert messages.problem("Something {new}") == "Something {new}"
