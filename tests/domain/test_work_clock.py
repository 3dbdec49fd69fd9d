"""Time at work: what lies outside office hours and workdays does not count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.domain.work_clock import CLOSES, OPENS, WorkClock, learnt
from service.domain.workdays import ZONE, official_calendar

FRIDAY_EVENING = datetime(2026, 3, 6, 17, 0, tzinfo=ZONE)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=ZONE)


@pytest.fixture
def hours():
    return WorkClock(official_calendar(), OPENS, CLOSES)


def test_the_weekend_between_two_moments_does_not_count(hours):
    assert hours.minutes(FRIDAY_EVENING, MONDAY + timedelta(minutes=30)) == 90


def test_what_is_done_at_night_took_no_time_at_work(hours):
    night = FRIDAY_EVENING + timedelta(hours=4)

    assert hours.minutes(night, night + timedelta(hours=2)) == 0


def test_what_ends_before_it_begins_took_no_time(hours):
    assert hours.minutes(MONDAY, FRIDAY_EVENING) == 0


@pytest.mark.parametrize("minutes", [0.5, 59, 61, 540, 541, 2700, 5000])
def test_so_many_minutes_at_work_later_are_as_many_minutes_apart(hours, minutes):
    assert hours.minutes(FRIDAY_EVENING, hours.after(FRIDAY_EVENING, minutes)) == pytest.approx(minutes)


def test_nothing_more_to_do_on_a_free_day_is_done_when_the_office_opens(hours):
    assert hours.after(FRIDAY_EVENING + timedelta(days=1), 0) == MONDAY


def test_office_hours_are_those_in_which_nearly_everything_was_done():
    ten_to_five = [MONDAY + timedelta(days=7 * week, hours=1 + week % 7) for week in range(100)]
    at_night = [MONDAY + timedelta(hours=14)]

    found = learnt([*ten_to_five, *at_night], official_calendar())

    assert (found.opens, found.closes) == (10, 17)


def test_few_moments_say_nothing_of_office_hours():
    found = learnt([MONDAY + timedelta(hours=11)], official_calendar())

    assert (found.opens, found.closes) == (9, 18)


def test_all_day_a_weekend_between_two_moments_does_not_count():
    # seven hours of Friday and nine of Monday
    assert WorkClock(official_calendar()).hours(FRIDAY_EVENING, MONDAY) == 7 + 9


def test_a_make_up_day_counts_and_a_holiday_does_not():
    # 2026: 15–23 February are free, Saturday 14 and Saturday 28 are worked
    first, last = datetime(2026, 2, 13, tzinfo=ZONE), datetime(2026, 2, 25, tzinfo=ZONE)

    assert WorkClock(official_calendar()).hours(first, last) == 24 * 3  # the 13th, the 14th, the 24th


def test_the_clock_gives_the_same_in_whatever_order_it_is_asked():
    begins = [FRIDAY_EVENING + timedelta(days=days, hours=days) for days in (40, -300, 0, 200, -299, 3)]
    clock = WorkClock(official_calendar())

    found = [clock.hours(each, each + timedelta(days=9)) for each in begins]

    assert found == [WorkClock(official_calendar()).hours(each, each + timedelta(days=9)) for each in begins]
