"""Branches of one fork that meet without a join: what follows would run once for each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from service.engine.check.markings import is_join
from service.engine.check.report import Report
from service.engine.drawing import Container, Element, Flow
from service.engine.drawing.kinds import GATEWAYS
from service.engine.files.findings import Finding
from service.wording import Text

_FORKS = ("parallelGateway", "inclusiveGateway")
_SILENT_ENDS = ("", "terminate", "error")


def check_merges(container: Container, report: Report) -> None:
    """Report, in a process and its embedded sub-processes, where branches of a fork meet and none waits.

    A warning: it runs as it is drawn, and only who draws knows whether that is meant. The structure must be
    sound already.
    """
    for each in container.containers():
        forks = [element for kind in _FORKS for element in each.of_kind(kind)]
        pairs = ((fork, pair) for fork in forks for pair in combinations(fork.outgoing, 2))
        for meeting in dict.fromkeys(name for fork, pair in pairs for name in _meetings(each, fork, pair)):
            place = each.elements[meeting]
            report.findings.append(
                Finding(report.file, place.line, place.id, "warning", "branches-unjoined", _told(place))
            )


def _meetings(container: Container, fork: Element, pair: tuple[Flow, Flow]) -> Iterator[str]:
    """Yield where two branches first meet unjoined."""
    starts = [container.elements[flow.target] for flow in pair]
    # What goes on beside an activity is meant to run as often as it is told.
    beside = {each.id for each in container.of_kind("boundaryEvent") if not each.interrupts}
    aside = beside | {fork.id}
    both = set.intersection(*(container.reached([each], without=aside) for each in starts))
    joins = {name for name in both if is_join(container.elements[name])}
    ways = [_reached(container, each, aside | joins) for each in starts]
    meet = {
        name
        for name in set.intersection(*ways)
        if _takes_each(container.elements[name]) and _runs_again(container, container.elements[name])
    }
    for name in sorted(meet):
        others = aside | joins | meet - {name}
        if all(name in _reached(container, each, others) for each in starts):
            yield name


def _reached(container: Container, start: Element, without: Collection[str]) -> set[str]:
    return container.reached([start], without=without) if start.id not in without else set()


def _takes_each(element: Element) -> bool:
    """Say whether several ways lead to an element that goes on whenever one of them comes."""
    return len(element.incoming) > 1 and (element.kind not in GATEWAYS or element.kind == "exclusiveGateway")


def _runs_again(container: Container, meeting: Element) -> bool:
    """Say whether anything happens behind an element, so that it matters how often."""
    ahead = (container.elements[name] for name in container.reached([meeting]))
    return not all(
        each.kind in GATEWAYS or (each.kind == "endEvent" and each.event_kind in _SILENT_ENDS)
        for each in ahead
    )


def _told(meeting: Element) -> Text:
    if meeting.kind == "exclusiveGateway":
        return Text(
            "Branches that run side by side meet at the exclusive gateway {element!r}: what follows runs "
            "once for each of them. Make it a parallel gateway.",
            element=meeting.title,
        )
    return Text(
        "Branches that run side by side meet at {element!r}: it runs once for each of them. Put a parallel "
        "gateway before it.",
        element=meeting.title,
    )
