"""What formulas may come to is never less than what FEEL makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.decisions.cells import Literal
from service.engine.guarantees.evaluating import possible
from service.engine.guarantees.formulas import Opaque, formula
from service.engine.guarantees.values import UNKNOWN, Between, Members, Other, Value
from service.errors import FeelError
from service.feel import FEEL, Call

NOW = datetime(2026, 11, 27, tzinfo=UTC)
TEXTS, NUMBERS = ("a", "b", "c"), (1, 2, 3)
SCALARS = st.sampled_from(["x", '"a"', '"b"', "null"])
LISTS = st.recursive(
    st.sampled_from(["l", '["a"]', '["a", "b"]', "[x]", "[]"]),
    lambda inner: st.one_of(
        st.builds("concatenate({}, {})".format, inner, inner),
        st.builds("distinct values({})".format, inner),
        st.builds("{}[list contains({}, item) = false]".format, inner, inner),
        st.builds("(if t then {} else {})".format, inner, inner),
    ),
    max_leaves=4,
)
TRUTHS = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, SCALARS, SCALARS),
        st.builds("{} != {}".format, SCALARS, SCALARS),
        st.builds("n {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "="]), st.sampled_from("123")),
        st.builds("list contains({}, {})".format, LISTS, st.sampled_from(['"a"', '"b"'])),
        st.just("t"),
    ),
    lambda inner: st.one_of(
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("not({})".format, inner),
    ),
    max_leaves=5,
)


def known(name: str, value: object, seen: str) -> Value:
    """Return what is known of a variable that holds a value, more or less of it."""
    if seen == "nothing":
        return UNKNOWN
    if isinstance(value, list):
        entries = frozenset(Literal("string", each) for each in value)
        return Members(entries if seen == "exactly" else frozenset(), is_open=seen != "exactly")
    if isinstance(value, bool) or seen == "exactly":
        kind = "boolean" if isinstance(value, bool) else "number" if isinstance(value, int) else "string"
        return Literal(kind, Decimal(value) if kind == "number" else value)
    if isinstance(value, int):
        return Between(Decimal(value) - Decimal("0.5"), Decimal(value) + Decimal("0.5"))
    return Other(frozenset(Literal("string", each) for each in TEXTS if each != value))


@settings(max_examples=150, deadline=None)
@given(
    TRUTHS,
    st.fixed_dictionaries(
        {
            "x": st.sampled_from(TEXTS),
            "n": st.sampled_from(NUMBERS),
            "t": st.booleans(),
            "l": st.lists(st.sampled_from(TEXTS), max_size=2),
        }
    ),
    st.dictionaries(st.sampled_from("xntl"), st.sampled_from(["exactly", "partly", "nothing"])),
)
def test_what_feel_answers_is_among_what_was_possible(text, variables, seen):
    [answer] = FEEL.batch([Call("expression", text, variables)], now=NOW)
    values = {name: known(name, value, seen.get(name, "exactly")) for name, value in variables.items()}

    found = possible(formula(text), values)

    assert not isinstance(formula(text), Opaque), text
    if isinstance(answer, bool):
        assert UNKNOWN in found or Literal("boolean", answer) in found, (text, variables, seen, found)
    else:
        assert answer is None or isinstance(answer, FeelError)


def test_what_goes_beyond_is_not_followed():
    for text in ("for x in l return x", "some x in l satisfies x = 1", "l[1]", "count(l) = 0", "1 +"):
        assert UNKNOWN in possible(formula(text), {}) or len(possible(formula(text), {})) == 2
