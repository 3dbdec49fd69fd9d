"""The budget of a campaign: lines, totals, and the department's allowance. Amounts are CNY, tax included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from service.domain.money import ZERO, Number, decimal, deviation, money, ratio, total


@dataclass(frozen=True)
class BudgetLine:
    """One line as its author wrote it; `stated_amount` is what the form showed, None for nothing."""

    category: str
    unit_price: Decimal
    quantity: Decimal
    spec: str = ""
    stated_amount: Decimal | None = None
    history_unit_price: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """unit_price × quantity, to the cent."""
        return money(self.unit_price * self.quantity)

    @property
    def delta_ratio(self) -> Decimal | None:
        """How far the price lies above (+) or below (−) that of the earlier campaign."""
        return deviation(self.unit_price, self.history_unit_price)


@dataclass(frozen=True)
class BudgetTotals:
    """subtotal + reserve = total; `reserve_rate` is reserve / total, None on an empty budget."""

    subtotal: Decimal
    reserve: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.reserve

    @property
    def reserve_rate(self) -> Decimal | None:
        return ratio(self.reserve, self.total)


@dataclass(frozen=True)
class Difference:
    """A number in the form that does not follow from its own line."""

    item: str
    stated: Decimal
    computed: Decimal


@dataclass(frozen=True)
class Allowance:
    """What a department may spend in a quarter (`2026Q4`): granted, promised to campaigns, paid by ended.

    `own_share` is the part of `committed` that the asking campaign holds itself.
    """

    department: str
    period: str
    granted: Decimal
    committed: Decimal = ZERO
    spent: Decimal = ZERO
    own_share: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What the asking campaign may still plan with."""
        return self.granted - self.committed - self.spent + self.own_share


def lines_from(rows: Iterable[Mapping[str, Any]] | None) -> tuple[BudgetLine, ...]:
    """Return the lines of the form's rows; a row without a price or quantity counts as 0."""
    return tuple(_line(row) for row in rows or ())


def _line(row: Mapping[str, Any]) -> BudgetLine:
    stated, history = row.get("amount"), row.get("history_unit_price")
    return BudgetLine(
        category=str(row.get("category") or ""),
        unit_price=decimal(row.get("unit_price")),
        quantity=decimal(row.get("quantity")),
        spec=str(row.get("spec") or ""),
        stated_amount=None if stated is None else decimal(stated),
        history_unit_price=None if history is None else decimal(history),
    )


def totals(lines: Sequence[BudgetLine], reserve: str) -> BudgetTotals:
    """Return subtotal and reserve: the reserve is what stands in lines of that category."""
    return BudgetTotals(
        subtotal=money(total(line.amount for line in lines if line.category != reserve)),
        reserve=money(total(line.amount for line in lines if line.category == reserve)),
    )


def by_category(lines: Sequence[BudgetLine]) -> dict[str, Decimal]:
    """Return the amount per category, in the order of their first line."""
    amounts: dict[str, Decimal] = {}
    for line in lines:
        amounts[line.category] = amounts.get(line.category, ZERO) + line.amount
    return amounts


def differences(
    lines: Sequence[BudgetLine], stated: Mapping[str, Any], reserve: str
) -> tuple[Difference, ...]:
    """Return every amount and total that does not follow from prices and quantities.

    `reserve` is the category of the reserve; `stated` may hold subtotal, reserve and plan_total as the form
    showed them.
    """
    computed = totals(lines, reserve)
    sums = {"subtotal": computed.subtotal, "reserve": computed.reserve, "plan_total": computed.total}
    of_lines = [
        Difference(f"{number}. {line.category} {line.spec}".strip(), line.stated_amount, line.amount)
        for number, line in enumerate(lines, start=1)
        if line.stated_amount is not None and money(line.stated_amount) != line.amount
    ]
    of_sums = [
        Difference(name, decimal(stated[name]), value)
        for name, value in sums.items()
        if stated.get(name) is not None and money(stated[name]) != value
    ]
    return (*of_lines, *of_sums)


def roi(expected_gmv: Number | None, gross_margin: Number | None, cost: Number | None) -> Decimal | None:
    """Return (gross profit − cost) / cost, gross profit being expected GMV × gross margin."""
    if expected_gmv is None or gross_margin is None or cost is None:
        return None
    return ratio(decimal(expected_gmv) * decimal(gross_margin) - decimal(cost), cost)


def quarter(day: date) -> str:
    """Return the allowance period a day belongs to, such as `2026Q4`."""
    return f"{day.year}Q{(day.month + 2) // 3}"
