"""Decimal arithmetic: what a pocket calculator says, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.money import decimal, deviation, money, ratio, total

cents = st.integers(-(10**12), 10**12).map(lambda number: Decimal(number).scaleb(-2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2.675", "2.68"),  # a float calculation gives 2.67
        (2.675, "2.68"),
        ("-2.675", "-2.68"),  # half up means away from zero on both sides
        (1.005, "1.01"),
        ("0.004", "0.00"),
        (None, "0.00"),
        (49_999.99, "49999.99"),
    ],
)
def test_money_has_two_places_and_rounds_halves_up(value, expected):
    assert str(money(value)) == expected


def test_total_adds_tenths_exactly():
    assert total([0.1, 0.2, None, "0.3"]) == Decimal("0.6")


@given(st.lists(cents))
def test_total_does_not_depend_on_the_order(amounts):
    assert total(amounts) == total(sorted(amounts)) == total(reversed(amounts))


@given(cents)
def test_rounding_an_amount_in_cents_changes_nothing(amount):
    assert money(amount) == amount


@pytest.mark.parametrize("value", [True, "abc", float("nan"), float("inf"), "Infinity"])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError):
        decimal(value)


def test_a_ratio_over_nothing_has_no_value():
    assert ratio(5, 0) is None
    assert ratio(None, 5) is None
    assert ratio(5, None) is None


def test_deviation_is_a_signed_share_of_the_target():
    # (1.95 − 2.40) / 2.40 = −0.1875
    assert deviation("0.0195", "0.0240") == Decimal("-0.1875")


def test_deviation_without_a_target_has_no_value():
    assert deviation(5, None) is None
    assert deviation(5, 0) is None
    assert deviation(None, 5) is None


def test_deviation_below_a_negative_target_is_negative():
    # −30 is worse than a target of −20, although it is its 1.5-fold
    assert deviation(-30, -20) == Decimal("-0.5")
