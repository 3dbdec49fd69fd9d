"""Joins that would wait for ever: all ways tokens can stand on a drawing, walked without any data.

A parallel join that no way through can satisfy is an error. One that some way leaves waiting is a warning,
since the conditions may rule that way out. Drawings with inclusive joins or very many ways are left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
                f"{node.name!r} waits for ever: no way through brings a token on all its flows.",
            )
        elif node.id in stuck:
            report.warning(
                node.node,
                "join-may-wait",
                f"{node.name!r} waits for ever if one of its flows brings no token: check what leads to it.",
            )


def _is_join(node: NodeElement) -> bool:
    return node.kind == "parallelGateway" and len(node.incoming) > 1


def _is_inclusive_join(node: NodeElement) -> bool:
    return node.kind == "inclusiveGateway" and len(node.incoming) > 1


def _walk(container: Container) -> tuple[set[str], set[str]] | None:
    """Return the joins passed on some way and those left waiting on some; None: too many ways."""
    first = _marking(Counter(flow.id for node in _starts(container) for flow in node.outgoing))
    seen, queue = {first}, [first]
    passed: set[str] = set()
    stuck: set[str] = set()
    while queue:
        marking = queue.pop()
        moves = list(_moves(container, Counter(dict(marking)), passed))
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


def _moves(container: Container, tokens: Counter[str], passed: set[str]) -> Iterator[Marking]:
    for node in container.nodes.values():
        held = [flow.id for flow in node.incoming if tokens[flow.id]]
        if _is_join(node):
            if len(held) == len(node.incoming):
                passed.add(node.id)
                yield from _follow(tokens, held, [[flow.id for flow in node.outgoing]])
            continue
        for flow in held:
            if node.kind == "endEvent" and node.definition_kind in ("terminate", "error"):
                yield ()
            else:
                yield from _follow(tokens, [flow], _ways_on(node))


def _follow(tokens: Counter[str], taken: list[str], ways: list[list[str]]) -> Iterator[Marking]:
    for way in ways:
        after = Counter(tokens)
        after.subtract(taken)
        after.update(way)
        if max(after.values(), default=0) <= TOKENS_ON_A_FLOW:
            yield _marking(after)


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


def _marking(tokens: Counter[str]) -> Marking:
    return tuple(sorted((flow, count) for flow, count in tokens.items() if count > 0))
