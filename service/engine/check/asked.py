"""Forms that nobody is asked with any more: one was taken for another, or what is read is never answered."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.nearest import suggestion

SWAPPED = "form-swapped"
FOLLOWS = frozenset({"unknown-variable", "takes-itself", "unknown-key", "never-equal", "approval-form"})
"""What is told of an element that asks with another form: it comes of that alone."""


def check_asked(process: Process, around: Surroundings, report: Report) -> None:
    """Report tasks whose own form is asked by nobody, and answers read that nobody gives."""
    asked = around.forms_asked
    for element in process.elements.values():
        if element.kind in PEOPLE and element.form and _is_left(element.id, around):
            report.error(
                element,
                SWAPPED,
                "{element!r} asks with the form {form!r}, and nobody with its own form {own!r}: choose that "
                "again, or remove it if it is needed no more.",
                element=element.title,
                form=element.form,
                own=element.id,
            )
        for path, form in _read_by(element, around):
            if form not in asked and not _is_own(form, around):
                report.error(
                    element,
                    "never-asked",
                    "{element!r} reads {path!r}, but no task asks with the form {form!r}.{hint}",
                    element=element.title,
                    path=path,
                    form=form,
                    hint=suggestion(form, asked),
                )


def _is_left(form: str, around: Surroundings) -> bool:
    """Tell whether there is a form that nobody is asked with."""
    return form in around.forms and form not in around.forms_asked


def _is_own(form: str, around: Surroundings) -> bool:
    """Tell whether a form is that of a task by its name: then its being swapped is told there."""
    tasks = (process.elements.get(form) for process in around.processes.values())
    return any(each is not None and each.kind in PEOPLE and each.form for each in tasks)


def _read_by(element: Element, around: Surroundings) -> Iterator[tuple[str, str]]:
    """Yield the answers of the dossier that the expressions of an element read, each with its form."""
    for expression in around.expressions(element):
        for path in sorted(expression.parsed.paths):
            root, _, rest = path.partition(".")
            form = rest.partition(".")[0]
            if root == "dossier" and form in around.forms:
                yield path, form
