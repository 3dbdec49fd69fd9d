"""Money and ratios in decimal arithmetic. Money is CNY, tax included; ratios are 0–1, never percent.

A ratio over nothing is None ("no value"), never 0 and never an error. Source: guideline formulas, §6.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

Number = Decimal | int | float | str

CENT = Decimal("0.01")
ZERO = Decimal(0)


def decimal(value: Number | None) -> Decimal:
    """Return the number as Decimal, None as 0; a float by its shortest text, so 0.1 stays 0.1.

    ValueError for anything that is no finite number.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = Decimal(str(value)) if value is not None else ZERO
    except ArithmeticError as exc:
        raise ValueError(f"{value!r} is not a number") from exc
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def money(value: Number | None) -> Decimal:
    """Return the amount with two places, halves rounded away from zero (2.675 → 2.68)."""
    return decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def total(values: Iterable[Number | None]) -> Decimal:
    """Return the exact sum; missing values count as 0."""
    return sum((decimal(value) for value in values), ZERO)


def ratio(part: Number | None, whole: Number | None) -> Decimal | None:
    """Return part / whole; None when one of them is missing or the whole is 0."""
    if part is None or whole is None or not decimal(whole):
        return None
    return decimal(part) / decimal(whole)


def deviation(actual: Number | None, target: Number | None) -> Decimal | None:
    """Return the signed deviation from the target as a share of it; None without a target other than 0.

    −0.1875 for 1.95 % against 2.40 %.
    """
    if actual is None or target is None or not decimal(target):
        return None
    return (decimal(actual) - decimal(target)) / abs(decimal(target))
