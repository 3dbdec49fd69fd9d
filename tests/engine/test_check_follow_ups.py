"""What may be started beside a case: refused where process, condition or start form lead nowhere."""

from __future__ import annotations

import json

import pytest

from service.engine.check import check
from tests.engine import diagrams as d

CASE = b"main: campaign\nfacts:\n  tier: {kind: text, label: tier}\n"
CAMPAIGN = d.process(d.start(), d.end(), d.path("begin", "done"), key="campaign")
STOP = d.process(d.start(), d.end(), d.path("begin", "done"), key="early_stop")
LOADED = d.process(
    d.element("startEvent", "begin", camunda_formRef="load"),
    d.end(),
    d.path("begin", "done"),
    key="load_response",
)
LOAD = {
    "type": "default",
    "components": [
        {"type": "number", "key": key, "id": key, "label": key}
        for key in ("timestamp", "qps", "cpu_percent", "p95", "error_rate_percent")
    ],
}


def findings(follow_ups: str, **more: bytes) -> list[tuple[str, int, str, str]]:
    organisation = f"groups: {{}}\nrights: {{}}\nfollow_ups:\n  {follow_ups}\n".encode()
    files = {"campaign.bpmn": CAMPAIGN, "early_stop.bpmn": STOP, "case.yaml": CASE, **more}
    found = check({**files, "organisation.yaml": organisation}, topics={})
    return [(each.file, each.line, each.code, str(each.message)) for each in found]


def test_a_condition_reads_the_main_instance_its_phases_and_the_facts():
    when = 'state = "active" and list contains(phases, "campaign") and case.tier = "ceo"'

    assert findings(f"early_stop: {{when: '{when}'}}") == []
    assert findings("early_stop:") == []


@pytest.mark.parametrize(
    ("follow_up", "code", "says"),
    [
        ("early_stopp: {}", "unknown-process", "Did you mean 'early_stop'?"),
        ("early_stop: {when: 'state = '}", "not-feel", "The condition cannot be used"),
        ("early_stop: {when: 'stat = 1'}", "unknown-variable", "Did you mean 'state'?"),
        ("early_stop: {when: 'case.teir = 1'}", "unknown-fact", "Did you mean 'tier'?"),
        (
            "early_stop: {when: 'list contains(phases, \"campaing\")'}",
            "unknown-process",
            "Did you mean 'campaign'?",
        ),
        ("early_stop: {wenn: 'true'}", "unknown-word", "Did you mean 'when'?"),
        ("early_stop: {begun_by: weather}", "unknown-word", "Known are load."),
    ],
)
def test_a_follow_up_that_leads_nowhere_is_refused_with_its_line_and_the_mend(follow_up, code, says):
    [(file, line, found, message)] = findings(follow_up)

    assert (file, line, found) == ("organisation.yaml", 4, code)
    assert says in message


def test_a_load_sample_needs_a_start_form_that_asks_for_it():
    more = {"load_response.bpmn": LOADED, "load.form": json.dumps(LOAD).encode()}

    [(_, line, code, message)] = findings("load_response: {begun_by: load}", **more)

    assert (line, code) == (4, "reads-nothing")
    assert "no field 'cdn_nodes'" in message
