"""The forecast of a case under way: what the record says of its steps, through its own drawing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.errors import NotFound
from service.runtime import identity
from service.runtime.forecasting import forecasts
from service.runtime.step.context import SYSTEM
from service.store.models import Base
from tests.runtime.forecasting.conftest import campaign

WALKS = 60


def forecast(company, case, by=SYSTEM):
    return forecasts.forecast(company.app, by, case.id, walks=WALKS)


def test_a_case_is_decided_after_what_its_remaining_steps_take(any_company, clock, finish):
    any_company.deploy(campaign())
    finish(any_company, *["同意"] * 10)
    case = any_company.start("campaign")
    began = clock.now
    before = rows(any_company.app)

    fresh = forecast(any_company, case)
    clock.forward(minutes=45)
    waited = forecast(any_company, case)
    clock.forward(minutes=15)
    any_company.complete(case, "write", "linyue")
    written = forecast(any_company, case)

    assert fresh.decided_p50 == fresh.decided_p80 == began + timedelta(hours=3)
    assert (fresh.state, fresh.launch_at_risk) == ("forecast", False)
    assert (fresh.walks, fresh.samples, fresh.cases) == (WALKS, 20, 10)
    assert waited.decided_p50 == written.decided_p50 == began + timedelta(hours=3)
    assert rows(any_company.app)["process_instance"] == before["process_instance"]


def test_how_often_legal_refuses_is_how_often_it_has(company, finish):
    company.deploy(campaign())
    finish(company, *["同意", "不同意"] * 6)
    case = company.start("campaign")
    before = rows(company.app)

    found = forecast(company, case)
    forecasts.forget(company.app)

    [refused] = [each for each in found.because if "without approval" in each]
    assert WALKS * 0.3 < refused.params["refused"] < WALKS * 0.7
    assert found.launch_at_risk is True
    assert forecast(company, case) == found
    assert rows(company.app) == before


def test_a_decided_case_says_when_it_was(company, clock):
    company.deploy(campaign())
    case = company.start("campaign")
    company.complete(case, "write", "linyue")
    company.complete(case, "review", "zhouheng", conclusion="同意")

    found = forecast(company, case)

    assert (found.state, found.decided_p50) == ("decided", clock.now)


def test_a_refused_case_has_no_forecast(company):
    company.deploy(campaign())
    case = company.start("campaign")
    company.complete(case, "write", "linyue")
    company.complete(case, "review", "zhouheng", conclusion="不同意")

    assert forecast(company, case).state == "over"


def test_nobody_learns_of_a_case_they_do_not_see(company):
    company.deploy(campaign())
    case = company.start("campaign")

    with pytest.raises(NotFound):
        forecast(company, case, by=identity.actor(company.app, "ouwen"))


def test_the_applicant_awaits_their_own_cases_until_they_are_decided(company):
    company.deploy(campaign())
    case = company.start("campaign")
    own = [each.id for each in forecasts.awaited(company.app, identity.actor(company.app, "linyue"))]
    of_others = forecasts.awaited(company.app, identity.actor(company.app, "shenlan"))
    company.complete(case, "write", "linyue")
    company.complete(case, "review", "zhouheng", conclusion="同意")

    assert own == [case.id]
    assert of_others == ()
    assert forecasts.awaited(company.app, identity.actor(company.app, "linyue")) == ()


def rows(app):
    """How many rows every table has."""
    with app.db.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
