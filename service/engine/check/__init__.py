"""The check before a deployment: what cannot run right is refused by file, line, element and code.

`structure` looks at the shape, `soundness` for joins that wait for ever, `branches` for gaps and
overlaps of conditions, `references` at what is referred to, `expressions` at FEEL, `variables` at what is
read and never set, `parts` at the copies of form parts, `english` at the words of forms; decision tables are
judged in `engine.decisions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from service import manifest
from service.engine import case_facts, xml
from service.engine.check.branches import check_branches
from service.engine.check.drawing import Container, Report, read
from service.engine.check.english import check_english
from service.engine.check.expressions import check_expressions
from service.engine.check.facts import check_decision_facts, check_facts, check_form_facts, check_main
from service.engine.check.follow_ups import check_follow_ups
from service.engine.check.marks import check_marks
from service.engine.check.organisation import check_organisation
from service.engine.check.parts import check_parts
from service.engine.check.reads import Answers, check_reads
from service.engine.check.references import Surroundings, check_references, process_inputs
from service.engine.check.soundness import check_soundness
from service.engine.check.structure import check_ids, check_structure
from service.engine.check.variables import check_variables
from service.engine.decisions import read_dmn
from service.engine.english import FILE as ENGLISH
from service.engine.english import read as read_english
from service.engine.findings import Finding
from service.engine.forms import read_form
from service.engine.organisation import FILE as ORGANISATION
from service.engine.organisation import read as read_organisation
from service.errors import InvalidDeployment
from service.feel.forms import check_schema
from service.feel.schema import form_keys


def check(files: Mapping[str, bytes], *, topics: Mapping[str, Any]) -> list[Finding]:
    """Return everything wrong or doubtful about a manifest, errors and warnings, in order of file and line.

    `topics`: the service-task topics by name, with `inputs`, `required`, `is_open`, `outputs`, `errors`.
    Never raises for the contents of a file.
    """
    reports = {name: Report(name) for name in files}
    case = case_facts.read(files.get(case_facts.FILE, b""))
    around = Surroundings(topics=topics, case=case.schema)
    drawings: list[tuple[str, etree._Element]] = []
    for name, content in files.items():
        _read(name, content, around, drawings, reports[name])
    containers = [
        (name, container) for name, root in drawings for container in _processes(root, around, reports[name])
    ]
    for name, container in containers:
        _judge(container, around, reports[name])
    if case_facts.FILE in reports:
        reports[case_facts.FILE].findings += case.findings
        check_main(around, case.lines, reports[case_facts.FILE])
    for finding in (*_of_forms(files, around), *_follow_ups(around)):
        reports[finding.file].findings.append(finding)
    found = [finding for report in reports.values() for finding in report.findings]
    return sorted(found, key=lambda each: (each.file, each.line, each.severity, each.code))


def _read(
    name: str,
    content: bytes,
    around: Surroundings,
    drawings: list[tuple[str, etree._Element]],
    report: Report,
) -> None:
    if name.endswith(".bpmn"):
        root = _drawing(name, content, report)
        if root is not None:
            drawings.append((name, root))
    elif name.endswith(".dmn"):
        _decisions(name, content, around, report)
    elif name.endswith(".form"):
        _form(name, content, around, report)
    elif name == ORGANISATION:
        _organisation(content, around, report)
    elif manifest.kind_of(name) is None:
        kinds = ", ".join(manifest.KINDS)
        report.error(None, "unknown-kind", "Only files that end in {kinds} can be deployed.", kinds=kinds)


def _drawing(name: str, content: bytes, report: Report) -> etree._Element | None:
    try:
        root = xml.parse_xml(name, content)
    except InvalidDeployment as refused:
        report.findings += refused.findings
        return None
    if root.tag != xml.bpmn("definitions"):
        report.error(root, "not-bpmn", "This is not a BPMN 2.0 file: its root is no bpmn:definitions.")
        return None
    if root.find("bpmn:process", xml.NS) is None:
        report.error(root, "no-process", "The file draws no process.")
    return root


def _processes(root: etree._Element, around: Surroundings, report: Report) -> list[Container]:
    """Register the processes of a file; one whose id another file has already taken is refused."""
    check_ids(root, report)
    found = []
    for process in root.iterchildren(xml.bpmn("process")):
        container = read(process)
        if not container.id:
            continue
        if container.id in around.processes:
            report.error(
                process,
                "duplicate-process",
                "Another file draws the process {process!r} too.",
                process=container.id,
            )
            continue
        if process.get("isExecutable") != "true":
            report.error(
                process, "not-executable", "The process is not marked as executable: tick “Executable”."
            )
        around.processes[container.id] = container
        around.inputs[container.id] = process_inputs(container)
        found.append(container)
    return found


def _judge(container: Container, around: Surroundings, report: Report) -> None:
    before = len(report.findings)
    check_structure(container, report)
    if not any(finding.severity == "error" for finding in report.findings[before:]):
        check_soundness(container, report)
        check_branches(container, report)
    check_references(container, around, report)
    check_expressions(container, around.forms, report)
    check_facts(container, around, report)
    check_variables(container, around, report)
    if not around.organisation.is_first_release:
        metrics = tuple(around.organisation.metrics.values())
        answers = Answers(around.forms, metrics, _start_form(around.case.main, around))
        check_reads(container, around.topics, answers, report)


def _decisions(name: str, content: bytes, around: Surroundings, report: Report) -> None:
    try:
        file = read_dmn(name, content)
    except InvalidDeployment as refused:
        report.findings += refused.findings
        return
    report.findings += file.findings
    for decision in file.decisions:
        check_decision_facts(decision, around.case, report)
        known = around.decisions.setdefault(decision.id, decision)
        if known.file != name:
            report.error(
                None,
                "duplicate-decision",
                "{other} has a decision {decision!r} too.",
                other=known.file,
                decision=decision.id,
            )


def _form(name: str, content: bytes, around: Surroundings, report: Report) -> None:
    try:
        schema = read_form(name, content)
    except InvalidDeployment as refused:
        report.findings += refused.findings
        return
    for problem in check_schema(schema):
        report.findings.append(
            Finding(name, 0, problem.field, problem.severity, problem.code, problem.message)
        )
    check_form_facts(schema, around.case, report)
    around.forms[name.removesuffix(".form")] = schema
    if isinstance(schema.get("id"), str):
        around.forms.setdefault(schema["id"], schema)


def _of_forms(files: Mapping[str, bytes], around: Surroundings) -> Iterator[Finding]:
    schemas = _schemas(files, around)
    yield from check_parts(schemas)
    yield from _english(files, schemas)
    if not around.organisation.is_first_release:
        yield from check_marks(schemas, files, around.organisation)


def _follow_ups(around: Surroundings) -> Iterator[Finding]:
    if around.organisation.is_first_release:
        return
    yield from check_follow_ups(
        around.organisation, around.processes, around.case.names, lambda key: _start_answers(key, around)
    )


def _start_answers(key: str, around: Surroundings) -> frozenset[str]:
    """Return what a process's start form asks; nothing where it has none."""
    form = around.forms.get(_start_form(key, around) or "")
    return frozenset() if form is None else form_keys(form)


def _start_form(key: str | None, around: Surroundings) -> str | None:
    """Return the id of a process's start form; None where it has none."""
    if key not in around.processes:
        return None
    starts = (node for node in around.processes[key].nodes.values() if node.kind == "startEvent")
    return next((form for start in starts if (form := start.extensions.attribute("formRef"))), None)


def _schemas(files: Mapping[str, bytes], around: Surroundings) -> dict[str, Any]:
    """Return the forms that could be read, by name of their file."""
    names = (name for name in files if name.endswith(".form"))
    return {
        name: around.forms[stem] for name in names if (stem := name.removesuffix(".form")) in around.forms
    }


def _english(files: Mapping[str, bytes], schemas: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the English of the forms, where a manifest has any."""
    if ENGLISH in files:
        yield from check_english(read_english(files[ENGLISH]), schemas)


def _organisation(content: bytes, around: Surroundings, report: Report) -> None:
    reading = read_organisation(content)
    report.findings += reading.findings
    if any(finding.code == "not-yaml" for finding in reading.findings):
        return
    report.findings += check_organisation(reading.organisation)
    around.organisation = reading.organisation
    around.lanes = frozenset(reading.organisation.lanes)
    around.groups = reading.organisation.people
