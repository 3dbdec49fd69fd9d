"""Variables that are read although nothing upstream can have set them.

May-analysis: a name is known at an element when an element that can run before it (upstream, or in a
parallel branch) may set it, or when the process declares it as an input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.engine.check.drawing import Container, NodeElement, Report
from service.engine.check.expressions import ALWAYS_KNOWN, expressions
from service.engine.check.references import Surroundings, process_inputs
from service.engine.decisions import reads
from service.feel import parse, strip_equals

AT_START = frozenset({"applicant", "department", "business_key", "started_at"})
ANYTHING = "*"


@dataclass
class Graph:
    """All nodes of a process with its embedded sub-processes, and who may come after whom."""

    nodes: dict[str, NodeElement] = field(default_factory=dict)
    following: dict[str, set[str]] = field(default_factory=dict)
    forks: list[str] = field(default_factory=list)

    def closure(self, start: str) -> set[str]:
        seen: set[str] = set()
        stack = list(self.following.get(start, ()))
        while stack:
            current = stack.pop()
            if current not in seen:
                seen.add(current)
                stack.extend(self.following.get(current, ()))
        return seen


def check_variables(container: Container, around: Surroundings, report: Report) -> None:
    """Report every name that is read and that nothing can have set."""
    graph = _graph(container)
    after = {name: graph.closure(name) for name in graph.nodes}
    known = _known_at_start(container, around)
    sets = {name: set(_set_by(node, around)) for name, node in graph.nodes.items()}
    before = _before(graph, after)
    for name, node in graph.nodes.items():
        here = set(known).union(*(sets[other] for other in before[name]))
        if ANYTHING in here:
            continue
        _check_reads(node, here, around, report)


def _check_reads(node: NodeElement, here: set[str], around: Surroundings, report: Report) -> None:
    so_far = set(here)
    for expression in expressions(node, around.forms):
        if expression.open_ended:
            continue
        visible = so_far | expression.local | ALWAYS_KNOWN
        for name in sorted(expression.parsed.names - visible):
            report.error(
                expression.at,
                "unknown-variable",
                "The {what} {expression!r} reads {name!r}: nothing before sets it.",
                what=expression.what,
                expression=expression.text.strip(),
                name=name,
            )
    if node.kind == "businessRuleTask":
        _decision_reads(node, here, around, report)
    if node.kind == "callActivity":
        _out_reads(node, around, report)


def _decision_reads(node: NodeElement, here: set[str], around: Surroundings, report: Report) -> None:
    decision = around.decisions.get(node.extensions.attribute("decisionRef") or "")
    if decision is None:
        return
    loop = node.extensions.multi_instance
    element = {loop.element_variable, "loopCounter"} if loop else set()
    visible = here | element | {name for name, _ in node.extensions.inputs}
    for name in sorted(reads(decision) - visible - ALWAYS_KNOWN):
        report.error(
            node.node,
            "unknown-variable",
            "The decision {decision!r} reads {name!r}, which nothing before {element!r} sets.",
            decision=decision.id,
            name=name,
            element=node.name,
        )


def _out_reads(node: NodeElement, around: Surroundings, report: Report) -> None:
    called = around.processes.get(node.node.get("calledElement") or "")
    if called is None:
        return
    inside = set(process_inputs(called)) | {each.target for each in node.extensions.call_in}
    for each in called.everything():
        inside.update(_set_by(each, around))
    if ANYTHING in inside:
        return
    for mapped in node.extensions.call_out:
        if mapped.everything or not mapped.expression:
            continue
        for name in sorted(parse(strip_equals(mapped.expression)).names - inside - ALWAYS_KNOWN):
            report.error(
                node.node,
                "unknown-variable",
                "The out mapping of {target!r} reads {name!r}, which {called!r} never sets.",
                target=mapped.target,
                name=name,
                called=called.id,
            )


def _known_at_start(container: Container, around: Surroundings) -> set[str]:
    called = any(
        node.kind == "callActivity" and node.node.get("calledElement") == container.id
        for process in around.processes.values()
        for node in process.everything()
    )
    return set(process_inputs(container)) | (set() if called else AT_START)


def _set_by(node: NodeElement, around: Surroundings) -> Iterator[str]:
    """Yield the variables an element may set in the scope around it; `*` when it may set anything."""
    loop, ext = node.extensions.multi_instance, node.extensions
    if loop is not None and node.kind != "subProcess":
        yield from [loop.output_collection] if loop.output_collection else []
        return
    if loop is not None and loop.output_collection:
        yield loop.output_collection
    yield from (name for name, _ in ext.outputs)
    result = ext.attribute("resultVariable")
    if result:
        yield result
    if node.kind == "callActivity":
        yield from (ANYTHING if each.everything else each.target for each in ext.call_out)
    if ext.outputs:
        return
    if node.kind in ("serviceTask", "sendTask"):
        topic = around.topics.get(ext.attribute("topic") or "")
        yield from topic.outputs if topic is not None else [ANYTHING]
    if node.kind in ("boundaryEvent", "intermediateCatchEvent", "receiveTask"):
        yield from _brought(node)


def _brought(node: NodeElement) -> list[str]:
    kind = "message" if node.kind == "receiveTask" else node.definition_kind
    return {"message": [ANYTHING], "signal": [ANYTHING], "error": ["error_code", "error_message"]}.get(
        kind, []
    )


def _graph(container: Container) -> Graph:
    graph = Graph()
    for each in container.containers():
        for node in each.nodes.values():
            graph.nodes[node.id] = node
            following = graph.following.setdefault(node.id, set())
            following.update(other.id for other in each.following(node))
            if node.inner is not None:
                _connect_inner(graph, node, following)
            if node.kind in ("parallelGateway", "inclusiveGateway") and len(node.outgoing) > 1:
                graph.forks.append(node.id)
    return graph


def _connect_inner(graph: Graph, node: NodeElement, following: set[str]) -> None:
    outside = set(following)
    for inner in node.inner.nodes.values():
        graph.following.setdefault(inner.id, set())
        if inner.kind == "startEvent":
            following.add(inner.id)
        # Whatever runs inside may be interrupted there; then the boundary events' paths go on.
        graph.following[inner.id] |= outside


def _before(graph: Graph, after: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return for each node the nodes that may have run before it."""
    before: dict[str, set[str]] = {name: set() for name in graph.nodes}
    for earlier, later in after.items():
        for name in later:
            before[name].add(earlier)
    for fork in graph.forks:
        branches = [{start, *after[start]} for start in graph.following[fork]]
        for one in branches:
            for other in branches:
                if one is not other:
                    for name in one - other:
                        before[name] |= other - one
    return before
