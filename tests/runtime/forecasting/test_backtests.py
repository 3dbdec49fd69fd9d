"""Which finished cases would have gone another way: their own answers through other drawings."""

from __future__ import annotations

import pytest

from service.runtime.cases import instances
from service.runtime.forecasting import backtests
from service.runtime.step.context import SYSTEM
from tests.engine import diagrams as d
from tests.runtime.forecasting.conftest import campaign

DRAWN = campaign()


@pytest.fixture
def done(company, finish):
    """A company in which three campaigns are over: two that ran, one that legal refused."""
    company.deploy(DRAWN)
    finish(company, "同意", "不同意", "同意")
    for case in instances.find(company.app, SYSTEM, state="active").items:
        company.complete(case, "run", "linyue")
    return company


def test_with_the_same_drawings_every_case_goes_its_way(done):
    found = backtests.run(done.app, DRAWN)

    assert (found.cases, found.other_way, found.changed, found.not_told) == (3, 0, (), 0)


def test_a_gateway_drawn_otherwise_sends_other_cases_another_way(done):
    lenient = DRAWN["campaign.bpmn"].replace('conclusion = "同意"</'.encode(), b'conclusion != ""</')

    found = backtests.run(done.app, {**DRAWN, "campaign.bpmn": lenient})

    assert lenient != DRAWN["campaign.bpmn"]
    assert (found.cases, found.other_way) == (3, 1)
    assert {each.decision: (each.before, each.after) for each in found.changed} == {
        "asks campaign/run": (None, "run"),
        "campaign/run": (0, 1),
    }


def test_a_step_that_nobody_did_then_is_asked_of_every_case(done):
    more = d.user("weigh", group="财务部").encode()
    drawing = DRAWN["campaign.bpmn"]
    drawing = drawing.replace(b'sourceRef="review" targetRef="gate"', b'sourceRef="review" targetRef="weigh"')
    flow = d.flow("weigh", "gate").encode()
    drawing = drawing.replace(b"</bpmn:process>", more + flow + b"</bpmn:process>")

    found = backtests.run(done.app, {**DRAWN, "campaign.bpmn": drawing})

    assert found.other_way == 3
    assert [each.case for each in found.changed if each.decision == "asks campaign/weigh"] == sorted(
        {each.case for each in found.changed}
    )
