"""Deadlines in workdays, numbers, conclusions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from service.settings import ZONE
from service.web import formatting
from tests.web.company import Company

FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _chinese(company: Company):
    with company.flask.test_request_context("/", headers={"Accept-Language": "zh-CN"}):
        yield


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (datetime(2026, 3, 6, 18, 0, tzinfo=ZONE), "今天 18:00 到期", "warn"),
        (datetime(2026, 3, 7, 12, 0, tzinfo=ZONE), "下一工作日前到期", "warn"),
        (datetime(2026, 3, 9, 23, 59, tzinfo=ZONE), "还剩 1 个工作日", "warn"),  # Monday
        (datetime(2026, 3, 10, 23, 59, tzinfo=ZONE), "还剩 2 个工作日", ""),
        (datetime(2026, 3, 6, 14, 50, tzinfo=ZONE), "刚刚逾期", "bad"),
        (datetime(2026, 3, 6, 9, 0, tzinfo=ZONE), "已逾期 6 小时", "bad"),
        (datetime(2026, 3, 4, 9, 0, tzinfo=ZONE), "已逾期 2 个工作日", "bad"),  # Thursday, Friday
    ],
)
def test_a_deadline_counts_workdays(due: datetime, text: str, tone: str) -> None:
    found = formatting.due(due, FRIDAY)

    assert found is not None
    assert (found.text, found.tone) == (text, tone)


def test_no_deadline_says_nothing() -> None:
    assert formatting.due(None, FRIDAY) is None


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Decimal("1234567.5"), 2, "1,234,567.50"),
        (Decimal("0.10"), None, "0.1"),
        (5000, None, "5,000"),
        (-0.5, None, "-0.5"),
    ],
)
def test_numbers_are_grouped(value: Decimal | float, digits: int | None, text: str) -> None:
    assert formatting.number(value, digits) == text


@pytest.mark.parametrize(("size", "text"), [(10, "1 KB"), (2048, "2 KB"), (1572864, "1.5 MB")])
def test_sizes_are_short(size: int, text: str) -> None:
    assert formatting.file_size(size) == text
