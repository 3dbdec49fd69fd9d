"""Forecasts held against what came of cases: each made as if nobody knew the case."""

from __future__ import annotations

from service.domain.workdays import shifted
from service.runtime.forecasting import calibrating
from tests.conftest import MONDAY
from tests.runtime.forecasting.conftest import campaign


def finished(company, clock, hours):
    """Have campaigns written in an hour and reviewed in so many, and run; one each workday."""
    company.deploy(campaign())
    for day, each in enumerate(hours):
        clock.set(shifted(MONDAY, day))
        case = company.start("campaign")
        clock.forward(hours=1)
        company.complete(case, "write", "linyue")
        clock.forward(hours=each)
        company.complete(case, "review", "zhouheng", conclusion="同意")
        company.complete(case, "run", "linyue")


def test_what_always_takes_as_long_is_foretold(company, clock):
    finished(company, clock, [2] * 12)

    found = calibrating.run(company.app, walks=10)

    assert (found.state, found.cases, found.not_told) == ("calibrated", 12, 0)
    assert [(each.percent, each.n, each.share) for each in found.coverage] == [(50, 12, 1.0), (80, 12, 1.0)]
    low, high = found.coverage[1].range
    assert low < 0.9, "twelve cases prove little"
    assert high == 1.0


def test_a_case_slower_than_all_others_is_not_foretold_by_itself(company, clock):
    finished(company, clock, [2] * 11 + [6])

    found = calibrating.run(company.app, walks=10)

    assert found.coverage[1].share == round(11 / 12, 3)


def test_of_few_finished_cases_nothing_is_said(company, clock):
    finished(company, clock, [2] * 9)

    found = calibrating.run(company.app)

    assert (found.state, found.cases, found.coverage) == ("too_little_data", 9, ())
    assert "9" in found.because[0]
