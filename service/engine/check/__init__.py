"""The check before a deployment: what cannot run right is refused by file, line, element and code.

`reading` reads the files into the `surroundings`; `vocabulary` names what is written and nobody reads,
`unseen` what runs and is not on the picture. Of each process, `structure` looks at the shape (`elements`,
`flows`, `events`, `reach`), `soundness` for joins that wait for ever, `merges` for branches that none joins,
`branches` for gaps and overlaps of conditions, `references` at what is referred to (`people`, `services`,
`calls`), `feel` and `literals` at what is written, `reminders` at who is told when that a task waits,
`renewing` at what its figures come from,
`notices` at who is told of what else, `notes` at words that repeat a number, `approvals` at decisions,
`asked` at forms that nobody is asked with, `facts` at those of the case, `variables` at what is read and
never set, `messages` at those that miss each other; `call_cycles` follows processes that call each other.
`english` looks at the words of forms, `fields` at what they ask, `marks` at what their fields are marked
with. Form parts are judged in `engine.forms`, decision tables in `engine.decisions`; `figures` looks at where
figures come from; `guarantees` holds what must be true of every way against all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from service.engine.case.schema import FILE as CASE
from service.engine.check.approvals import check_approvals
from service.engine.check.asked import FOLLOWS, SWAPPED, check_asked
from service.engine.check.beginnings import check_beginnings
from service.engine.check.branches import check_branches
from service.engine.check.call_cycles import check_call_cycles
from service.engine.check.crossing import Problems, cross, wake
from service.engine.check.english import check_english
from service.engine.check.facts import check_decision_facts, check_facts, check_form_facts
from service.engine.check.feel import check_feel
from service.engine.check.fields import check_fields
from service.engine.check.figures import check_figures
from service.engine.check.follow_ups import check_follow_ups
from service.engine.check.form_lines import place
from service.engine.check.guarantees import check_guarantees
from service.engine.check.kinds import check_kinds, check_tables
from service.engine.check.literals import check_literals
from service.engine.check.marks import check_marks
from service.engine.check.merges import check_merges
from service.engine.check.messages import check_messages
from service.engine.check.names import check_form_names, check_names
from service.engine.check.notes import check_notes
from service.engine.check.notices import check_notices
from service.engine.check.reading import read_manifest
from service.engine.check.reads import answers_of, check_reads
from service.engine.check.references import check_references
from service.engine.check.reminders import check_reminders
from service.engine.check.renewing import check_renewing
from service.engine.check.report import Report
from service.engine.check.scopes import Scopes
from service.engine.check.soundness import check_soundness
from service.engine.check.sources import check_sources
from service.engine.check.structure import check_structure
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.check.variables import check_variables
from service.engine.check.withdrawals import check_withdrawals
from service.engine.drawing import Container, Flow, Process
from service.engine.figures import FILE as FIGURES
from service.engine.figures import read as read_figures
from service.engine.files.findings import Finding
from service.engine.forms.english import FILE as ENGLISH
from service.engine.forms.english import read as read_english
from service.engine.forms.part_check import check_parts
from service.engine.guarantees import FILE as GUARANTEES

_MISSED = {
    ".bpmn": ("unknown-process", "unknown-activity"),
    ".dmn": ("unknown-decision", "unknown-source", "fact-source"),
    ".form": ("unknown-form", "english-unused"),
}
"""What is said of files of a kind that are not there; one that cannot be read has said so itself."""


def check(files: Mapping[str, bytes], *, topics: Mapping[str, Topic]) -> list[Finding]:
    """Return everything wrong or doubtful about a manifest, errors and warnings, in order of file and line.

    `topics`: the service-task topics by name. Never raises for the contents of a file.
    """
    reports = {name: Report(name) for name in files}
    # The isolate needs none of Python's time: what asks for no FEEL is read and judged meanwhile.
    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(wake)
        around = read_manifest(files, topics, reports)
        crossing = beside.submit(cross, around)
        for process in around.processes.values():
            _judge_shape(process, around, reports[process.file])
        check_call_cycles(around.processes, reports)
        is_sound = not any(report.has_errors for report in reports.values())
        _collect(_of_forms(files, around), reports)
        problems = crossing.result()
    for process in around.processes.values():
        check_beginnings(process, around, reports[process.file])
        check_withdrawals(process, reports[process.file])
    answers, scopes = answers_of(around), Scopes(around)
    for process in around.processes.values():
        _judge_feel(process, around, reports[process.file])
        check_kinds(process, around, scopes, reports[process.file])
        if not around.organisation.is_first_release:
            check_names(process, around, scopes, reports[process.file])
            check_asked(process, around, reports[process.file])
        if answers is not None:
            check_reads(process, topics, answers, reports[process.file])
    for name, file in around.tables.items():
        reports[name].findings += file.findings
        for decision in file.decisions:
            check_decision_facts(decision, around.case, reports[name])
    further = (*_of_fields(problems), *_follow_ups(around), *_of_figures(files, around))
    _collect((*further, *check_tables(around, scopes)), reports)
    if not around.organisation.is_first_release:
        check_messages(around, reports)
        _collect(check_form_names(around, scopes), reports)
    if GUARANTEES in files:
        is_sound = is_sound and not any(_has_errors(file.findings) for file in around.tables.values())
        _collect(check_guarantees(files, around, is_sound=is_sound), reports)
    found = place(_causes(reports, around.unreadable), files)
    named = _named(found, around)
    return sorted(named, key=lambda each: (each.file, each.line, each.severity, each.code))


def _named(findings: Iterable[Finding], around: Surroundings) -> Iterator[Finding]:
    """Yield the findings, those about an element or a flow of a drawing or a decision with its name."""
    names = {
        (process.file, flow.id): _of_flow(flow, each)
        for process in around.processes.values()
        for each in process.body.containers()
        for flow in each.flows
    }
    names |= {
        (process.file, element.id): element.name
        for process in around.processes.values()
        for element in process.elements.values()
    }
    names |= {(process.file, process.key): process.name for process in around.processes.values()}
    names |= {(name, each.id): each.name for name, file in around.tables.items() for each in file.decisions}
    for finding in findings:
        name = names.get((finding.file, finding.element), "")
        yield replace(finding, name=name) if name and name != finding.element else finding


def _of_flow(flow: Flow, container: Container) -> str:
    """Return what to call a flow: where it leads from and to, by name; "" where neither end has one."""
    ends = [container.elements[name] for name in (flow.source, flow.target) if name in container.elements]
    return " → ".join(each.title for each in ends) if any(each.name for each in ends) else ""


def _causes(reports: Mapping[str, Report], unreadable: Collection[str]) -> Iterator[Finding]:
    """Yield the findings, without what comes of another that is told as well.

    Where the facts cannot be read, that is all that names one; where a task asks with another's form, what it
    reads of its own; where a drawing, table or form cannot be read, that one of its kind is missing.
    """
    missed = frozenset(code for name in unreadable for code in _MISSED.get(name[name.rfind(".") :], ()))
    facts = reports.get(CASE)
    are_unreadable = facts is not None and facts.has_errors
    for report in reports.values():
        swapped = {each.element for each in report.findings if each.code == SWAPPED}
        for each in report.findings:
            if (each.code == "unknown-fact" and are_unreadable) or each.code in missed:
                continue
            if not (each.code in FOLLOWS and each.element in swapped):
                yield each


def _has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _collect(findings: Iterable[Finding], reports: Mapping[str, Report]) -> None:
    for finding in findings:
        reports[finding.file].findings.append(finding)


def _of_fields(problems: Problems) -> Iterator[Finding]:
    """Yield what is wrong with single fields of forms."""
    for name, found in problems.items():
        for each in found:
            yield Finding(name, 0, each.field, each.severity, each.code, each.message)


def _of_forms(files: Mapping[str, bytes], around: Surroundings) -> Iterator[Finding]:
    """Yield what is wrong with the forms together: facts, parts, marks, English where a manifest has any."""
    yield from check_form_facts(around.schemas, around.case)
    yield from check_parts(around.schemas)
    yield from check_fields(around.schemas)
    if ENGLISH in files:
        yield from check_english(read_english(files[ENGLISH]), around.schemas, _told_words(around))
    if not around.organisation.is_first_release:
        yield from check_marks(around.schemas, around.organisation, around.processes)


def _told_words(around: Surroundings) -> Iterator[str]:
    """Yield what people read beside forms: names of what is drawn, groups, conclusions, events, columns."""
    yield from (process.name for process in around.processes.values())
    yield from (each.name for process in around.processes.values() for each in process.elements.values())
    yield from (*around.organisation.groups, *around.organisation.conclusions)
    yield from (event.text for event in around.organisation.notices.values())
    for decision in around.decisions.values():
        yield from (column.title for column in decision.inputs)
        yield from (column.label for column in decision.outputs)
        yield from (words for column in decision.outputs for _value, words in column.words)


def _follow_ups(around: Surroundings) -> Iterator[Finding]:
    if not around.organisation.is_first_release:
        yield from check_follow_ups(
            around.organisation, around.processes, around.case.names, around.start_answers
        )


def _of_figures(files: Mapping[str, bytes], around: Surroundings) -> Iterator[Finding]:
    """Yield what is wrong with what the manifest says of figures, where it says anything."""
    if FIGURES in files:
        found = read_figures(files[FIGURES])
        yield from (*found.findings, *check_figures(found.words, around))


def _judge_shape(process: Process, around: Surroundings, report: Report) -> None:
    """Judge what asks for no FEEL."""
    shape = Report(process.file)
    check_structure(process.body, shape)
    report.findings += shape.findings
    if not shape.has_errors:
        check_soundness(process.body, report)
        check_merges(process.body, report)
        check_branches(process.body, report)
    check_references(process, around, report)
    check_reminders(process, around, report)
    check_renewing(process, around, report)
    check_notices(process, around, report)
    check_literals(process, report)
    check_notes(process, around, report)


def _judge_feel(process: Process, around: Surroundings, report: Report) -> None:
    check_feel(process, around, report)
    check_facts(process, around, report)
    check_sources(process, around, report)
    if not around.organisation.is_first_release:
        check_approvals(process, around, report)
    check_variables(process, around, report)
