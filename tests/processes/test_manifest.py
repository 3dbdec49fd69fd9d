"""What ships is what the deployment check would accept without a word."""

from __future__ import annotations

from service import resources
from service.engine.check import check
from service.handlers import HANDLERS


def test_the_shipped_drawings_decisions_and_forms_pass_the_check_without_a_finding():
    findings = check(resources.manifest_files(), topics=HANDLERS)

    assert findings == []


def test_a_variable_nobody_sets_would_be_found():
    files = resources.manifest_files()
    files["execution_phase.bpmn"] = files["execution_phase.bpmn"].replace(
        b"next_day &gt; case.end_date", b"no_day &gt; case.end_date"
    )

    findings = check(files, topics=HANDLERS)

    assert [(each.element, each.code) for each in findings] == [
        ("flow_last_day_gateway_to_last_report_due", "unknown-variable")
    ]


def test_a_fact_nobody_declared_would_be_found():
    files = resources.manifest_files()
    files["case.yaml"] = files["case.yaml"].replace(b"  approver_group:", b"  approvers:")

    findings = check(files, topics=HANDLERS)

    assert {each.code for each in findings} == {"unknown-fact"}
    assert ("early_stop.bpmn", "decide_stop") in {(each.file, each.element) for each in findings}
    assert all("Did you mean 'approvers'?" in each.message for each in findings)
