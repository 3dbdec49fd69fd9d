"""Expressions that do not parse, read a form that is not there, or are missing where one must be."""

from __future__ import annotations

from service.engine.check.expressions import Expression
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.files.nearest import suggestion
from service.wording import Text

OTHER_LANGUAGES = ("${", "#{")


def check_feel(process: Process, around: Surroundings, report: Report) -> None:
    """Report what is wrong with the expressions of a process."""
    for element in process.elements.values():
        _empty_ones(element, report)
        if element.kind == "scriptTask":
            _script(element, report)
        for expression in around.expressions(element):
            _problems(expression, report)
            _dossier(expression, around, report)


def _problems(expression: Expression, report: Report) -> None:
    text = expression.text.strip()
    if text.startswith(OTHER_LANGUAGES):
        report.error(
            expression.at,
            "not-feel",
            "The {what} {expression!r} is no FEEL: write it without ${{}}, for example =total > 50000.",
            what=expression.what,
            expression=text,
        )
        return
    for problem in expression.parsed.problems:
        report.error(
            expression.at,
            f"feel-{problem.code.replace('_', '-')}",
            "The {what} {expression!r}: {reason} (at character {position}).",
            what=expression.what,
            expression=text,
            reason=problem.message,
            position=problem.offset + 1,
        )


def _dossier(expression: Expression, around: Surroundings, report: Report) -> None:
    for path in sorted(expression.parsed.paths):
        root, form, *fields = [*path.split("."), ""]
        if root != "dossier" or not form:
            continue
        keys = around.answers_to(form)
        if keys is None:
            report.error(
                expression.at,
                "unknown-form",
                "The {what} reads {path!r}: no such form.{hint}",
                what=expression.what,
                path=path,
                hint=suggestion(form, around.forms),
            )
        elif fields[0] and fields[0] not in keys:
            report.error(
                expression.at,
                "unknown-field",
                "The {what} reads {path!r}, but the form {form!r} has no field {field!r}.{hint}",
                what=expression.what,
                path=path,
                form=form,
                field=fields[0],
                hint=suggestion(fields[0], keys),
            )


def _empty_ones(element: Element, report: Report) -> None:
    for name, text in element.extensions.outputs:
        if not text:
            report.error(element, "empty-expression", "The output parameter {name!r} is empty.", name=name)
        if not name:
            report.error(element, "empty-name", "An output parameter has no name.")
    for mapped in (*element.extensions.call_in, *element.extensions.call_out):
        if not mapped.everything and not (mapped.expression and mapped.target):
            report.error(element, "empty-mapping", "A mapping needs a source and a target.")


def _script(element: Element, report: Report) -> None:
    if (element.extensions.script_format or "").lower() != "feel":
        report.error(
            element,
            "script-format",
            "Scripts are FEEL (scriptFormat=feel), not {given}.",
            given=element.extensions.script_format or Text("unnamed"),
        )
    if not element.extensions.script:
        report.error(element, "empty-script", "The script is empty.")
    elif not (element.extensions.attribute("resultVariable") or element.extensions.outputs):
        report.error(element, "result-unused", "The script's result goes nowhere: give it a result variable.")
