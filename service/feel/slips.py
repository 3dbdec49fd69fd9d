"""What people write into an expression from habit: Chinese punctuation, other languages' operators, amounts.

Some of it the parser refuses with words about its grammar, some it accepts and means something else by it
(`>50,000` is a list of `>50` and 0). Here it is named with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from service.wording import Text

Slip = tuple[int, Text]
"""Where it stands, counted from 0, and what to write instead."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_WIDE = "（），：；＞＜＝！＋－＊／．［］｛｝"
_NARROW = "(),:;><=!+-*/.[]{}"
_OPERATORS: Mapping[str, str] = {
    "==": "=",
    "<>": "!=",
    "≠": "!=",
    "≥": ">=",
    "≤": "<=",
    "=>": ">=",
    "=<": "<=",
    "&&": "and",
    "||": "or",
    "×": "*",
    "÷": "/",
    " 大于等于 ": ">=",
    " 小于等于 ": "<=",
    " 不等于 ": "!=",
    " 大于 ": ">",
    " 小于 ": "<",
    " 等于 ": "=",
    " 并且 ": "and",
    " 且 ": "and",
    " 或者 ": "or",
    " 或 ": "or",
    " AND ": "and",
    " OR ": "or",
    **dict(zip(_WIDE, _NARROW, strict=True)),
}
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("True", "TRUE"), "true"),
    **dict.fromkeys(("False", "FALSE"), "false"),
    **dict.fromkeys(("None", "Null", "NULL", "nil"), "null"),
}
_OPERATOR = re.compile("|".join(re.escape(each) for each in sorted(_OPERATORS, key=len, reverse=True)))
_WORD = re.compile(rf"(?<![\w.])(?:{'|'.join(_WORDS)})(?![\w.(])")
_QUOTES = re.compile("[“”„‟「」『』‘’]|'[^']*'")
_NEGATED = re.compile(r"!(?!=)\s*[\w(]|(?<!\w)not\s+(?!\()\w")
_UNIT = re.compile(r"[¥￥]\s*(\d+(?:\.\d+)?)|(?<!\w)(\d+(?:\.\d+)?)\s*(元|千|万|亿|%|％)")
_TIMES = {"元": "1", "千": "1000", "万": "10000", "亿": "100000000", "%": "0.01", "％": "0.01"}
_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?:[,，]\d{3})+(?![\w.])")
_DASHED = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(?:-|~|～|—+|–|至|到)\s*(\d+(?:\.\d+)?)\s*$")


def slip_in(expression: str, *, unary: bool) -> Slip | None:
    """Return the first slip of an expression, or with `unary` of a decision cell; None without one."""
    bare = _STRING.sub(lambda found: " " * len(found[0]), expression)
    if unary and (dashed := _DASHED.match(bare)):
        low, high = dashed.groups()
        return 0, Text(
            "{text} is a subtraction: write [{low}..{high}]", text=bare.strip(), low=low, high=high
        )
    return (
        _number(bare, unary)
        or _first(_QUOTES, bare, lambda _: Text('texts stand in straight quotes: "…"'))
        or _first(_OPERATOR, bare, _operator)
        or _first(_WORD, bare, lambda found: _instead(found, _WORDS[found]))
        or _first(_NEGATED, bare, lambda _: Text("write not(…)"))
    )


def _number(bare: str, unary: bool) -> Slip | None:
    for found in _THOUSANDS.finditer(bare):
        # Inside brackets it may well be a list of two.
        if not _is_inside(bare, found.start()):
            plain = re.sub("[,，]", "", found[0])
            text = Text("{text} is a list to FEEL: write {plain}", text=found[0], plain=plain)
            spaced = Text(
                "{text} is a list to FEEL: write {plain}, or a space after each comma of a list",
                text=found[0],
                plain=plain,
            )
            return found.start(), spaced if unary else text
    return _first(_UNIT, bare, _bare_number)


def _bare_number(written: str) -> Text:
    """Return the number that somebody means who writes it with its unit: 20万 is 200000."""
    found = _UNIT.search(written)
    assert found is not None, "asked only of what was found by it"
    number = Decimal(found[1] or found[2]) * Decimal(_TIMES.get(found[3] or "", "1"))
    plain = f"{number.normalize():f}"
    return Text("write the bare number {plain} instead of {text}", plain=plain, text=written)


def _is_inside(bare: str, position: int) -> bool:
    before = bare[:position]
    return sum(before.count(each) for each in "([") > sum(before.count(each) for each in ")]")


def _first(pattern: re.Pattern[str], bare: str, words: Callable[[str], Text]) -> Slip | None:
    found = pattern.search(bare)
    return (found.start(), words(found[0])) if found else None


def _operator(found: str) -> Text:
    return _instead(found.strip() or found, _OPERATORS[found])


def _instead(found: str, instead: str) -> Text:
    return Text("write {instead} instead of {text}", instead=instead, text=found)
