"""Decisions (property `approval`): what makes an answer an approval that somebody gave and that counts."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.check.expressions import Expression, is_feel
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Container, Element, Process
from service.engine.drawing.kinds import PEOPLE
from service.engine.forms.marks import marked
from service.engine.kinds.infer import infer
from service.engine.kinds.model import TEXT
from service.feel import parse, strip_equals
from service.feel.schema import Schema, components

APPLICANT = "applicant"


def check_approvals(process: Process, around: Surroundings, report: Report) -> None:
    """Report decisions that lack what makes them one: a conclusion that counts, given by somebody else."""
    for element in process.elements.values():
        if element.kind in PEOPLE and element.is_approval:
            _asked(element, around, report)
            _said_beforehand(element, around, report)
            _answered(element, report)
        elif element.kind in PEOPLE and "approval" not in element.properties:
            _unsaid(element, around, report)
    for container in process.body.containers():
        for element in container.elements.values():
            if element.trigger is not None:
                _overtaken(element, element.trigger, container, report)


def _overtaken(element: Element, trigger: Element, container: Container, report: Report) -> None:
    """Report a time limit that takes the decisions beside it away."""
    if trigger.event_kind != "timer" or not trigger.interrupts:
        return
    inside = {each.id for each in element.inner.everything()} if element.inner is not None else set()
    for decision in container.everything():
        if decision.kind in PEOPLE and decision.is_approval and decision.id not in inside:
            _taken_away(trigger, decision, report)


def _unsaid(element: Element, around: Surroundings, report: Report) -> None:
    """Report a task that asks for a conclusion and does not say whether it decides: the mark may be lost."""
    schema = around.forms.get(element.form or "")
    if schema is not None and marked(schema).conclusions:
        report.warning(
            element,
            "approval-unsaid",
            "{element!r} asks for a conclusion and does not say whether it is a decision: give it the "
            "property approval with true, or with false.",
            element=element.title,
        )


def _asked(element: Element, around: Surroundings, report: Report) -> None:
    schema = around.forms.get(element.form or "")
    if element.form is None:
        report.error(
            element,
            "approval-form",
            "{element!r} is a decision and asks nothing: give it a form with a conclusion.",
            element=element.title,
        )
    if schema is None:
        return
    conclusions = marked(schema).conclusions
    if not conclusions:
        report.error(
            element,
            "approval-form",
            "{element!r} is a decision, but no field of its form {form!r} is marked as its conclusion "
            "(property role = conclusion).",
            element=element.title,
            form=element.form or "",
        )
    elif not _is_read(element, conclusions, around):
        report.error(
            element,
            "approval-unread",
            "Nothing reads the conclusion of {element!r}, so it decides nothing: give {key!r} to the process "
            "with an output parameter, or read dossier.{form}.{key}.",
            element=element.title,
            form=element.form or "",
            key=conclusions[0],
        )


def _said_beforehand(element: Element, around: Surroundings, report: Report) -> None:
    """Report what a decision hands on that is a conclusion already, whatever anybody concludes."""
    for name, written in element.extensions.outputs:
        value = _only_text(written)
        if value is not None and value in around.organisation.conclusions:
            report.error(
                element,
                "approval-constant",
                "{element!r} sets {name!r} to {value!r} whatever is concluded: take it from the answer.",
                element=element.title,
                name=name,
                value=value,
            )


def _only_text(written: str) -> str | None:
    """Return the one text that a value can be, None where it may be another."""
    if not is_feel(written):
        return written
    kind = infer(strip_equals(written), parse(written), {}).kind
    texts = kind.texts if kind.bits == TEXT else None
    return next(iter(texts)) if texts is not None and len(texts) == 1 else None


def _answered(element: Element, report: Report) -> None:
    if APPLICANT not in element.not_by:
        report.error(
            element,
            "approval-by-applicant",
            "The applicant could decide on their own case at {element!r}: name applicant in notBy.",
            element=element.title,
        )
    for boundary in element.boundary:
        if boundary.interrupts and boundary.event_kind == "timer":
            _taken_away(boundary, element, report)


def _taken_away(timer: Element, decision: Element, report: Report) -> None:
    report.error(
        timer,
        "approval-timer",
        "The timer {timer!r} takes the decision {element!r} away and the case goes on without it: "
        "make it non-interrupting, so that it only reminds.",
        timer=timer.title,
        element=decision.title,
    )


def _is_read(element: Element, conclusions: tuple[str, ...], around: Surroundings) -> bool:
    """Say whether a conclusion enters the process, or is read in the dossier."""
    kept = [text for _, text in element.extensions.outputs]
    loop = element.extensions.multi_instance
    if loop is not None and loop.output_element:
        kept.append(loop.output_element)
    keys = _carried({key.split(".")[0] for key in conclusions}, around.forms[element.form or ""])
    if any(parse(text).names & keys for text in kept):
        return True
    wanted = {f"dossier.{element.form}.{key}" for key in keys}
    return any(wanted & expression.parsed.paths for expression in _all_expressions(around))


def _carried(keys: set[str], schema: Schema) -> set[str]:
    """Return these fields of a form and those computed from them."""
    computed = {each.key: str(each.raw.get("expression") or "") for each in components(schema) if each.key}
    more = {key for key, text in computed.items() if text and parse(text).names & keys} - keys
    return _carried(keys | more, schema) if more else keys


def _all_expressions(around: Surroundings) -> Iterator[Expression]:
    for process in around.processes.values():
        for element in process.elements.values():
            yield from around.expressions(element)
