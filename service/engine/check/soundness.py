"""Joins that would wait for ever: all ways tokens can stand on a drawing, walked without any data.

A parallel join that no way through can satisfy is an error, and so is a way back to where one would wait for
what came there before, or out of a branch to before its fork: the other branches would begin once more. A
join that some way leaves waiting is a warning, since the conditions may rule that way out. Where there are
too many ways to walk them all, that is said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from service.engine.check.markings import Markings, is_join
from service.engine.check.report import Report
from service.engine.drawing import Container, Element, Flow

MARKINGS = 10_000


def check_soundness(container: Container, report: Report) -> None:
    """Judge the joins of a process and its embedded sub-processes; the structure must be sound already."""
    for each in container.containers():
        if any(is_join(element) for element in each.elements.values()):
            markings = Markings(each)
            walked, again = _walk(markings, markings.first()), _begun_again(each)
            _judge(each, walked, report, frozenset[str]().union(*(found.joins for found in again)))
            for found in again if walked.all_pass(each) else ():
                _tell_again(each, found, report)
            _ways_back(each, markings, report)


@dataclass(frozen=True)
class _Again:
    """A flow out of a branch back to before its fork, and the joins where the other branches end."""

    back: Flow
    fork: Element
    joins: frozenset[str]


def _begun_again(container: Container) -> list[_Again]:
    """Return where branches would begin once more while they still run, one for each branch."""
    joins, found = {each.id for each in container.elements.values() if is_join(each)}, []
    for fork in container.of_kind("parallelGateway"):
        before = container.reached(container.of_kind("startEvent"), without={fork.id}) | {fork.id}
        leading = {name for name in before if fork.id in container.reached([container.elements[name]])}
        for flow in fork.outgoing if fork.id not in joins else ():
            others = [container.elements[each.target] for each in fork.outgoing if each is not flow]
            waiting = joins & container.reached(others, without={fork.id})
            inside = container.reached([container.elements[flow.target]], without=joins)
            back = [
                each for each in container.flows if each.source in inside - before and each.target in leading
            ]
            if waiting and fork.id in inside and back:
                found.append(_Again(back[0], fork, frozenset(waiting)))
    return found


def _tell_again(container: Container, again: _Again, report: Report) -> None:
    report.error(
        again.back,
        "fork-again",
        "From {element!r} it goes back to before {fork!r} while the other branches still run: they would "
        "begin once more. Go back to within the branch, or only behind the join.",
        element=container.elements[again.back.source].title,
        fork=again.fork.title,
    )


def _judge(container: Container, walked: _Walked, report: Report, told: Collection[str]) -> None:
    for element in filter(is_join, container.elements.values()):
        if walked.is_whole and element.kind == "parallelGateway" and element.id not in walked.passed:
            report.error(
                element,
                "join-never-passed",
                "{element!r} waits for ever: no way through brings a token on all its flows.",
                element=element.title,
            )
        elif element.id in told:
            continue
        elif element.id in walked.stuck:
            report.warning(
                element,
                "join-may-wait",
                "{element!r} waits for ever if one of its flows brings no token: check what leads to it.",
                element=element.title,
            )
        elif not walked.is_whole:
            report.warning(
                element,
                "join-not-examined",
                "Whether {element!r} may wait for ever is not known: there are too many ways to it to walk "
                "them all. Put branches into sub-processes.",
                element=element.title,
            )


@dataclass
class _Walked:
    """The joins passed on some way, those left waiting on some, and whether all ways were walked."""

    passed: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    is_whole: bool = True

    def all_pass(self, container: Container) -> bool:
        """Tell whether every join of a container lets its tokens on some time, as far as that is known."""
        joins = [each.id for each in container.elements.values() if is_join(each)]
        return not self.is_whole or self.passed.issuperset(joins)


def _walk(markings: Markings, first: set[int]) -> _Walked:
    """Return what all ways on from these markings come to, or those that could be walked."""
    walked, seen, queue = _Walked(), set(first), list(first)
    while queue:
        marking = queue.pop()
        moves = markings.moves(marking, walked.passed)
        if marking and not moves:
            walked.stuck.update(markings.waiting(marking))
        new = [each for each in moves if each not in seen]
        seen.update(new)
        queue += new
        if len(seen) > MARKINGS:
            walked.is_whole = False
            return walked
    walked.is_whole = not markings.overflowed
    return walked


def _ways_back(container: Container, markings: Markings, report: Report) -> None:
    """Report where a task sends back into a parallel block that is over by then: the case never lets it."""
    for element in container.elements.values():
        for target in filter(None, map(container.elements.get, element.return_targets)):
            alone = _walk(markings, {markings.at(target)})
            waits = alone.stuck - alone.passed
            if waits and element.id not in container.reached([target], without=waits):
                report.error(
                    element,
                    "return-into-block",
                    "{element!r} cannot send back to {target!r}, which lies in a parallel block that is over "
                    "by then: name an activity before the block.",
                    element=element.title,
                    target=target.title,
                )
