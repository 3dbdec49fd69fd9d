"""Joins that would wait for ever: all ways tokens can stand on a drawing, walked without any data.

A parallel join that no way through can satisfy is an error. One that some way leaves waiting is a warning,
since the conditions may rule that way out. Drawings with inclusive joins or very many ways are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from service.engine.check.drawing import ACTIVITIES, Container, NodeElement, Report

MARKINGS = 4000
TOKENS_ON_A_FLOW = 3
# Flows with the number of tokens on each, in order: hashable.
Marking = tuple[tuple[str, int], ...]


def check_soundness(container: Container, report: Report) -> None:
    """Judge the joins of a process and its embedded sub-processes; the structure must be sound already."""
    for each in container.containers():
        joins = [node for node in each.nodes.values() if _is_join(node)]
        inclusive = any(
            node.kind == "inclusiveGateway" and len(node.incoming) > 1 for node in each.nodes.values()
        )
        if joins and not inclusive:
            _judge(each, joins, report)


def _judge(container: Container, joins: list[NodeElement], report: Report) -> None:
    walked = _walk(container)
    if walked is None:
        return
    passed, stuck = walked
    for node in joins:
        if node.id not in passed:
            report.error(
                node.node,
                "join-never-passed",
                "{element!r} waits for ever: no way through brings a token on all its flows.",
                element=node.name,
            )
        elif node.id in stuck:
            report.warning(
                node.node,
                "join-may-wait",
                "{element!r} waits for ever if one of its flows brings no token: check what leads to it.",
                element=node.name,
            )


def _is_join(node: NodeElement) -> bool:
    return node.kind == "parallelGateway" and len(node.incoming) > 1


def _is_inclusive_join(node: NodeElement) -> bool:
    return node.kind == "inclusiveGateway" and len(node.incoming) > 1


def _walk(container: Container) -> tuple[set[str], set[str]] | None:
    """Return the joins passed on some way and those left waiting on some; None: too many ways."""
    ways = _Ways(container)
    first = _after({}, [], [flow.id for node in _starts(container) for flow in node.outgoing])
    seen, queue = {first}, [first]
    passed: set[str] = set()
    stuck: set[str] = set()
    while queue:
        marking = queue.pop()
        moves = list(_moves(ways, dict(marking), passed))
        if marking and not moves:
            stuck |= _waiting(container, dict(marking))
        for following in moves:
            if following not in seen:
                seen.add(following)
                queue.append(following)
        if len(seen) > MARKINGS:
            return None
    return passed, stuck


def _starts(container: Container) -> list[NodeElement]:
    return [node for node in container.nodes.values() if node.kind == "startEvent"]


def _waiting(container: Container, marking: dict[str, int]) -> set[str]:
    return {flow.target for flow in container.flows if marking.get(flow.id)}


class _Ways:
    """Where a token on each flow can go on to, read off the drawing once."""

    def __init__(self, container: Container) -> None:
        self.joins: dict[str, NodeElement] = {}
        self.onward: dict[str, list[list[str]]] = {}
        # A token on one of these flows ends all others with it.
        self.fatal: set[str] = set()
        for node in container.nodes.values():
            flows = [flow.id for flow in node.incoming]
            if _is_join(node):
                self.joins.update(dict.fromkeys(flows, node))
            elif node.kind == "endEvent" and node.definition_kind in ("terminate", "error"):
                self.fatal.update(flows)
            else:
                self.onward.update(dict.fromkeys(flows, _ways_on(node)))


def _moves(ways: _Ways, tokens: Mapping[str, int], passed: set[str]) -> Iterator[Marking]:
    for flow in tokens:
        if flow in ways.fatal:
            yield ()
        elif flow in ways.joins:
            yield from _join(ways.joins[flow], flow, tokens, passed)
        else:
            yield from _follow(tokens, [flow], ways.onward[flow])


def _join(node: NodeElement, flow: str, tokens: Mapping[str, int], passed: set[str]) -> Iterator[Marking]:
    needed = [each.id for each in node.incoming]
    # Once, not for each of its flows.
    if flow == needed[0] and all(each in tokens for each in needed):
        passed.add(node.id)
        yield from _follow(tokens, needed, [[each.id for each in node.outgoing]])


def _follow(tokens: Mapping[str, int], taken: Sequence[str], ways: list[list[str]]) -> Iterator[Marking]:
    for way in ways:
        after = _after(tokens, taken, way)
        if all(count <= TOKENS_ON_A_FLOW for _, count in after):
            yield after


def _ways_on(node: NodeElement) -> list[list[str]]:
    """Return the sets of flows a token may leave an element by."""
    out = [flow.id for flow in node.outgoing]
    if node.kind in ("exclusiveGateway", "eventBasedGateway"):
        return [[flow] for flow in out]
    if node.kind == "inclusiveGateway":
        return [list(some) for size in range(1, len(out) + 1) for some in combinations(out, size)][:64]
    ways = [out]
    if node.kind in ACTIVITIES:
        for event in node.boundary:
            caught = [flow.id for flow in event.outgoing]
            ways.append(caught if event.interrupts else [*out, *caught])
    return ways


def _after(tokens: Mapping[str, int], taken: Sequence[str], placed: Sequence[str]) -> Marking:
    counts = dict(tokens)
    for flow in taken:
        counts[flow] -= 1
    for flow in placed:
        counts[flow] = counts.get(flow, 0) + 1
    return tuple(sorted((flow, count) for flow, count in counts.items() if count))
