"""Numbers and days as people and spreadsheets write them: `1,234`, `¥ 12.50`, `３.5万`, `2026年3月1日`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal

LONGEST = 60
"""So many characters a number or a day may have."""
NO_DATA = frozenset({"", "-", "--", "---", "—", "——", "–", "/", "n/a", "na", "#n/a", "null", "none", "nan"})
"""What a cell says that has no figure, however it is written."""
_SIGNS = re.compile(r"^'|[\s¥$]|CNY|RMB|人民币|元$", re.IGNORECASE)
_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d+)?(?:e[+-]?\d{1,2})?)([%万亿]?)", re.I
)
_SCALES = {"": Decimal(1), "%": Decimal("0.01"), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_PARTED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
_BESIDE = re.compile(r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?|\(?(?:星期|周).\)?)$")
# Day 0 of spreadsheets, as it is since March 1900.
_EPOCH = date(1899, 12, 30)
_SERIALS = range(36526, 73051)
"""Days 2000 to 2099 as spreadsheets count them."""


def plain(text: str) -> str:
    """Return a text with full-width signs made half-width, without spaces around."""
    return unicodedata.normalize("NFKC", text).strip()


def number(value: object, no_data: Collection[str] = ()) -> Decimal | None:
    """Return the number a cell holds; None where it says that there is none. `12%` is 0.12.

    `no_data`: further words for nothing. ValueError for anything that is no finite number.
    """
    if isinstance(value, str):
        # Most cells are nothing but digits.
        if value.isascii() and value.isdecimal() and len(value) <= LONGEST:
            return Decimal(value)
        text = plain(value)
    elif value is None:
        return None
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        text = repr(value) if isinstance(value, float) else str(value)
    else:
        raise ValueError(f"{value!r} is not a number")
    return None if text.casefold() in NO_DATA or text in no_data else _number(text)


def is_share(value: object) -> bool:
    """Say whether a cell is written as a percentage."""
    return isinstance(value, str) and value.rstrip().endswith(("%", "％"))


def _number(text: str) -> Decimal:
    if len(text) > LONGEST:
        raise ValueError("too long for a number")
    bare = _SIGNS.sub("", text)
    # Accountants put what is below zero into parentheses.
    is_below = bare.startswith("(") and bare.endswith(")")
    found = _NUMBER.fullmatch(bare[1:-1] if is_below else bare)
    if found is None:
        raise ValueError(f"{text!r} is not a number")
    value = Decimal(found[1].replace(",", "")) * _SCALES[found[2]]
    return -value if is_below else value


def day(value: object) -> date:
    """Return the day a cell holds: a date, a text, or the count of days of a spreadsheet.

    ValueError for anything else; a day without its year is none, nor is one that begins with the month.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and int(value) in _SERIALS:
        return _EPOCH + timedelta(days=int(value))
    text = plain(str(value)).removesuffix(".0")
    if len(text) > LONGEST:
        raise ValueError("too long for a date")
    text = _BESIDE.sub("", text).strip()
    found = _PARTED.fullmatch(text) or _TOGETHER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a date")
    return date(*map(int, found.groups()))
