"""The source that runs in the isolate runs in the browser: the same expressions, the same values."""

from __future__ import annotations

import pytest

from service.feel import calendar_table, codec
from tests.feel.engine import NOW, value
from tests.feel.in_node import HAS_NODE, in_node

EXPRESSIONS = [
    "0.1 + 0.2",
    "money(1.005)",
    "total(for line in lines return times(line.price, line.quantity))",
    "deviation(110, 100)",
    "string(date(now()))",
    "string(today())",
    'string(workdays_after("2026-09-30", 1))',
    'string(date and time("2026-07-01T00:00:00"))',
    "lines[price > 1].quantity",
    'if count(lines) > 1 then "many" else "one"',
]
LINES = [{"price": 0.1, "quantity": 3}, {"price": 12.35, "quantity": 7}]
SCRIPT = """
import { evaluateLeniently, reader, setCalendar, setNow } from './service/assets/feel/engine.js';
const { calendar, now, expressions, lines } = JSON.parse(process.argv[1]);
setCalendar(calendar);
setNow(now);
console.log(JSON.stringify(expressions.map((text) => evaluateLeniently(text, reader({ lines })))));
"""


@pytest.mark.skipif(not HAS_NODE, reason="needs Node and the installed packages")
def test_the_same_source_gives_the_same_values_outside_the_isolate():
    given = {
        "calendar": calendar_table(),
        "now": int(NOW.timestamp() * 1000),
        "expressions": EXPRESSIONS,
        "lines": LINES,
    }

    found_there = in_node(SCRIPT, given)

    assert found_there == [codec.plain(value(text, lines=LINES)) for text in EXPRESSIONS]
