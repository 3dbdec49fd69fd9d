"""Simulations, backtests and calibrations over HTTP: ordered, answered in the background, fetched."""

from __future__ import annotations

import pytest

from service.runtime.forecasting import studies
from tests.runtime.conftest import company  # noqa: F401
from tests.runtime.forecasting.conftest import campaign, finish  # noqa: F401


@pytest.fixture
def learnt(company, finish):  # noqa: F811
    """A company that knows how twelve campaigns went."""
    company.deploy(campaign())
    finish(company, *["同意"] * 12)
    return company


def answered(app, client, made):
    """Return a question with its answer, once a worker has had it."""
    assert made.status_code == 202, made.json
    assert studies.unfinished(app) == (made.json["id"],)
    studies.run(app, made.json["id"])
    return client.get(f"/studies/{made.json['id']}").json


def test_a_simulation_is_ordered_and_its_answer_fetched(learnt, app, client_for):
    admin = client_for("admin")

    found = answered(app, admin, admin.upload("/simulations", {}, cases="20", seed="x"))

    assert (found["state"], found["kind"], found["asked"]["cases"]) == ("done", "simulation", 20)
    assert found["result"]["record_cases"] == 12
    assert found["result"]["cycle_workdays"]["n"] > 0


def test_a_backtest_takes_drawings_and_says_what_would_have_gone_otherwise(learnt, app, client_for):
    admin = client_for("admin")
    files = {name: content for name, content in campaign(60).items() if name == "campaign.bpmn"}

    found = answered(app, admin, admin.upload("/backtests", files))

    assert (found["state"], found["result"]["cases"]) == ("done", 0), "none of them has run to its end"
    assert admin.upload("/backtests", {}).status_code == 422
    assert admin.upload("/backtests", {"campaign.bpmn": b"<nothing/>"}).status_code == 422


def test_what_cannot_be_answered_says_why(company, app, client_for):  # noqa: F811
    company.deploy(campaign())
    admin = client_for("admin")

    simulated = answered(app, admin, admin.upload("/simulations", {}))
    calibrated = answered(app, admin, admin.post("/calibrations", {}))

    assert (simulated["state"], simulated["result"]) == ("failed", None)
    assert "Too little data" in simulated["detail"]
    assert calibrated["result"]["state"] == "too_little_data"


def test_only_who_steers_the_process_asks_and_only_who_asked_is_told(learnt, client_for):
    admin, linyue = client_for("admin"), client_for("linyue")
    made = admin.upload("/simulations", {})

    assert linyue.upload("/simulations", {}).status_code == 403
    assert linyue.post("/calibrations", {}).status_code == 403
    assert linyue.get(f"/studies/{made.json['id']}").status_code == 404
    assert admin.upload("/simulations", {}, cases="many").status_code == 422
