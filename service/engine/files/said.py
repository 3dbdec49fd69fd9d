"""Numbers as owners say them in notes (50,000, 20 万元, 10%, 3 秒), and whether cells still hold them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from service.wording import Text, joined

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNITS: dict[str, tuple[str, ...]] = {
    # by what the number may have been multiplied where it is calculated with
    "万": ("10000",),
    "亿": ("100000000",),
    "千": ("1000",),
    "%": ("0.01",),
    "成": ("0.1",),
    "秒": ("1000",),
    "分钟": ("60", "60000"),
    "小时": ("60", "3600", "3600000"),
    "天": ("24", "86400"),
}
_SAID = re.compile(rf"(?<![A-Za-z0-9_.])({_NUMBER})\s*(万|亿|千|%|成|秒|分钟|(?:个)?小时|天)?")
_JOINS = re.compile(r"\s*(?:[-–—~～]|至|到)\s*")
_ELSE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}:\d\d(?::\d\d)?")
"""Days and times of the clock."""
_NAMED = re.compile(r"(?:第|规则|条款|附件|版本|编号|步骤|[#№])\s*$")
_ABOUT = re.compile(r"(?:约|大约|约占|左右|例如|比如|譬如|about|approximately|e\.g\.)\s*$", re.IGNORECASE)
_COUNTED = re.compile(r"\s*(?:年|月|日|号|条|款|章|节|版|轮)")
_WRITTEN = re.compile(r"\d+(?:\.\d+)?")
_TRIVIAL = frozenset({Decimal(0), Decimal(1)})


@dataclass(frozen=True)
class Said:
    """A number of a note: its words, and what it may be where it is calculated with."""

    words: str
    values: frozenset[Decimal]


def said_in(note: str) -> list[Said]:
    """Return the numbers a note states, without those that only name something, or say about how much."""
    text = _ELSE.sub(" ", unicodedata.normalize("NFKC", note))
    found = list(_SAID.finditer(text))
    stated = []
    for place, match in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        unit = match[2] or _shared_unit(text, match, after)
        said = Said(match[0].strip(), _values(match[1], unit))
        if not _is_aside(text, match) and not (unit is None and said.values <= _TRIVIAL):
            stated.append(said)
    return stated


def _shared_unit(text: str, match: re.Match[str], after: re.Match[str] | None) -> str | None:
    """Return the unit of the next number where the two are the ends of a span: 5 至 20 万."""
    is_span = after is not None and _JOINS.fullmatch(text[match.end() : after.start()])
    return after[2] if after is not None and is_span else None


def _is_aside(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()]
    is_counted = match[2] is None and _COUNTED.match(text, match.end())
    return bool(_NAMED.search(before) or _ABOUT.search(before) or is_counted)


def _values(number: str, unit: str | None) -> frozenset[Decimal]:
    value = Decimal(number.replace(",", ""))
    factors = _UNITS.get((unit or "").removeprefix("个"), ())
    return frozenset({value, *(value * Decimal(factor) for factor in factors)})


def held_by(texts: Iterable[str]) -> frozenset[Decimal]:
    """Return the numbers written in expressions, without their signs."""
    return frozenset(Decimal(each) for text in texts for each in _WRITTEN.findall(text))


def outdated(note: str, held: frozenset[Decimal], known: frozenset[Decimal] = frozenset()) -> list[str]:
    """Return the numbers a note states though they are not `held` beside it, nor `known` around it.

    None where it states all that is held: what else it says then is no repetition.
    """
    stated = said_in(note)
    silent = held - _TRIVIAL - {value for said in stated for value in said.values}
    if not silent:
        return []
    missing = (said.words for said in stated if said.values.isdisjoint(held | known))
    return list(dict.fromkeys(missing))


def shown(numbers: Iterable[Decimal]) -> Text:
    """Return numbers as a sentence lists them."""
    return joined([Text(format(each.normalize(), "f")) for each in sorted(numbers)], "{first}, {rest}")
