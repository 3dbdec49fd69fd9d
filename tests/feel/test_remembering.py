"""FEEL that keeps its answers says what FEEL says, and asks again only where the answer may be another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.workdays import official_calendar
from service.errors import FeelError
from service.feel import FEEL
from service.feel.remembering import RememberingFeel
from tests.conftest import MONDAY


@pytest.fixture
def asked(monkeypatch):
    """What crossed into the isolate."""
    found = []
    crossing = type(FEEL)._answers
    monkeypatch.setattr(
        type(FEEL), "_answers", lambda self, texts, now: found.extend(texts) or crossing(self, texts, now)
    )
    return found


def test_the_same_over_the_same_values_is_asked_once(asked):
    feel = RememberingFeel(FEEL)

    answers = [feel.evaluate("a + 1", {"a": value}, now=MONDAY) for value in (1, 1, 2)]

    assert answers == [2, 2, 3]
    assert len(asked) == 2


def test_what_goes_by_the_clock_is_asked_at_every_instant(asked):
    feel, later = RememberingFeel(FEEL), MONDAY + timedelta(minutes=1)

    first, second = (feel.evaluate('now() + duration("PT1H")', {}, now=at) for at in (MONDAY, later))

    assert second - first == timedelta(minutes=1)
    assert len(asked) == 2


def test_workdays_from_now_on_are_counted_once_a_day(asked):
    feel, moments = RememberingFeel(FEEL), [MONDAY + timedelta(hours=hours) for hours in (0, 3, 24)]

    found = [feel.evaluate("workdays_after(now(), 2)", {}, now=at) for at in moments]

    assert found == [FEEL.evaluate("workdays_after(now(), 2)", {}, now=at) for at in moments]
    assert len(asked) == 2 + len(moments)


def test_one_calendar_does_not_answer_for_another():
    official, kept = official_calendar(), RememberingFeel(FEEL)
    days_off = official.with_company([MONDAY.date() + timedelta(days=1)], [])
    one, other = (kept.counting_by(lambda days=days: days) for days in (official, days_off))

    counted = [feel.evaluate("workdays_after(now(), 2)", {}, now=MONDAY) for feel in (one, other, one)]

    assert counted[1] - counted[0] == timedelta(days=1)
    assert counted[2] == counted[0]


def test_what_has_no_value_has_none_the_next_time_either():
    feel = RememberingFeel(FEEL)

    for _ in range(2):
        with pytest.raises(FeelError):
            feel.evaluate('1 + "x"', {}, now=MONDAY)
