"""A cursor is the place of a row, and nothing else is one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from service.errors import InvalidInput
from service.store import cursor
from tests.conftest import MONDAY


def written(value: Any) -> str:
    """Return a value as a forger would write it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "parts", [("a",), ("ab",), ("abc", 7), (MONDAY, "id"), ("会签",), (datetime.max.replace(tzinfo=UTC), 0)]
)
def test_a_cursor_gives_back_what_it_was_made_of(parts):
    text = cursor.encode(*parts)

    assert "=" not in text
    assert cursor.decode(text, *(type(part) for part in parts)) == parts


@pytest.mark.parametrize(
    ("value", "types"),
    [
        (["a"], (int,)),
        ([1], (str,)),
        ([True], (int,)),
        ([1.0], (int,)),
        (["a", "b"], (str,)),
        (["a"], (str, str)),
        ([], (str,)),
        ({"a": 1}, (int,)),
        (7, (int,)),
        (None, (str,)),
        (["2026-03-02T09:00:00"], (datetime,)),
        (["2026-03-02 at nine"], (datetime,)),
        ([20260302], (datetime,)),
        ([None], (datetime,)),
    ],
)
def test_the_cursor_of_another_list_is_refused(value, types):
    with pytest.raises(InvalidInput) as refused:
        cursor.decode(written(value), *types)

    assert [error.path for error in refused.value.errors] == ["cursor"]


@pytest.mark.parametrize("text", ["", "!", "%%%%", "WyJh", "é", "[1]", "AAAAA"])
def test_what_is_no_cursor_at_all_is_refused(text):
    with pytest.raises(InvalidInput):
        cursor.decode(text, str)
