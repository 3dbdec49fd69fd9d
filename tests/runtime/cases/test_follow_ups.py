"""What may be started beside a case, and when: said by the owners, held by the use case, whoever asks."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from service.domain.metrics import LoadSample
from service.engine.organisation import LOAD_ANSWERS
from service.errors import Conflict, InvalidInput
from service.runtime.campaigns import load_reports
from service.runtime.cases import instances
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION

WHEN = 'state = "active" and list contains(phases, "execution")'
COMPANY = (
    ORGANISATION.decode()
    + f"""
rights: {{sample.record: [技术部], case.see_all: [技术部]}}
follow_ups:
  stop: {{when: '{WHEN}'}}
  response: {{when: '{WHEN}', begun_by: load}}
"""
)
EXECUTION = d.process(
    d.start(), d.user("run_it", group="市场部"), d.end(), d.path("begin", "run_it", "done"), key="execution"
)
CAMPAIGN = d.process(
    d.start(),
    d.user("plan", group="市场部"),
    d.call("carry_out", "execution"),
    d.end(),
    d.path("begin", "plan", "carry_out", "done"),
    key="campaign",
)


STOP = d.process(
    d.start(), d.user("stop_it", group="市场部"), d.end(), d.path("begin", "stop_it", "done"), key="stop"
)
RESPONSE = d.process(
    d.element("startEvent", "begin", camunda_formRef="load"),
    d.user("respond", group="市场部"),
    d.end(),
    d.path("begin", "respond", "done"),
    key="response",
)
LOAD = {
    "id": "load",
    "type": "default",
    "components": [{"type": "textfield", "key": "timestamp", "id": "f_timestamp", "label": "时间"}]
    + [{"type": "number", "key": key, "id": f"f_{key}", "label": key} for key in LOAD_ANSWERS[1:]],
}


@pytest.fixture
def case(company):
    company.deploy(
        {
            "organisation.yaml": COMPANY.encode(),
            "case.yaml": b"main: campaign\n",
            "campaign.bpmn": CAMPAIGN,
            "execution.bpmn": EXECUTION,
            "stop.bpmn": STOP,
            "response.bpmn": RESPONSE,
            "load.form": json.dumps(LOAD).encode(),
        }
    )
    return company.start("campaign")


def offered(company, case, by="linyue"):
    actor = getattr(company.cast, by)
    found = instances.startable(company.app, actor, business_key=case.business_key)
    return {each.key for each in found} & {"stop", "response"}


def test_a_follow_up_is_offered_and_starts_only_while_its_condition_holds(company, case):
    assert offered(company, case) == set()
    with pytest.raises(Conflict, match="only while this holds for the case"):
        company.start("stop", business_key=case.business_key)

    company.complete(case, "plan", by="linyue")
    assert offered(company, case) == {"stop", "response"}
    assert company.start("stop", business_key=case.business_key).business_key == case.business_key


@pytest.mark.parametrize("by", ["linyue", "admin"])
def test_beside_a_case_that_has_ended_nobody_starts_one(company, case, by):
    company.complete(case, "plan", by="linyue")
    company.complete(case, "run_it", by="linyue")

    assert offered(company, case, by) == set()
    with pytest.raises(Conflict):
        company.start("stop", by=by, business_key=case.business_key)


@pytest.mark.parametrize("number", [None, "no such case"])
def test_without_its_case_a_follow_up_does_not_start(company, case, number):
    with pytest.raises(InvalidInput):
        company.start("stop", business_key=number)
    assert "stop" not in {each.key for each in instances.startable(company.app, company.cast.linyue)}


def test_a_load_sample_begins_its_response_once_and_only_in_time(company, case):
    def report():
        at = MONDAY - timedelta(minutes=1)
        sample = LoadSample(at, Decimal(10), cpu=Decimal("0.5"), p95=Decimal(80), error_rate=Decimal(0))
        return load_reports.report(company.app, company.cast.liangxiao, case.business_key, sample)

    assert report().instance_id is None, "nothing runs yet"

    company.complete(case, "plan", by="linyue")
    first, second = report(), report()
    assert (first.started, second.started) == (True, False)
    assert first.instance_id == second.instance_id


def test_a_list_of_cases_leaves_out_what_was_started_beside_them(company, case):
    company.complete(case, "plan", by="linyue")
    beside = company.start("stop", business_key=case.business_key)

    listed = instances.find(company.app, company.cast.linyue, leading=True).items

    assert [each.id for each in listed] == [case.id]
    assert instances.leads(company.app, company.cast.linyue, case.id)
    assert not instances.leads(company.app, company.cast.linyue, beside.id)
