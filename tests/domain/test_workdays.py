"""Workdays around the National Day holiday of 2026, whose make-up Saturday is 10 October."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.workdays import (
    ZONE,
    Calendar,
    deadline,
    official_calendar,
    shifted,
    workdays_after,
    workdays_between,
)

days = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def test_seven_workdays_after_the_campaigns_end_count_the_make_up_day():
    # 29 September 2026: 30 Sep, (1–7 Oct free), 8, 9, 10 (worked Saturday), 12, 13, 14
    due = workdays_after(date(2026, 9, 29), 7)

    assert due == datetime(2026, 10, 14, 23, 59, 59, tzinfo=ZONE)
    assert due.utcoffset() == timedelta(hours=8)


def test_a_moment_counts_from_its_day_in_shanghai():
    # 17:00 UTC on Thursday is already Friday in Shanghai
    assert workdays_after(datetime(2026, 11, 19, 17, tzinfo=UTC), 1).date() == date(2026, 11, 23)


def test_no_workdays_later_is_the_end_of_the_same_day():
    assert workdays_after(date(2026, 10, 3), 0) == datetime(2026, 10, 3, 23, 59, 59, tzinfo=ZONE)


def test_a_deadline_never_lies_behind():
    with pytest.raises(ValueError):
        workdays_after(date(2026, 10, 3), -1)


def test_beyond_the_announced_years_a_deadline_is_provisional():
    unannounced = max(official_calendar().announced) + 1

    assert deadline(date(unannounced - 1, 12, 29), 1).is_provisional is False
    assert deadline(date(unannounced - 1, 12, 29), 9).is_provisional is True
    assert deadline(date(unannounced, 6, 1), 1).is_provisional is True


def test_a_deadline_that_passes_over_an_unannounced_year_stays_provisional_in_an_announced_one():
    calendar = Calendar(frozenset(), frozenset(), announced=frozenset({2026, 2028}))

    assert deadline(date(2027, 12, 30), 2, calendar).is_provisional is True
    assert deadline(date(2027, 12, 31), 1, calendar).is_provisional is False


def test_company_dates_win_over_the_official_ones():
    calendar = official_calendar().with_company(holidays=[date(2026, 10, 10)], workdays=[date(2026, 10, 1)])

    assert calendar.is_workday(date(2026, 10, 10)) is False
    assert calendar.is_workday(date(2026, 10, 1)) is True
    # without the worked Saturday, but with 1 October
    assert workdays_after(date(2026, 9, 29), 7, calendar).date() == date(2026, 10, 14)


def test_as_data_a_day_is_exceptional_in_one_way_only():
    calendar = Calendar(
        holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
        workdays=frozenset({date(2026, 10, 10)}),
        announced=frozenset({2026}),
    ).with_company(holidays=[date(2026, 10, 10)], workdays=[date(2026, 10, 1)])

    assert calendar.exceptions() == {
        "holidays": ["2026-10-02", "2026-10-10"],
        "workdays": ["2026-10-01"],
        "announced": [2026],
    }


@given(days)
def test_the_calendar_agrees_with_its_source(day):
    assert official_calendar().is_workday(day) == chinese_calendar.is_workday(day)


@given(days, st.integers(0, 60))
def test_counting_back_finds_the_same_number(day, count):
    assert workdays_between(day, workdays_after(day, count)) == count


@given(days, days)
def test_counting_the_other_way_changes_the_sign(first, second):
    assert workdays_between(first, second) == -workdays_between(second, first)


@pytest.mark.parametrize(
    ("moment", "count", "expected"),
    [
        # Friday, 25 September 2026 is the Mid-Autumn Festival; Saturday, 10 October is worked.
        (datetime(2026, 9, 24, 15, 30, tzinfo=ZONE), 1, datetime(2026, 9, 28, 15, 30, tzinfo=ZONE)),
        (datetime(2026, 9, 28, 15, 30, tzinfo=ZONE), -1, datetime(2026, 9, 24, 15, 30, tzinfo=ZONE)),
        (datetime(2026, 10, 9, 23, 59, 59, tzinfo=ZONE), 1, datetime(2026, 10, 10, 23, 59, 59, tzinfo=ZONE)),
        (datetime(2026, 9, 26, 8, 0, tzinfo=ZONE), 0, datetime(2026, 9, 26, 8, 0, tzinfo=ZONE)),
        (datetime(2026, 3, 2, 20, 0, tzinfo=UTC), 1, datetime(2026, 3, 4, 4, 0, tzinfo=ZONE)),
    ],
)
def test_a_moment_shifted_by_workdays_keeps_its_time_of_day(moment, count, expected):
    assert shifted(moment, count) == expected


def test_a_day_the_company_has_off_is_no_workday_to_shift_by():
    calendar = official_calendar().with_company(holidays=[date(2026, 3, 3)])

    assert shifted(datetime(2026, 3, 2, 9, tzinfo=ZONE), 1, calendar) == datetime(2026, 3, 4, 9, tzinfo=ZONE)


@pytest.mark.parametrize(
    "day", ["2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2030-10-02"]
)
def test_days_the_law_makes_free_are_free_before_the_year_is_announced(day):
    calendar = official_calendar()

    assert not calendar.is_workday(date.fromisoformat(day))
    assert calendar.is_provisional(date.fromisoformat(day)) == (int(day[:4]) not in calendar.announced)


def test_a_deadline_over_new_year_is_provisional_and_passes_over_the_free_day():
    reached = deadline(date(2026, 12, 31), 1)

    assert (reached.at.date(), reached.is_provisional) == (date(2027, 1, 4), True)
