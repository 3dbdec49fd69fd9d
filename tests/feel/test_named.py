"""What is read without crossing into the isolate is what the isolate would have said."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.errors import FeelError
from service.feel import FEEL, Months
from service.feel.named import UNKNOWN, value_of
from tests.conftest import MONDAY

BUDGET = {
    "lines": [{"spec": "信息流", "unit_price": Decimal("45.50"), "quantity": 1000, "note": None}],
    "total": Decimal("45500.0"),
    "share": Decimal("0.07142857142857142857142857"),
    "is_final": True,
    "tags": ("甲", "乙"),
    "$t": "date",
    "empty": {},
}
VARIABLES = {
    "conclusion": "同意",
    "dossier": {"budget": BUDGET, "research": None},
    "day": date(2026, 3, 2),
    "moment": MONDAY,
    "pause": timedelta(hours=2),
    "term": Months(3),
    "huge": 2**60,
    "hidden": {"__proto": 1},
    "today": "not the function",
    "rate": 1e-7,
}
NAMES = (
    *("conclusion", " conclusion ", "rate", "dossier.research", "dossier.budget"),
    *(f"dossier.budget.{name}" for name in BUDGET if name.isalpha()),
)
OTHERS = (
    *("day", "moment", "pause", "term", "huge", "hidden", "moment.year"),
    *("dossier.research.title", "dossier.budget.lines.spec", "missing", "dossier.missing"),
    *("true", "null", "1", '"text"', "conclusion = null", "not(dossier.budget.is_final)", "Conclusion"),
)


def said(expression: str) -> object:
    """Return what the isolate itself says of the same value, asked in other words."""
    try:
        return FEEL.evaluate(f"[{expression}][1]", VARIABLES, now=MONDAY)
    except FeelError as error:
        return str(error)


@pytest.mark.parametrize(
    "expression", [*NAMES, *(f"dossier.budget.{name}" for name in BUDGET if name != "$t")]
)
def test_a_name_is_read_as_the_isolate_would_read_it(expression):
    found = value_of(expression, VARIABLES)

    assert found == said(expression)
    assert repr(found) == repr(said(expression))
    assert found == FEEL.evaluate(expression, VARIABLES, now=MONDAY)


@pytest.mark.parametrize("expression", OTHERS)
def test_what_is_more_than_a_name_or_no_plain_value_is_left_to_the_isolate(expression):
    assert value_of(expression, VARIABLES) is UNKNOWN


def test_a_name_that_is_not_there_is_an_error_as_before():
    with pytest.raises(FeelError):
        FEEL.evaluate("missing", VARIABLES, now=MONDAY)


def test_what_is_read_is_nobody_elses_object():
    found = value_of("dossier.budget.lines", VARIABLES)

    assert found is not BUDGET["lines"]
    assert found[0] is not BUDGET["lines"][0]
