"""Processes that call themselves, straight or over others, before anything waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.engine.check.report import Report
from service.engine.drawing import Container, Element, Process
from service.engine.drawing.kinds import CONDITIONAL, WAITS

Calls = Mapping[str, list[Element]]
"""By the key of a process the calls it comes to without waiting before."""


def check_call_cycles(processes: Mapping[str, Process], reports: Mapping[str, Report]) -> None:
    """Report the calls by which a process comes back to its own beginning at one go."""
    possible = {key: list(_calls(each.body, processes, WAITS)) for key, each in processes.items()}
    unasked = WAITS | CONDITIONAL
    certain = {key: list(_calls(each.body, processes, unasked)) for key, each in processes.items()}
    for key, process in processes.items():
        for call in possible[key]:
            without_end = _way(key, call, certain) if call in certain[key] else ""
            _report(call, without_end, _way(key, call, possible), reports[process.file])


def _report(call: Element, without_end: str, way: str, report: Report) -> None:
    if without_end:
        report.error(
            call,
            "call-cycle",
            "{element!r} comes back to its own beginning before anything waits, without end: {way}. Draw "
            "what it waits for, or what ends it.",
            element=call.title,
            way=without_end,
        )
    elif way:
        report.warning(
            call,
            "call-cycle",
            "{element!r} comes back to its own beginning before anything waits: {way}. When no condition "
            "ends that, it becomes an incident.",
            element=call.title,
            way=way,
        )


def _way(key: str, call: Element, calls: Calls) -> str:
    """Return the keys by which a call comes back to a process; "" when it does not."""
    way = _way_to(key, str(call.called), calls, ())
    return " → ".join((key, *way)) if way else ""


def _way_to(wanted: str, at: str, calls: Calls, passed: tuple[str, ...]) -> tuple[str, ...]:
    if at == wanted:
        return (at,)
    if at in passed:
        return ()
    onward = (_way_to(wanted, str(call.called), calls, (*passed, at)) for call in calls[at])
    found = next((way for way in onward if way), ())
    return (at, *found) if found else ()


def _calls(container: Container, known: Mapping[str, Process], halting: frozenset[str]) -> Iterator[Element]:
    queue = container.of_kind("startEvent")
    seen = {each.id for each in queue}
    while queue:
        element = queue.pop()
        if element.called in known:
            yield element
        elif element.inner is not None:
            yield from _calls(element.inner, known, halting)
        elif element.kind not in halting or (element.kind in CONDITIONAL and len(element.outgoing) == 1):
            new = [flow.target for flow in element.outgoing if flow.target not in seen]
            seen.update(new)
            queue += (container.elements[target] for target in new)
