"""What an element asks and sets, as formulas: read off the drawing, before anything is known of values."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from service.engine.decisions import Decision
from service.engine.drawing import Container, Element
from service.engine.drawing.kinds import CONDITIONAL, PEOPLE
from service.engine.guarantees.answers import answers_of, is_answer
from service.engine.guarantees.formulas import (
    Compared,
    Constant,
    Formula,
    Name,
    Opaque,
    formula,
    variable_of,
)
from service.engine.guarantees.subject import Subject

SERVICES = frozenset({"serviceTask", "sendTask"})
ANSWERED = frozenset({*PEOPLE, "startEvent"})


def questions(element: Element, subject: Subject) -> Iterator[Formula]:
    """Yield what is asked at an element: conditions of the flows that leave it, cells of its decision."""
    if element.kind in CONDITIONAL:
        yield from (formula(flow.condition) for flow in element.outgoing if flow.condition)
    decision = subject.decision_of(element) if element.kind == "businessRuleTask" else None
    if decision is not None:
        yield from _cells(decision)


def assignments(element: Element, subject: Subject) -> Iterator[tuple[str, Formula]]:
    """Yield (name, formula) of everything an element gives a value, in its scope or in one it opens."""
    ext = element.extensions
    # What forms and handlers are given decides nothing; what a table is given does.
    for name, text in ext.inputs if element.kind == "businessRuleTask" else ():
        yield name, formula(text) if text.lstrip().startswith("=") else Opaque()
    yield from ((name, formula(text)) for name, text in ext.outputs)
    for mapped in (*ext.call_in, *ext.call_out):
        if not mapped.everything:
            yield mapped.target, formula(mapped.expression)
    result = ext.attribute("resultVariable")
    if ext.script and element.kind == "scriptTask":
        yield result or "result", formula(ext.script)
    decision = subject.decision_of(element) if element.kind == "businessRuleTask" else None
    if decision is not None and result:
        for column in decision.outputs:
            yield result, Name(column.name)


@lru_cache(maxsize=8192)
def targets(element: Element, subject: Subject) -> frozenset[str]:
    """Return what an element may set in the scope around it; `*` where it may set anything there."""
    loop, ext = element.extensions.multi_instance, element.extensions
    facts = {name for name, _ in ext.outputs if name.startswith("case.")}
    facts |= {mapped.target for mapped in ext.call_out if mapped.target.startswith("case.")}
    if element.form and element.kind in ANSWERED:
        facts.add(answers_of(element.form))
    if loop is not None:
        return frozenset({loop.output_collection or "", *facts} - {""})
    found = {name for name, _ in ext.outputs} | {ext.attribute("resultVariable") or ""}
    if element.kind == "callActivity":
        found |= {"*" if mapped.everything else mapped.target for mapped in ext.call_out}
    if not ext.outputs:
        found |= brought(element, subject)
    return frozenset(found - {""}) | facts


class Setters:
    """Which elements may set a name, and in which processes and sub-processes they stand."""

    def __init__(self, subject: Subject) -> None:
        self._every = [
            (container, element, targets(element, subject))
            for process in subject.processes.values()
            for container in process.body.containers()
            for element in container.elements.values()
        ]
        self._found: dict[str, tuple[frozenset[Element], frozenset[Container]]] = {}

    def of(self, name: str) -> frozenset[Element]:
        """Return the elements that may set a name."""
        return self._setting(name)[0]

    def around(self, name: str) -> frozenset[Container]:
        """Return what those elements stand in."""
        return self._setting(name)[1]

    def _setting(self, name: str) -> tuple[frozenset[Element], frozenset[Container]]:
        if name not in self._found:
            is_set_by_name = name.startswith("case.") or is_answer(name)
            wanted = {name, variable_of(name), "" if is_set_by_name else "*"}
            found = [(around, each) for around, each, named in self._every if not wanted.isdisjoint(named)]
            self._found[name] = frozenset(each for _, each in found), frozenset(around for around, _ in found)
        return self._found[name]


@lru_cache(maxsize=8)
def setters(subject: Subject) -> Setters:
    """Return who sets what in the drawings under judgment, found once for all sentences."""
    return Setters(subject)


def brought(element: Element, subject: Subject) -> frozenset[str]:
    """Return the names of what comes to an element from outside; `*` where it may be anything."""
    if element.kind in SERVICES and element.extensions.attribute("topic"):
        topic = subject.topic_of(element)
        return frozenset(topic.outputs) if topic is not None else frozenset({"*"})
    kind = "message" if element.kind == "receiveTask" else element.event_kind
    if element.kind in ("boundaryEvent", "intermediateCatchEvent", "receiveTask", "startEvent"):
        if kind in ("message", "signal"):
            return frozenset({"*"})
        if kind == "error":
            return frozenset({"error_code", "error_message"})
    return frozenset()


def _cells(decision: Decision) -> Iterator[Formula]:
    """Yield the tests of a decision's columns as comparisons with the values their cells name."""
    for place, column in enumerate(decision.inputs):
        asked = formula(column.expression)
        if not isinstance(asked, Name):
            yield asked
        for rule in decision.rules:
            cell = rule.cells[place] if place < len(rule.cells) else None
            for literal in cell.literals if cell is not None else ():
                yield Compared("=", asked, Constant(literal))
    for other in decision.requires:
        yield from _cells(other)
