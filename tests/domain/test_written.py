"""Numbers and days as people and spreadsheets write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from service.domain import written
from service.settings import ZONE


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234", "1234"),
        ("１，２３４", "1234"),
        ("¥1,234.50", "1234.50"),
        ("￥ 1 234.5 元", "1234.5"),
        ("CNY 12", "12"),
        ("3.5万", "35000"),
        ("12.5%", "0.125"),
        ("１２％", "0.12"),
        ("(1,000)", "-1000"),
        ("'007", "7"),
        (".5", "0.5"),
        ("1.2E+3", "1200"),
        (12, "12"),
        (0.1, "0.1"),
    ],
)
def test_a_number_is_read_however_it_is_written(cell: object, value: str) -> None:
    assert written.number(cell) == Decimal(value)


@pytest.mark.parametrize("cell", [None, "", " ", "-", "--", "——", "N/A", "－", "暂无"])
def test_no_data_is_none_and_never_zero(cell: object) -> None:
    assert written.number(cell, ["暂无"]) is None


@pytest.mark.parametrize(
    "cell", ["1,23", "12,34,567", "abc", "=1+1", "#DIV/0!", "1..2", "1e999", "9" * 99, True]
)
def test_what_is_no_number_is_refused(cell: object) -> None:
    with pytest.raises(ValueError):
        written.number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.03.01",
        "20260301",
        "2026年3月1日",
        "２０２６－０３－０１",
        "2026-03-01 00:00:00",
        "2026-03-01T08:00",
        "2026-03-01(星期日)",
        datetime(2026, 3, 1, 8, tzinfo=ZONE),
        date(2026, 3, 1),
        46082,
        20260301,
    ],
)
def test_a_day_is_read_however_it_is_written(cell: object) -> None:
    assert written.day(cell) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell", ["03-01", "3/1/2026", "2026-02-30", "2026-13-01", "合计", 12, True, "1" * 99]
)
def test_what_is_no_day_is_refused(cell: object) -> None:
    with pytest.raises(ValueError):
        written.day(cell)
