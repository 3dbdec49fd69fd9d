"""The facts of the case: what `case.yaml` declares, and every place that reads or writes one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from service.engine.case.schema import CASE, GIVEN, CaseSchema, fact_of
from service.engine.check.report import Placed, Report
from service.engine.check.surroundings import Surroundings
from service.engine.decisions import Decision, paths
from service.engine.drawing import Container, Element, Process
from service.engine.files.findings import Finding
from service.engine.files.nearest import suggestion
from service.feel.schema import Schema, components
from service.wording import Text

_FACT = re.compile(r"(?<![\w.])case\.([A-Za-z_]\w*)")
_TEMPLATE = re.compile(r"{{(.+?)}}", re.DOTALL)
_FEEL_KEYS = frozenset({"expression", "valuesExpression"})


def check_main(around: Surroundings, lines: Mapping[tuple[str, str], int], report: Report) -> None:
    """Report a main process that no file draws, and phases at activities that it does not have."""
    main = around.case.main
    if main is not None and main not in around.processes:
        text = Text(
            "There is no process {process!r} to be the main one.{hint}",
            process=main,
            hint=suggestion(main, around.processes),
        )
        report.findings.append(
            Finding(report.file, lines["main", ""], "main", "error", "unknown-process", text)
        )
        return
    known = around.processes[main].elements if main is not None else {}
    for phase in around.case.phases:
        for activity in phase.at:
            if activity not in known:
                line = lines["phases", phase.label]
                report.findings.append(_not_on_the_way(report.file, line, phase.label, activity, known))


def _not_on_the_way(file: str, line: int, phase: str, activity: str, known: Collection[str]) -> Finding:
    text = Text(
        "The phase {phase!r} is at {activity!r}, which the main process does not have.{hint}",
        phase=phase,
        activity=activity,
        hint=suggestion(activity, known),
    )
    return Finding(file, line, phase, "error", "unknown-activity", text)


def check_facts(process: Process, around: Surroundings, report: Report) -> None:
    """Report facts that are read and not declared, or written where they may not be."""
    for node in process.elements.values():
        for expression in around.expressions(node):
            _read(expression.at, expression.parsed.paths, around.case, report)
        _targets(node, report)
    for node, in_loop in _with_loops(process.body, False):
        for target in _outputs(node):
            _written(node, target, in_loop, around.case, report)


def check_form_facts(schemas: Mapping[str, Schema], case: CaseSchema) -> Iterator[Finding]:
    """Yield facts that the expressions of forms name and `case.yaml` does not; forms by file."""
    for file, schema in schemas.items():
        for component in components(schema):
            named = {name for text in _formulas(component.raw) for name in _FACT.findall(text)}
            for name in sorted(named - case.names):
                element = str(component.raw.get("id") or component.name)
                yield Finding(file, 0, element, "error", "unknown-fact", _unknown(name, case))


def check_decision_facts(decision: Decision, case: CaseSchema, report: Report) -> None:
    """Report facts that a decision table reads and `case.yaml` does not name."""
    for name in sorted(_named(paths(decision)) - case.names):
        text = _unknown(name, case)
        report.findings.append(Finding(report.file, 0, decision.id, "error", "unknown-fact", text))


def _read(at: Placed, read: Iterable[str], case: CaseSchema, report: Report) -> None:
    for name in sorted(_named(read) - case.names):
        report.error(
            at,
            "unknown-fact",
            "There is no fact case.{name}.{hint}",
            name=name,
            hint=suggestion(name, case.names),
        )


def _named(read: Iterable[str]) -> frozenset[str]:
    return frozenset(path.split(".")[1] for path in read if path.startswith(f"{CASE}."))


def _unknown(name: str, case: CaseSchema) -> Text:
    return Text("There is no fact case.{name}.{hint}", name=name, hint=suggestion(name, case.names))


def _outputs(node: Element) -> Iterator[str]:
    yield from (name for name, _ in node.extensions.outputs)
    yield from (each.target for each in node.extensions.call_out)


def _written(node: Element, target: str, in_loop: bool, case: CaseSchema, report: Report) -> None:
    name = fact_of(target)
    if name is None:
        return
    if name in GIVEN:
        report.error(
            node, "fact-given", "case.{name} is known from the start: no element sets it.", name=name
        )
    elif name not in case.facts:
        _read(node, [target], case, report)
    elif in_loop:
        report.error(
            node,
            "fact-in-loop",
            "Several elements would set case.{name}: collect them, and set it in a step after.",
            name=name,
        )


def _targets(node: Element, report: Report) -> None:
    """Facts are written by output parameters and out mappings; any other name of the case sets nothing."""
    loop, ext = node.extensions.multi_instance, node.extensions
    others = [name for name, _ in ext.inputs] + [each.target for each in ext.call_in]
    others += [ext.attribute("resultVariable") or ""]
    others += [loop.output_collection or "", loop.element_variable or ""] if loop else []
    for name in others:
        if fact_of(name) is not None:
            report.error(
                node,
                "fact-target",
                "{name!r} is set by an output parameter or an out mapping alone.",
                name=name,
            )
    for name in (*others, *_outputs(node)):
        if name == CASE:
            report.error(
                node,
                "reserved-name",
                "The name {name!r} belongs to the case: choose another.",
                name=name,
            )


def _with_loops(container: Container, in_loop: bool) -> Iterator[tuple[Element, bool]]:
    """Yield every node, with whether it runs once for each element of a list."""
    for node in container.elements.values():
        here = in_loop or node.extensions.multi_instance is not None
        yield node, here
        if node.inner is not None:
            yield from _with_loops(node.inner, here)


def _formulas(holder: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a component of a form holds as FEEL: behind `=`, in its rules, in templates of its texts."""
    for key, value in holder.items():
        if isinstance(value, str):
            if value.startswith("=") or key in _FEEL_KEYS:
                yield value
            yield from _TEMPLATE.findall(value)
        elif key == "properties" and isinstance(value, Mapping):
            yield from (str(text) for name, text in value.items() if "Message" not in name)
        elif isinstance(value, Mapping):
            yield from _formulas(value)
