from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.feel import codec
from service.feel.values import Months

_plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
    | st.times().map(lambda moment: moment.replace(fold=0))
    | st.timedeltas()
    | st.integers(-1200, 1200).map(Months)
)
_keys = st.text() | st.sampled_from(["$date", "$$date", "$decimal", "$"])
VALUES = st.recursive(_plain, lambda inner: st.lists(inner) | st.dictionaries(_keys, inner), max_leaves=20)


@given(VALUES)
def test_a_stored_value_comes_back_the_same_with_the_same_types(value):
    restored = codec.loads(codec.dumps(value))

    assert restored == value
    assert repr(restored) == repr(value)


class _Named(dict):
    """A mapping of somebody's own."""


@pytest.mark.parametrize(
    "value",
    [
        {"$date": "2026-03-02"},
        [{"$decimal": "1"}, {"a": {"$$x": [1]}}],
        {"a": ({"$x": 1}, date(2026, 3, 2))},
        _Named(a=_Named({"$date": 1})),
    ],
)
def test_what_looks_like_one_of_our_tags_is_kept_as_it_was_typed(value):
    as_lists = json.loads(json.dumps(value, default=str))
    read = codec.loads(codec.dumps(value))

    assert json.loads(json.dumps(read, default=str)) == as_lists


def test_a_decimal_keeps_its_places():
    assert codec.loads(codec.dumps({"total": Decimal("50000.00")}))["total"].as_tuple().exponent == -2


def test_keys_keep_their_order():
    assert list(codec.loads(codec.dumps({"b": 1, "a": 2}))) == ["b", "a"]


@pytest.mark.parametrize("value", [object(), {1: "x"}, {"a": {2, 3}}, b"bytes", float("nan"), Decimal("NaN")])
def test_what_has_no_place_in_a_variable_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        codec.dumps(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("12.50"), 12.5),
        (Decimal("12.00"), 12),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00+00:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(days=2, hours=4), "P2DT4H"),
        (timedelta(minutes=-15), "-PT15M"),
        (timedelta(0), "PT0S"),
        (timedelta(seconds=1, microseconds=500_000), "PT1.5S"),
        (Months(14), "P1Y2M"),
        ({"lines": (Decimal("1"), None)}, {"lines": [1, None]}),
    ],
)
def test_the_api_shows_numbers_as_numbers_and_times_as_iso_8601(value, shown):
    assert codec.plain(value) == shown
