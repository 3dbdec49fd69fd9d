"""Cases simulated through drawings: by the record, with the people there are, and the same luck."""

from __future__ import annotations

import pytest

from service.errors import Conflict
from service.runtime.forecasting import simulations
from tests.runtime.forecasting.conftest import campaign

DRAWN = campaign()


@pytest.fixture
def learnt(company, finish):
    """A company that knows how ten campaigns went, each an hour with 市场部 and two with 法务部."""
    company.deploy(DRAWN)
    finish(company, *["同意", "不同意"] * 5)
    return company


def simulated(company, files=DRAWN, **options):
    options = {"cases": 20, "seed": "1", "processes": 1, **options}
    return simulations.run(company.app, files, **options)


def test_cases_take_what_they_took_where_nobody_waits_for_anybody(learnt):
    found = simulated(learnt, a_week=1)

    # Three hours of a day of nine.
    assert found.cycle_workdays.p50 == pytest.approx(1 / 3, abs=0.01)
    assert {each.activity_id: each.waiting.p95 for each in found.activities}["review"] == 0
    assert 0.1 < found.refused < 0.9
    assert found.unfinished == 0


def test_what_comes_faster_than_one_person_works_waits(learnt):
    found = simulated(learnt, a_week=200)

    legal = next(each for each in found.load if each.group == "法务部")
    assert legal.people == 1
    assert legal.queue > 1
    assert legal.waiting.p80 > 5
    assert legal.hours == pytest.approx(2 * 20)


def test_the_same_seed_brings_the_same_cases_and_another_others(learnt):
    first, again, other = (simulated(learnt, seed=seed) for seed in ("1", "1", "2"))

    assert first == again
    assert first != other


def test_two_sets_of_drawings_meet_the_same_luck(learnt):
    found = simulated(learnt, beside=DRAWN)

    assert found.beside is not None
    assert vars(found) | {"beside": None} == vars(found.beside)


def test_nothing_is_simulated_on_too_few_cases(company, finish):
    company.deploy(DRAWN)
    finish(company, "同意")

    with pytest.raises(Conflict, match="1 cases are known, a simulation needs 10"):
        simulated(company)
