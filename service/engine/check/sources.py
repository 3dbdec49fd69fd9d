"""Facts that come from one place: what their `from` names works them out, and nothing else sets them.

A total that a script sets to nothing sends a case to the wrong decider, and every sentence about deciders
still holds: they are about what the fact says. So whose word it is stands where the fact is declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from service.engine.case.schema import FILE, CaseSchema, fact_of
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.wording import Text


def check_named_sources(
    around: Surroundings, lines: Mapping[tuple[str, str], int], findings: list[Finding]
) -> None:
    """Note what facts are said to come from that is neither a topic nor a decision."""
    known = {*around.topics, *around.decisions}
    for name, fact in around.case.facts.items():
        for source in fact.sources:
            if source not in known:
                text = Text(
                    "The fact {name!r} comes from {source!r}, which is neither a topic nor a decision.{hint}",
                    name=name,
                    source=source,
                    hint=suggestion(source, known),
                )
                line = lines.get(("facts", name), 0)
                findings.append(Finding(FILE, line, name, "error", "unknown-source", text))


def check_sources(process: Process, around: Surroundings, report: Report) -> None:
    """Report every place that sets a fact to anything but what its sources have worked out."""
    for node in process.elements.values():
        for target, expression in _set_by(node):
            name = fact_of(target) or ""
            sources = _sources(name, around.case)
            if sources and not _is_worked_out(expression, node, sources, process, around):
                report.error(
                    node,
                    "fact-source",
                    "case.{name} is what {sources} makes of it, and is set to something else here: hand that "
                    "on by its name alone, or change `from` in {file}.",
                    name=name,
                    sources=", ".join(sources),
                    file=FILE,
                )


def _sources(name: str, case: CaseSchema) -> tuple[str, ...]:
    fact = case.facts.get(name)
    return fact.sources if fact is not None else ()


def _is_worked_out(
    expression: str, node: Element, sources: Collection[str], process: Process, around: Surroundings
) -> bool:
    """Tell whether an expression names what a source has answered: here, or wherever the name is set."""
    name = _bare(expression)
    if name in _answers(node, sources, around):
        return True
    setters = [
        (each, text)
        for each in process.elements.values()
        for target, text in _set_by(each)
        if target == name and each is not node
    ]
    return bool(setters) and all(_bare(text) in _answers(each, sources, around) for each, text in setters)


def _answers(node: Element, sources: Collection[str], around: Surroundings) -> frozenset[str]:
    """Return the names of what an activity answers that carries out one of the sources; else none."""
    topic, decision = (node.extensions.attribute(each) or "" for each in ("topic", "decisionRef"))
    found: set[str] = set()
    if topic in sources and topic in around.topics:
        found |= set(around.topics[topic].outputs)
    if decision in sources and decision in around.decisions:
        found |= {column.name for column in around.decisions[decision].outputs}
    result = node.extensions.attribute("resultVariable")
    return frozenset({*found, result} if found and result else found)


def _set_by(node: Element) -> Iterator[tuple[str, str]]:
    """Yield what leaving an element sets, with the expression it is set to."""
    ext = node.extensions
    yield from ((name, str(text)) for name, text in ext.outputs)
    yield from ((each.target, each.expression) for each in ext.call_out)
    result = ext.attribute("resultVariable")
    if result:
        yield result, result


def _bare(expression: str) -> str:
    """Return the name an expression consists of, "" for any other."""
    text = expression.strip().removeprefix("=").strip()
    return text if text.isidentifier() else ""
