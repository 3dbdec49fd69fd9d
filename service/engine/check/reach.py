"""Ways through a drawing: elements no path leads to, paths without an end, cycles that never wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from service.engine.check.flows import loose_flows
from service.engine.check.report import Report
from service.engine.drawing import Container, Element
from service.engine.drawing.kinds import CONDITIONAL, WAITS


def check_reach(container: Container, report: Report) -> None:
    """Report what cannot be reached or left in a process or sub-process."""
    starts = container.of_kind("startEvent")
    if starts:
        _unreachable(container, starts, report)
    _without_end(container, starts, report)
    _endless_cycle(container, report)


def _unreachable(container: Container, starts: Sequence[Element], report: Report) -> None:
    """Report what no path leads to; behind something refused, or apart by its nature, is another cause."""
    behind = [container.elements.get(flow.target) for flow in loose_flows(container)]
    apart = [element for element in container.elements.values() if element.is_event_sub_process]
    begun = [*starts[:1], *(element for element in behind if element is not None), *apart]
    reached = container.reached(begun)
    for element in container.elements.values():
        attached_nowhere = element.kind == "boundaryEvent" and element.attached_to not in container.elements
        if element.id not in reached and element not in starts and not attached_nowhere:
            report.error(
                element,
                "unreachable",
                "No path leads to {element!r}: connect or delete it.",
                element=element.title,
            )


def _without_end(container: Container, starts: Sequence[Element], report: Report) -> None:
    """Report elements that have no way to an end; where a path breaks off, what stands there is reported."""
    over = [element for element in container.elements.values() if not element.outgoing]
    broken_off = [flow.source for flow in loose_flows(container)]
    ending = _before(container, [*(element.id for element in over), *broken_off])
    reached = container.reached(starts[:1])
    for name, element in container.elements.items():
        if name in reached and element.outgoing and name not in ending:
            report.error(
                element,
                "no-way-to-end",
                "From {element!r} no path leads to an end event.",
                element=element.title,
            )


def _before(container: Container, ends: Iterable[str]) -> set[str]:
    """Return the ids of the elements from which one may come to `ends`, themselves included."""
    earlier: dict[str, list[str]] = {}
    for element in container.elements.values():
        for following in container.following(element):
            earlier.setdefault(following.id, []).append(element.id)
    stack = list(ends)
    seen = set(stack)
    while stack:
        for name in earlier.get(stack.pop(), ()):
            if name not in seen:
                seen.add(name)
                stack.append(name)
    return seen


def _endless_cycle(container: Container, report: Report) -> None:
    """Report a cycle in which nothing waits: without a condition it can never be left."""
    automatic = {name: each for name, each in container.elements.items() if not _may_wait(each)}
    unasked = {name: each for name, each in automatic.items() if not _asks(each)}
    if endless := _in_cycle(unasked):
        report.error(
            endless,
            "endless-cycle",
            "The cycle through {element!r} neither waits nor asks a condition.",
            element=endless.title,
        )
    elif hasty := _in_cycle(automatic):
        report.warning(
            hasty,
            "automatic-cycle",
            "Nothing waits in the cycle through {element!r}: it is gone through at one go until a condition "
            "leaves it, and becomes an incident when none does. Draw what it waits for.",
            element=hasty.title,
        )


def _may_wait(element: Element) -> bool:
    return element.kind in WAITS | {"callActivity", "subProcess"}


def _asks(element: Element) -> bool:
    return element.kind in CONDITIONAL and len(element.outgoing) > 1


def _in_cycle(elements: Mapping[str, Element]) -> Element | None:
    """Return an element from which one comes back to it over these elements alone."""
    following = {name: [flow.target for flow in each.outgoing] for name, each in elements.items()}
    return next((each for name, each in elements.items() if _returns(name, following)), None)


def _returns(start: str, following: Mapping[str, list[str]]) -> bool:
    stack, seen = list(following[start]), set()
    while stack:
        current = stack.pop()
        if current == start:
            return True
        if current in following and current not in seen:
            seen.add(current)
            stack.extend(following[current])
    return False
