"""Somebody who may write an expression must not become somebody who may write a program."""

from __future__ import annotations

import pytest

from service.errors import FeelError
from service.feel import FEEL, Call
from tests.feel.engine import NOW

ATTEMPTS = r"""
"a".constructor
[1].constructor
{a: 1}.constructor
x.constructor
x.__proto__
x.toString
x.valueOf
get value(x, "constructor")
get value(x, "__proto__")
get value({}, "hasOwnProperty")
constructor
toString
valueOf
__proto__
this
self
window
globalThis
process
countersign
constructor()
toString()
hasOwnProperty("a")
x.toString()
x.hasOwnProperty(1)
[1, 2].map
"abc".length
"abc".repeat(3)
__.eq
__.fn_now()
__input
eval("1")
Function("return 1")()
require("fs")
import("fs")
globalThis.countersign("{}")
now().constructor
now().constructor.now()
now().setZone("UTC")
today().plus
duration("P1D").constructor
date.constructor
count.constructor
(function(a) a).constructor
(function(a) a).fn
(function(a) a).invoke([1])
[1..3].map
[1..3].includes
{a: function() 1}.a.constructor("x")
x["constructor"]
x["__proto__"]["polluted"]
1; 2
`${1}`
x = (function() 1).constructor
""".strip().splitlines()


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_of_javascript_can_be_reached(attempt):
    try:
        result = FEEL.evaluate(attempt, {"x": {}}, now=NOW)
    except FeelError:
        return
    assert result in (None, [], False)


POLLUTIONS = [
    '{"__proto__": {polluted: true}}',
    'context put({}, "__proto__", {polluted: true})',
    'context put({}, ["__proto__", "polluted"], true)',
    'context put({}, ["constructor", "prototype", "polluted"], true)',
    'context merge([{}, {"__proto__": {polluted: true}}])',
    'context([{key: "__proto__", value: {polluted: true}}])',
    "for __proto__ in [{polluted: true}] return __proto__",
    "function(__proto__) 1",
]


@pytest.mark.parametrize("pollution", POLLUTIONS)
def test_nothing_one_expression_does_reaches_the_next(pollution):
    calls = [pollution, 'get value({}, "polluted")', "[{a: 1}][polluted = true]", "{a: 1}"]

    _, read, filtered, built = FEEL.batch([Call("expression", text, {}) for text in calls], now=NOW)

    assert read is None
    assert isinstance(filtered, FeelError)
    assert built == {"a": 1}


def test_a_variable_cannot_smuggle_our_own_names_in():
    forged = [{"__": {"eq": 1}, "amount": 5}]

    with pytest.raises(FeelError, match="two underscores"):
        FEEL.evaluate("lines[amount = 6]", {"lines": forged}, now=NOW)
