"""What many walks of a case say: percentiles and how sure they are, what is at risk and why."""

from __future__ import annotations

from datetime import date, timedelta

from service.runtime.forecasting.habits import Durations
from service.runtime.forecasting.running import Run
from service.runtime.forecasting.telling import Behind, Open, tell
from tests.conftest import MONDAY

REVIEW = ("campaign", "review")
DAY = 540.0
"""Minutes at work of a workday."""


def behind(*, n=20, cases=40):
    return Behind(Durations({REVIEW: [DAY] * n}), cases, int(DAY), lambda place: place[1])


def run(days, *, approved=True, times=1):
    return Run(MONDAY + timedelta(days=days), approved, {REVIEW: DAY * days}, {REVIEW: times})


def told(runs, *, needed_by=None, waiting=(), rest=None):
    return tell(runs, rest or behind(), waiting, needed_by, MONDAY)


def test_four_of_five_walks_are_decided_by_the_eightieth_percentile():
    found = told([run(days) for days in range(1, 101)])

    assert found.decided_p50 == MONDAY + timedelta(days=50)
    assert found.decided_p80 == MONDAY + timedelta(days=80)


def test_few_cases_behind_it_make_it_less_sure_than_many_walks():
    runs = [run(days) for days in range(1, 101)]

    few, many = told(runs, rest=behind(cases=10)), told(runs, rest=behind(cases=100))

    assert few.p80_range[0] < many.p80_range[0] < found(many) < many.p80_range[1] <= few.p80_range[1]


def found(view):
    return view.decided_p80


def test_one_walk_in_five_that_comes_too_late_is_a_risk():
    day = date(2026, 3, 7)

    at_risk = told([run(1)] * 8 + [run(10)] * 2, needed_by=day)
    in_time = told([run(1)] * 81 + [run(10)] * 19, needed_by=day)

    assert (at_risk.launch_at_risk, at_risk.late_share) == (True, 0.2)
    assert (in_time.launch_at_risk, in_time.late_share) == (False, 0.19)
    assert "2 of 10 walks are not approved before 2026-03-07." in at_risk.because


def test_who_is_decided_on_the_day_itself_is_too_late():
    assert told([run(5)] * 10, needed_by=date(2026, 3, 7)).late_share == 1


def test_what_is_refused_in_time_is_not_in_time():
    found = told([run(1, approved=False)] * 3 + [run(1)] * 7, needed_by=date(2026, 3, 20))

    assert found.late_share == 0.3
    assert "3 of 10 walks end without approval." in found.because


def test_without_a_day_nothing_is_at_risk():
    assert told([run(1)] * 10).launch_at_risk is None


def test_a_task_that_waits_longer_than_usual_is_a_reason():
    found = told([run(1)] * 10, waiting=[Open(REVIEW, 3 * DAY)])

    assert "“review” has waited 3.0 workdays; four of five times it takes at most 1.0." in found.because


def test_going_round_is_a_reason():
    found = told([run(1, times=2)] * 3 + [run(1)] * 7)

    assert "In 3 of 10 walks “review” comes more than once." in found.because


def test_of_few_cases_nothing_is_forecast_and_that_is_said():
    found = told([run(1)] * 10, rest=behind(cases=4))

    assert (found.state, found.decided_p50) == ("too_little_data", None)
    assert "Too little data: 4 cases are known, a forecast needs 10." in found.because


def test_of_activities_hardly_ever_done_nothing_is_forecast_and_they_are_named():
    found = told([run(1)] * 10, rest=behind(n=4))

    assert found.state == "too_little_data"
    assert "Too few times done to tell how long they take: “review” (4)." in found.because


def test_a_case_that_most_walks_cannot_move_stands_still():
    stuck = Run(None, False, stuck={"phase/send": "no address"})

    found = told([stuck] * 6 + [run(1)] * 4)

    assert (found.state, found.decided_p50) == ("stands_still", None)
    assert "6 of them fail at send." in found.because
