"""Money is added in decimals: a budget of exactly 50,000.00 is never a cent below its tier."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.feel import FEEL, Call
from tests.feel.engine import NOW, value

CENT = Decimal("0.01")
TIER = Decimal(50_000)
_lines = st.lists(st.tuples(st.integers(1, 99_999), st.integers(1, 40)), min_size=3, max_size=7)


def exact_budget(lines: list[tuple[int, int]]) -> list[dict[str, Any]] | None:
    """Return budget lines that add up to exactly 50,000.00, or None when they are over already."""
    priced = [(Decimal(cents) / 100, quantity) for cents, quantity in lines]
    rest = TIER - sum(price * quantity for price, quantity in priced)
    return (
        [{"price": price, "quantity": quantity} for price, quantity in [*priced, (rest, 1)]]
        if rest > 0
        else None
    )


@given(st.lists(_lines, min_size=20, max_size=20))
@settings(max_examples=200, deadline=None)
def test_four_thousand_budgets_of_exactly_fifty_thousand_stand_on_the_tier(batch):
    expression = (
        "[total(for l in lines return l.price * l.quantity),"
        " total(for l in lines return times(l.price, l.quantity)),"
        " sum(for l in lines return l.quantity * l.price) < 50000]"
    )
    budgets = [budget for lines in batch if (budget := exact_budget(lines))]

    results = FEEL.batch([Call("expression", expression, {"lines": budget}) for budget in budgets], now=NOW)

    assert results == [[50_000, 50_000, False]] * len(budgets)


@given(st.decimals(-(10**9), 10**9, places=4))
@settings(max_examples=150, deadline=None)
def test_money_rounds_half_up_to_the_cent(amount):
    assert value("money(x)", x=amount) == amount.quantize(CENT, ROUND_HALF_UP)


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=2, max_size=6))
@settings(max_examples=100, deadline=None)
def test_operators_are_exact_in_decimals(amounts):
    first, second = amounts[:2]

    results = value("[a + b, a - b, a * b, sum(all), total(all)]", a=first, b=second, all=amounts)

    assert results == [first + second, first - second, first * second, sum(amounts), sum(amounts)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("money(1.005)", Decimal("1.01")),
        ("money(-1.005)", Decimal("-1.01")),
        ('money("12.345")', Decimal("12.35")),
        ("total([])", 0),
        ("product(0.1, 3)", Decimal("0.3")),
        ("product([2, 3, 4])", 24),
        ("ratio(4500, 5000)", Decimal("0.9")),
        ("ratio(1, 0)", None),
        ("deviation(110, 100)", Decimal("0.1")),
        ("deviation(90, 100)", Decimal("-0.1")),
        ("deviation(5, 0)", None),
        ("deviation(5, null)", None),
        ("abs(deviation(110, 100)) > 0.1", False),  # ten per cent is not above ten per cent
        ("abs(3.3 / 3 - 1) > 0.1", False),
        ("0.15 + 0.35 + 0.3 + 0.2 = 1", True),
    ],
)
def test_money_and_ratios(expression, expected):
    assert value(expression) == expected


def test_whole_amounts_are_ints_and_others_decimals():
    assert type(value("2.50 * 2")) is int
    assert type(value("2.55 * 2")) is Decimal
