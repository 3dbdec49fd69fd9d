"""What functions of FEEL make of nulls, zero, negative numbers and what lies outside: a value, or an error.

Never another value than the one asked for. The browser, where forms are half empty, says null instead.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.feel import calendar_table, codec
from service.feel.values import Months
from tests.feel.engine import NOW, refusal, value
from tests.feel.in_node import HAS_NODE, in_node

RIGHT = [
    # dates and durations
    ("date(2027, 2, 28)", date(2027, 2, 28)),
    ('string(duration("-P1D"))', "-P1D"),
    ('string(duration("-P1DT2H30M"))', "-P1DT2H30M"),
    ('string(duration("PT36H"))', "P1DT12H"),
    ('string(duration("PT0S"))', "PT0S"),
    ('string(duration("PT1.5S"))', "PT1.5S"),
    ('string(duration("-P14M"))', "-P1Y2M"),
    ('string(duration("P0M"))', "P0M"),
    ('string([duration("-P1D"), "a"])', '[-P1D, "a"]'),
    ('string({"a b": null, c: date("2027-01-01")})', '{"a b": null, c: 2027-01-01}'),
    ('duration("-P1D")', timedelta(days=-1)),
    ('duration("P1D") / 2', timedelta(hours=12)),
    ('duration("P1Y") / 2', Months(6)),
    ('duration("P1D") / 0', None),
    ('duration("P1Y") / 0', None),
    ('duration("P1D") / duration("PT0S")', None),
    ("1 / 0", None),
    ('day of week(date("2027-01-01"))', "Friday"),
    # numbers and texts
    ("9007199254740991", 2**53 - 1),
    ("9007199254740990 + 1", 2**53 - 1),
    ("string(0.0000001)", "0.0000001"),
    ("string(-12.50)", "-12.5"),
    ('number("1,234.5", ",", ".")', Decimal("1234.5")),
    ('number("1.234,5", ".", ",")', Decimal("1234.5")),
    ('number(" 12 ")', 12),
    ('number("-1.5e3")', -1500),
    ('substring("签字盖章", -2)', "盖章"),
    ('substring("abc", 4)', ""),
    ('substring("abc", 2, 0)', ""),
    ('substring("a😀c", -2, 1)', "😀"),
    ("median([0.1, 0.2])", Decimal("0.15")),
    ("median([])", None),
    ("stddev([2, 4, 4, 4, 5, 5, 7, 9]) > 2.13", True),
    ("stddev([1])", None),
    ("mode([6, 3, 9, 6, 6, 3, 3])", [3, 6]),
    ("mode([])", []),
    ("sqrt(2.25)", Decimal("1.5")),
    ("even(0)", True),
    # lists
    ("list replace([1, 2, 3], -1, 9)", [1, 2, 9]),
    ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
    ("list replace([1, 2, 3], 2, null)", [1, None, 3]),
    ("list replace([1, 2, 3], function(item, newItem) item < newItem, 3)", [3, 3, 3]),
    ("list replace(list: [1, 2], position: 1, newItem: 9)", [9, 2]),
    ("sublist([1, 2, 3], -2)", [2, 3]),
    ("sublist([1, 2, 3], 2, 0)", []),
    ("insert before([1, 2], -1, 9)", [1, 9, 2]),
    ("insert before([1, 2], 3, 9)", [1, 2, 9]),
    ("remove([1, 2, 3], -1)", [1, 2]),
    ("concatenate([1], 2, [[3]])", [1, 2, [3]]),
    ('union([1, "1"], [1])', [1, "1"]),
    ("sort([3, 1, 2], function(x, y) x < y)", [1, 2, 3]),
    ("sort([1, 1, 1], function(x, y) x < y)", [1, 1, 1]),
    ('get value({a: null}, "a")', None),
    ('get value({a: 1}, "toString")', None),
    # types
    ("1 instance of Any", True),
    ("[] instance of Any", True),
    ("null instance of Any", False),
    ("[1, 2] instance of list<number>", True),
    ('[1, "a"] instance of list<number>', False),
    ("[1..2] instance of range", True),
    ("1 instance of string", False),
    # ranges
    ('5 in range("[1..5]")', True),
    ('5 in range("[1..5)")', False),
    ('7 in range("[5..)")', True),
    ('4 in range("(..4)")', False),
    ('date("2027-01-31") in range("[date(\\"2027-01-01\\")..date(\\"2027-02-01\\"))")', True),
    ('duration("P2D") in range("[@\\"P1D\\"..@\\"P3D\\"]")', True),
    ('"m" in range("[\\"a\\"..\\"z\\"]")', True),
    ('range("[1..5]") = [1..5]', True),
    ('string(range("(1..5]"))', "(1..5]"),
    ('before([date("2027-01-01")..date("2027-01-02")], date("2027-01-03"))', True),
    ('meets([date("2027-01-01")..date("2027-01-02")], [date("2027-01-02")..date("2027-01-03")])', True),
    ("meets([1..5), [5..9])", False),
    ("before([1..5), 5)", True),
    ("overlaps([1..5], [5..9])", True),
    ("overlaps([1..5), [5..9])", False),
    ("overlaps before([1..5], [4..9])", True),
    ("overlaps after([4..9], [1..5])", True),
    ("includes([1..5], [2..3])", True),
    ("includes([1..5), 5)", False),
    ("during(3, [1..5])", True),
    ("starts([1..3], [1..5])", True),
    ("started by([1..5], 1)", True),
    ("finishes([3..5], [1..5])", True),
    ("finished by([1..5], 5)", True),
    ("coincides([1..5], [1..5))", False),
    ('includes(range("[1..)"), [2..9])', True),
]
WRONG = [
    ("date(2027, null, 1)", "date() cannot use number, null, number"),
    ("date(2027, 1)", "date() cannot use"),
    ("date(2027, 1.5, 1)", "date() cannot use"),
    ("date(2027, 0, 1)", "date() cannot use"),
    ("date(2027, 13, 1)", "date() cannot use"),
    ("date(2027, -1, 1)", "date() cannot use"),
    ("time(9, null, 0)", "time() cannot use"),
    ("time(9.5, 0, 0)", "time() cannot use"),
    ("time(25, 0, 0)", "time() cannot use"),
    ("time(-1, 0, 0)", "time() cannot use"),
    ('day of week(time("09:00:00"))', "day of week() cannot use time"),
    ("day of year(null)", "day of year() cannot use null"),
    ("workdays_after(today(), -2)", "workdays_after() cannot use"),
    ('duration("P1D") * null', "Cannot multiply"),
    ("9007199254740993", "A number is too large to be exact"),
    ("-9007199254740993", "A number is too large to be exact"),
    ("9007199254740991 + 1", "A number is too large to be exact"),
    ("-9007199254740991 - 1", "A number is too large to be exact"),
    ("94906267 * 94906267", "A number is too large to be exact"),
    ("10 ** 400", "A number is too large to be exact"),
    ("sum([9007199254740991, 2])", "sum() cannot use"),
    ("product([94906267, 94906267])", "product() cannot use"),
    ("exp(1000)", "exp() cannot use"),
    ("sqrt(-1)", "sqrt() cannot use"),
    ("log(0)", "log() cannot use"),
    ('number("")', "number() cannot use"),
    ('number("0x10")', "number() cannot use"),
    ('number("1e400")', "number() cannot use"),
    ('number("9007199254740993")', "number() cannot use"),
    ('number("1.2.3")', "number() cannot use"),
    ("number(null)", "number() cannot use"),
    ('substring("abc", 0)', "substring() cannot use"),
    ('substring("abc", -5)', "substring() cannot use"),
    ('substring("abc", 1, -1)', "substring() cannot use"),
    ('substring("abc", 1.5)', "substring() cannot use"),
    ("string(null)", "string() cannot use null"),
    ("string(function(x) x)", "string() cannot use function"),
    ('median(["a"])', "median() cannot use"),
    ("stddev([1, null])", "stddev() cannot use"),
    ('mode(["a"])', "mode() cannot use"),
    ('odd("1")', "odd() cannot use"),
    ("list replace([1, 2, 3], -9, 9)", "list replace() cannot use"),
    ("list replace([1, 2, 3], 0, 9)", "list replace() cannot use"),
    ("list replace([1, 2, 3], 4, 9)", "list replace() cannot use"),
    ("list replace([1, 2, 3], 1.5, 9)", "list replace() cannot use"),
    ("list replace([1, 2, 3], null, 9)", "list replace() cannot use"),
    ("list replace(null, 1, 9)", "list replace() cannot use"),
    ("list replace([1], function(item, newItem) null, 9)", "list replace() cannot use"),
    ("sublist([1, 2, 3], 0)", "sublist() cannot use"),
    ("sublist([1, 2, 3], 4)", "sublist() cannot use"),
    ("sublist([1, 2, 3], 2, 9)", "sublist() cannot use"),
    ("sublist([1, 2, 3], 2, -1)", "sublist() cannot use"),
    ("insert before([1, 2], 0, 9)", "insert before() cannot use"),
    ("insert before([1, 2], 9, 9)", "insert before() cannot use"),
    ("remove([1, 2], 0)", "remove() cannot use"),
    ("remove([1, 2], 3)", "remove() cannot use"),
    ("concatenate([1], null)", "concatenate() cannot use"),
    ("union([1], null)", "union() cannot use"),
    ("sort([2, 1], function(x, y) 1)", "sort() cannot use"),
    ("sort([2, 1], null)", "sort() cannot use"),
    ('get value(null, "a")', "get value() cannot use"),
    ("get entries([1])", "get entries() cannot use"),
    ("1 instance of text", "There is no type text"),
    ("1 instance of list<text>", "There is no type list<text>"),
    ('range("[5..1]")', "range() cannot use"),
    ('range("[1..\\"a\\"]")', "range() cannot use"),
    ('range("[x..5]")', "range() cannot use"),
    ('range("1..5")', "range() cannot use"),
    ('range("[..]")', "range() cannot use"),
    ("range(null)", "range() cannot use null"),
    ('before(1, "a")', "before() cannot use"),
    ("before(null, 1)", "before() cannot use"),
    ('includes([1..5], "a")', "includes() cannot use"),
    ("during(3, 5)", "during() cannot use"),
]
SCRIPT = """
import { evaluateLeniently, reader, setCalendar, setNow } from './service/assets/feel/engine.js';
const { calendar, now, expressions } = JSON.parse(process.argv[1]);
setCalendar(calendar);
setNow(now);
console.log(JSON.stringify(expressions.map((text) => evaluateLeniently(text, reader({})))));
"""


@pytest.mark.parametrize(("expression", "expected"), RIGHT, ids=[row[0] for row in RIGHT])
def test_a_function_gives_what_was_asked_for(expression, expected):
    found = value(expression)

    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(("expression", "reason"), WRONG, ids=[row[0] for row in WRONG])
def test_what_a_function_cannot_use_is_an_error(expression, reason):
    assert refusal(expression).startswith(reason)


@pytest.mark.skipif(not HAS_NODE, reason="needs Node and the installed packages")
def test_the_browser_gives_the_same_values_and_null_for_errors():
    expressions = [row[0] for row in (*RIGHT, *WRONG)]
    given = {"calendar": calendar_table(), "now": int(NOW.timestamp() * 1000), "expressions": expressions}

    found_there = in_node(SCRIPT, given)

    expected = [codec.plain(wanted) for _, wanted in RIGHT] + [None] * len(WRONG)
    found = dict(zip(expressions, found_there, strict=True))
    assert found == dict(zip(expressions, expected, strict=True))
