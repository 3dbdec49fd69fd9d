"""What many durations are like, and which workdays of a time count."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from service.domain.durations import merged, net_workdays, spread
from service.domain.workdays import ZONE, official_calendar

CALENDAR = official_calendar()
FRIDAY = datetime(2026, 3, 6, 17, tzinfo=ZONE)


def test_percentiles_are_read_off_between_neighbours_as_sql_does():
    found = spread([1, 2, 3, 4, 10], limit=3)

    # 80 %: place 3.2 of 0…4, so 4 + 0.2 × 6; 95 %: place 3.8, so 4 + 0.8 × 6
    assert (found.n, found.mean, found.p50, found.p80, found.p95, found.over) == (
        *(5, Decimal("4.00"), Decimal("3.00"), Decimal("5.20"), Decimal("8.80"), 2),
    )


def test_percentiles_agree_with_the_library_on_many_values():
    values = [each * 7919 % 1009 for each in range(1, 500)]

    cuts = statistics.quantiles(values, n=100, method="inclusive")

    found = spread(values)
    assert [float(each) for each in (found.p50, found.p80, found.p95)] == pytest.approx(
        [cuts[49], cuts[79], cuts[94]], abs=0.006
    )


def test_of_nothing_nothing_is_known():
    assert spread([], limit=7) == spread([])
    assert (spread([]).n, spread([]).p50) == (0, None)


def test_rework_is_taken_off_once_however_often_it_is_told():
    begun, ended = datetime(2026, 3, 2, 9, tzinfo=ZONE), datetime(2026, 3, 12, 10, tzinfo=ZONE)
    rework = datetime(2026, 3, 4, 9, tzinfo=ZONE), datetime(2026, 3, 9, 9, tzinfo=ZONE)
    inside = datetime(2026, 3, 5, 9, tzinfo=ZONE), datetime(2026, 3, 6, 9, tzinfo=ZONE)

    # 3, 4, 5, 6, 9, 10, 11, 12 March are eight; 5, 6, 9 were the applicant's
    assert net_workdays(begun, ended, [], CALENDAR) == 8
    assert net_workdays(begun, ended, [inside, rework], CALENDAR) == 5


def test_rework_before_and_after_does_not_count():
    begun, ended = datetime(2026, 3, 5, 9, tzinfo=ZONE), datetime(2026, 3, 6, 10, tzinfo=ZONE)
    long_before = datetime(2026, 3, 2, 9, tzinfo=ZONE), datetime(2026, 3, 3, 9, tzinfo=ZONE)
    all_over_it = datetime(2026, 3, 2, 9, tzinfo=ZONE), datetime(2026, 3, 31, 9, tzinfo=ZONE)

    assert net_workdays(begun, ended, [long_before], CALENDAR) == 1
    assert net_workdays(begun, ended, [all_over_it], CALENDAR) == 0


def test_spans_that_touch_become_one():
    one, two, three = (FRIDAY + timedelta(hours=hours) for hours in (0, 1, 2))

    assert merged([(two, three), (one, two)]) == [(one, three)]
