"""Call activities: the process they call, and what is handed in."""

from __future__ import annotations

import re

from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.files.nearest import suggestion

SAME_CASE = (
    "#{execution.processBusinessKey}",
    "${execution.processBusinessKey}",
    "#{execution.businessKey}",
    "${execution.businessKey}",
    "=business_key",
)
"""How drawings say that a called process has the number of its case, which is what happens anyway."""


def check_call(element: Element, around: Surroundings, report: Report) -> None:
    """Judge a call activity."""
    _business_key(element, report)
    called = element.called
    if not called:
        report.error(element, "missing-called-element", "Choose the process this activity calls.")
    elif called.startswith(("=", "$", "#")):
        report.error(element, "dynamic-call", "The called process is named by its id, not by an expression.")
    elif called not in around.processes:
        report.error(
            element,
            "unknown-process",
            "There is no process {called!r}: upload it or correct the id.{hint}",
            called=called,
            hint=suggestion(called, around.processes),
        )
    elif around.processes[called].begun_by is not None:
        report.error(
            element,
            "call-begun-by-event",
            "{called!r} is begun by an event and cannot be called: give it a start event without one.",
            called=called,
        )
    else:
        _inputs(element, around.processes[called], report)


def _business_key(element: Element, report: Report) -> None:
    """A called process has the number of the case around it, and can have no other."""
    key = element.extensions.business_key
    if key is not None and re.sub(r"\s", "", key) not in SAME_CASE:
        report.error(
            element,
            "call-business-key",
            "A called process belongs to the same case, so its number cannot be {key!r}: remove it, or write "
            "{same}.",
            key=key,
            same=SAME_CASE[0],
        )


def _inputs(element: Element, called: Process, report: Report) -> None:
    if any(mapped.everything for mapped in element.extensions.call_in):
        return
    given = {mapped.target for mapped in element.extensions.call_in}
    for name in called.inputs:
        if name not in given:
            report.error(
                element,
                "input-not-mapped",
                "{called!r} takes the input {name!r}: map it in.",
                called=called.key,
                name=name,
            )
    for name in sorted(given - set(called.inputs)):
        report.warning(
            element,
            "unknown-input",
            "{called!r} does not declare the input {name!r} that is mapped in.",
            called=called.key,
            name=name,
        )
