"""Dates, times and durations: typed, in one zone, on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.workdays import Calendar, official_calendar, workdays_after, workdays_between
from service.feel import FEEL, Call, Feel, Months
from tests.feel.engine import NOW, ZONE, refusal, value


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=ZONE)


START = date(2026, 1, 31)
EARLIEST, LATEST = at(1995, 1, 1).replace(tzinfo=None), at(2200, 1, 1).replace(tzinfo=None)
TABLE = [
    ("now()", NOW),
    ("today()", date(2026, 11, 23)),
    ("date(now()) = today()", True),
    ("start", START),
    ('date("2026-12-01")', date(2026, 12, 1)),
    ("date(2026, 12, 1)", date(2026, 12, 1)),
    ('date("2026-12-01T23:30:00Z")', date(2026, 12, 2)),
    ('@"2026-12-01"', date(2026, 12, 1)),
    ('date and time("2026-12-01T10:00:00")', at(2026, 12, 1, 10)),
    ('date and time("2026-12-01T10:00:00Z")', at(2026, 12, 1, 18)),
    ('date and time("2026-12-01T10:00:00@Europe/Berlin")', at(2026, 12, 1, 17)),
    ('date and time("2026-12-01T00:00:00Z")', at(2026, 12, 1, 8)),
    ('date and time(start, time("09:30:00"))', at(2026, 1, 31, 9, 30)),
    ("date and time(start)", at(2026, 1, 31)),
    ('time("10:00:00")', time(10)),
    ("time(now())", time(1, 30)),
    ("time(9, 30, 0)", time(9, 30)),
    ('start + duration("P1M")', date(2026, 2, 28)),
    ('start + duration("P1D")', date(2026, 2, 1)),
    ('now() - duration("PT2H")', at(2026, 11, 22, 23, 30)),
    ('time("23:00:00") + duration("PT2H")', time(1)),
    ("today() - start", timedelta(days=296)),
    ('now() - date and time("2026-11-23T00:00:00")', timedelta(hours=1, minutes=30)),
    ('duration("P1Y2M")', Months(14)),
    ('duration("-P3M")', Months(-3)),
    ('duration("P0M")', Months(0)),
    ('duration("PT90M")', timedelta(minutes=90)),
    ('duration("P1W")', timedelta(days=7)),
    ('duration("PT48H").days', 2),
    ('duration("PT48H").hours', 0),
    ('duration("P1D") * 2 + duration("PT1H")', timedelta(days=2, hours=1)),
    ('duration("P1D") / duration("PT6H")', 4),
    ('-duration("P1M")', Months(-1)),
    ('duration("PT24H") = duration("P1D")', True),
    ('duration("P7D") > duration("PT1H")', True),
    ("years and months duration(start, today())", Months(9)),
    ("start < today()", True),
    ('date and time("2026-11-23T01:30:00+08:00") = date and time("2026-11-22T17:30:00Z")', True),
    ("max([start, today()])", date(2026, 11, 23)),
    ("list contains([today()], date(now()))", True),
    ("today() in [start..today()]", True),
    ("start.year * 100 + start.month", 202601),
    ("day of week(today())", "Monday"),
    ("string(start)", "2026-01-31"),
    ("string(now())", "2026-11-23T01:30:00+08:00"),
    ('date and time(string(start + duration("P1D")) + "T09:00:00+08:00")', at(2026, 2, 1, 9)),
    ("{due: today(), days: [start]}", {"due": date(2026, 11, 23), "days": [START]}),
]


@pytest.mark.parametrize(("expression", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_a_temporal_expression_yields(expression, expected):
    result = value(expression, start=START)

    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "today() < now()",
        'duration("P1M") < duration("P40D")',
        "today() + 1",
        "today() + today()",
        'time("10:00") = today()',
    ],
)
def test_what_has_no_order_or_sum_is_refused(expression):
    assert refusal(expression)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53).filter(lambda n: abs(n) < 2**53)
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.dates(min_value=date(1901, 1, 1))
        | st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)).map(
            lambda moment: moment.replace(microsecond=0)
        )
        | st.times().map(lambda moment: moment.replace(microsecond=0, fold=0))
        | st.timedeltas(timedelta(days=-9999), timedelta(days=9999)).map(
            lambda length: timedelta(days=length.days, seconds=length.seconds)
        )
        | st.integers(-1200, 1200).map(Months),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["a", "$t", "v", "$$t", "$", "名"]), inner)
        ),
        max_leaves=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_every_value_crosses_and_comes_back_with_its_type(given_value):
    result = value("x", x=given_value)

    assert result == given_value
    assert type(result) is type(given_value)


def test_typed_text_never_passes_for_a_date():
    forged = {"$t": "date", "v": "2026-01-01"}

    assert value("x", x=forged) == forged
    assert value("x = y", x=forged, y=dict(forged)) is True
    assert refusal("x < today()", x=forged)


def test_the_zone_of_the_machine_changes_nothing():
    code = (
        "from datetime import datetime, UTC; from service.feel import FEEL;"
        "now = datetime(2026, 11, 22, 17, 30, tzinfo=UTC);"
        "text = '[string(now()), string(today()), string(date and time(\"2026-07-01T00:00:00\"))]';"
        "print(FEEL.evaluate(text, {}, now=now))"
    )

    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
        for zone in ("America/New_York", "Asia/Tokyo")
    }

    assert outputs == {"['2026-11-23T01:30:00+08:00', '2026-11-23', '2026-07-01T00:00:00+08:00']\n"}


# Workdays: the table of the domain, counted in the isolate as well


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            'workdays_after(date("2026-09-30"), 1)',
            at(2026, 10, 8, 23, 59, 59),
        ),  # over the National Day holiday
        ('workdays_after("2026-11-20", 1)', at(2026, 11, 23, 23, 59, 59)),
        ('workdays_after(date and time("2026-11-20T23:30:00Z"), 0)', at(2026, 11, 21, 23, 59, 59)),
        ('workdays_between(date("2026-11-20"), today())', 1),
        ('is_workday("2026-10-10")', True),  # a Saturday made up for
        ('is_workday("2026-10-01")', False),
    ],
)
def test_workdays_follow_the_official_calendar(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        'workdays_after("soon", 1)',
        "workdays_after(today(), -1)",
        "workdays_after(today(), 1.5)",
        "is_workday(5)",
    ],
)
def test_a_workday_function_refuses_what_is_no_day_or_number(expression):
    assert "cannot use" in refusal(expression)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2015, 1, 1), date(2028, 1, 1)),
            st.integers(0, 40),
            st.dates(date(2015, 1, 1), date(2028, 1, 1)),
        ),
        min_size=5,
    )
)
@settings(max_examples=40, deadline=None)
def test_the_isolate_and_the_domain_count_the_same_workdays(days):
    calls = [
        Call(
            "expression",
            "[workdays_after(start, count), workdays_between(start, end)]",
            {"start": start, "count": count, "end": end},
        )
        for start, count, end in days
    ]

    results = FEEL.batch(calls, now=NOW)

    assert results == [
        [workdays_after(start, count), workdays_between(start, end)] for start, count, end in days
    ]


def test_the_days_of_the_company_come_first():
    calendar = official_calendar().with_company(holidays=[date(2026, 11, 23)], workdays=[date(2026, 10, 1)])
    feel = Feel(calendar=calendar)

    result = feel.evaluate('[is_workday(today()), is_workday("2026-10-01")]', {}, now=NOW)

    feel.close()
    assert result == [False, True]
    assert Calendar().is_workday(date(2026, 10, 1))
