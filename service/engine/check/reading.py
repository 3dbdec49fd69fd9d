"""The files of a manifest, read for the check: what each brings, and what is wrong with it by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service import manifest
from service.engine.case import schema as case_facts
from service.engine.check.facts import check_main
from service.engine.check.ids import check_ids
from service.engine.check.organisation import check_organisation
from service.engine.check.report import Report
from service.engine.check.sources import check_named_sources
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.check.unseen import check_unseen
from service.engine.check.vocabulary import check_vocabulary
from service.engine.decisions import read_dmn
from service.engine.drawing import Process, read_drawing
from service.engine.forms.reading import read_form
from service.engine.organisation import FILE as ORGANISATION
from service.engine.organisation import read as read_organisation
from service.errors import InvalidDeployment

Reader = Callable[[str, bytes, Surroundings, Report], None]


def read_manifest(
    files: Mapping[str, bytes], topics: Mapping[str, Topic], reports: Mapping[str, Report]
) -> Surroundings:
    """Return what the files bring; what cannot be read is reported and left out."""
    case = case_facts.read(files.get(case_facts.FILE, b""))
    around = Surroundings(topics=topics, case=case.schema)
    for name, content in files.items():
        report = reports[name]
        try:
            _reader(name)(name, content, around, report)
        except InvalidDeployment as refused:
            around.unreadable.add(name)
            report.findings += refused.findings
    if case_facts.FILE in files:
        reports[case_facts.FILE].findings += case.findings
        check_main(around, case.lines, reports[case_facts.FILE])
        check_named_sources(around, case.lines, reports[case_facts.FILE].findings)
    return around


def _reader(name: str) -> Reader:
    by_name: Mapping[str, Reader] = {ORGANISATION: _organisation}
    by_kind: Mapping[str, Reader] = {".bpmn": _drawing, ".dmn": _decisions, ".form": _form}
    return by_name.get(name, by_kind.get(name[name.rfind(".") :], _other))


def _other(name: str, _content: bytes, _around: Surroundings, report: Report) -> None:
    """What is read elsewhere, as a whole, only has to be of a kind that is known."""
    if manifest.kind_of(name) is None:
        kinds = ", ".join(manifest.KINDS)
        report.error(None, "unknown-kind", "Only files that end in {kinds} can be deployed.", kinds=kinds)


def _drawing(name: str, content: bytes, around: Surroundings, report: Report) -> None:
    drawing = read_drawing(name, content)
    if not drawing.processes:
        report.error(drawing.tag, "no-process", "The file draws no process.")
    around.drawings[name] = drawing.tag
    check_ids(drawing.tag, report)
    check_vocabulary(drawing.tag, report)
    check_unseen(drawing, report)
    for process in drawing.processes:
        if process.key:
            _process(process, around, report)


def _process(process: Process, around: Surroundings, report: Report) -> None:
    """Register a process; one whose id another file has already taken is refused."""
    if process.key in around.processes:
        report.error(
            process,
            "duplicate-process",
            "Another file draws the process {process!r} too.",
            process=process.key,
        )
        return
    if not process.is_executable:
        report.error(process, "not-executable", "The process is not marked as executable: tick “Executable”.")
    around.processes[process.key] = process


def _decisions(name: str, content: bytes, around: Surroundings, report: Report) -> None:
    file = read_dmn(name, content)
    around.tables[name] = file
    for decision in file.decisions:
        known = around.decisions.setdefault(decision.id, decision)
        if known.file != name:
            report.error(
                None,
                "duplicate-decision",
                "{other} has a decision {decision!r} too.",
                other=known.file,
                decision=decision.id,
            )


def _form(name: str, content: bytes, around: Surroundings, _report: Report) -> None:
    schema = read_form(name, content)
    around.schemas[name] = schema
    around.forms[name.removesuffix(".form")] = schema
    if isinstance(schema.get("id"), str):
        around.forms.setdefault(schema["id"], schema)


def _organisation(_name: str, content: bytes, around: Surroundings, report: Report) -> None:
    reading = read_organisation(content)
    report.findings += reading.findings
    if any(finding.code == "not-yaml" for finding in reading.findings):
        return
    report.findings += check_organisation(reading.organisation)
    around.organisation = reading.organisation
    around.lanes = frozenset(reading.organisation.lanes)
    around.groups = reading.organisation.people
