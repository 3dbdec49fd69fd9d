"""Processes that an event begins: a message that is theirs alone, or a time that needs no case to be told."""

from __future__ import annotations

from service.engine.check.expressions import ALWAYS_KNOWN, is_feel
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.check.variables import AT_START
from service.engine.drawing import Element, EventDefinition, Process
from service.feel import parse

BY_TIMER = "applicant"
"""The property that says in whose name a timer begins a process."""


def check_beginnings(process: Process, around: Surroundings, report: Report) -> None:
    """Judge how a process begins, where an event does it."""
    start, event = process.start, process.begun_by
    if start is not None and event is not None:
        _nobody_starts_it(process, report)
        if event.kind == "message":
            _alone(process, start, event, around, report)
        if event.kind == "timer":
            _timeless(event, report)
    if process.drawn_for is not None and (event is None or event.kind != "timer"):
        report.error(
            process,
            "ignored-property",
            "The property {name!r} would be ignored: only what a timer begins needs to be told for whom.",
            name=BY_TIMER,
        )


def _nobody_starts_it(process: Process, report: Report) -> None:
    if process.starter_groups:
        report.error(
            process,
            "ignored-starters",
            "An event begins {process!r}: candidateStarterGroups would be ignored.",
            process=process.name,
        )


def _alone(
    process: Process, start: Element, event: EventDefinition, around: Surroundings, report: Report
) -> None:
    """Report a message that another process is begun by too: one of them would never be."""
    for other in around.processes.values():
        if other is process:
            return
        begun_by = other.begun_by
        if event.message and begun_by is not None and begun_by.message == event.message:
            report.error(
                start,
                "message-begins-two",
                "The message {message!r} begins {other!r} already.",
                message=event.message,
                other=other.key,
            )
            return


def _timeless(event: EventDefinition, report: Report) -> None:
    """Report what the timer reads: it is reckoned when the drawing becomes live, before there is a case."""
    for time in event.times:
        names = parse(time.text).names if is_feel(time.text) else frozenset()
        for name in sorted(names & (AT_START | ALWAYS_KNOWN)):
            report.error(
                time.place,
                "timer-before-case",
                "The timer reads {name!r}: it is reckoned when the drawing goes live, before any case.",
                name=name,
            )
