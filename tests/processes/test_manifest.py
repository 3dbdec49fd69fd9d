"""What ships is what the deployment check would accept without a word."""

from __future__ import annotations

from pathlib import Path

from service.engine.check import check
from service.handlers import HANDLERS

ROOT = Path(__file__).parents[2]
KINDS = {".bpmn", ".dmn", ".form"}


def shipped() -> dict[str, bytes]:
    """The manifest a first deployment would make of processes/ and forms/."""
    files = [
        path
        for folder in ("processes", "forms")
        for path in (ROOT / folder).iterdir()
        if path.suffix in KINDS or path.name == "organisation.yaml"
    ]
    return {path.name: path.read_bytes() for path in files}


def test_the_shipped_drawings_decisions_and_forms_pass_the_check_without_a_finding():
    findings = check(shipped(), topics=HANDLERS)

    assert findings == []


def test_a_variable_nobody_sets_would_be_found():
    files = shipped()
    files["execution_phase.bpmn"] = files["execution_phase.bpmn"].replace(
        b"next_day &gt; end_date", b"no_day &gt; end_date"
    )

    findings = check(files, topics=HANDLERS)

    assert [(each.element, each.code) for each in findings] == [
        ("flow_last_day_gateway_to_last_report_due", "unknown-variable")
    ]
