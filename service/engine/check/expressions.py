"""Every expression of a drawing: where it stands, what it reads, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from service.engine import timers, xml
from service.engine.case_facts import CASE
from service.engine.check.drawing import CONDITIONAL, Container, NodeElement, Report
from service.engine.failures import EngineFailure
from service.feel import Parsed, form_keys, parse, strip_equals
from service.wording import Text

ALWAYS_KNOWN = frozenset({"dossier", CASE})
_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Expression:
    """One FEEL expression. `local` are names it may read beside the variables of its scope; with
    `open_ended` any other name may be there too (answers without a form, a message's contents)."""

    text: str
    at: etree._Element
    node: NodeElement
    what: str
    local: frozenset[str] = frozenset()
    open_ended: bool = False

    @property
    def parsed(self) -> Parsed:
        return parse(strip_equals(self.text))


def check_expressions(container: Container, forms: Mapping[str, Any], report: Report) -> None:
    """Report expressions that do not parse, and what is no expression although it should be."""
    for node in container.everything():
        _empty_ones(node, report)
        _literals(node, report)
        for expression in expressions(node, forms):
            _problems(expression, report)
            _dossier(expression, forms, report)


def expressions(node: NodeElement, forms: Mapping[str, Any]) -> Iterator[Expression]:
    """Yield every FEEL expression of a flow node and the flows that leave it."""
    yield from _conditions(node)
    yield from _attributes(node)
    yield from _parameters(node, forms)
    yield from _loop(node, forms)
    yield from _mappings(node)
    if node.kind == "scriptTask" and node.extensions.script:
        yield Expression(node.extensions.script, node.node, node, Text("script"), element_names(node))
    for definition in node.definitions:
        for child in xml.elements(definition):
            written = xml.text(child)
            if xml.local_name(child).startswith("time") and written.startswith("="):
                yield Expression(written, child, node, Text("timer"))


def element_names(node: NodeElement) -> frozenset[str]:
    """Return the names only an element of a multi-instance activity sees."""
    loop = node.extensions.multi_instance
    if loop is None:
        return frozenset()
    own = {name for name, _ in node.extensions.outputs}
    own |= {each.target for each in node.extensions.call_out}
    result = node.extensions.attribute("resultVariable")
    return frozenset({"loopCounter", loop.element_variable or "", result or "", *own} - {""})


def answers_of(node: NodeElement, forms: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    """Return the names a user task's or start event's answers have, and whether any other may come."""
    if node.kind == "startEvent" and not node.extensions.attribute("formRef"):
        return frozenset(), True
    if node.kind not in ("userTask", "manualTask", "startEvent"):
        return frozenset(), False
    schema = forms.get(node.extensions.attribute("formRef") or "")
    return (form_keys(schema), False) if schema is not None else (frozenset(), True)


def _conditions(node: NodeElement) -> Iterator[Expression]:
    if node.kind in CONDITIONAL:
        for flow in node.outgoing:
            if flow.condition and flow.id != node.node.get("default"):
                yield Expression(flow.condition, flow.node, node, Text("condition"))


def _attributes(node: NodeElement) -> Iterator[Expression]:
    for name in ("dueDate", "assignee", "candidateGroups"):
        text = node.extensions.attribute(name)
        if text and text.lstrip().startswith("="):
            yield Expression(text, node.node, node, name, element_names(node))


def _parameters(node: NodeElement, forms: Mapping[str, Any]) -> Iterator[Expression]:
    for name, text in node.extensions.inputs:
        if text.lstrip().startswith("="):
            yield Expression(
                text, node.node, node, Text("input parameter {name}", name=name), element_names(node)
            )
    answers, is_open = answers_of(node, forms)
    catches = (
        node.definition_kind in ("message", "signal", "error", "escalation") or node.kind == "receiveTask"
    )
    brings = catches or node.kind in ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")
    for name, text in node.extensions.outputs:
        local = answers | element_names(node) | ({"result"} if node.kind == "scriptTask" else set())
        yield Expression(
            text,
            node.node,
            node,
            Text("output parameter {name}", name=name),
            frozenset(local),
            is_open or brings,
        )


def _loop(node: NodeElement, forms: Mapping[str, Any]) -> Iterator[Expression]:
    loop = node.extensions.multi_instance
    if loop is None:
        return
    if loop.collection:
        yield Expression(loop.collection, node.node, node, "collection")
    if loop.cardinality:
        yield Expression(loop.cardinality, node.node, node, "cardinality")
    answers, is_open = answers_of(node, forms)
    inside = answers | element_names(node)
    wide = is_open or node.kind in ("serviceTask", "subProcess")
    if loop.output_element:
        yield Expression(loop.output_element, node.node, node, "outputElement", frozenset(inside), wide)
    if loop.completion_condition:
        counters = {"nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"}
        counters |= {loop.output_collection} if loop.output_collection else set()
        yield Expression(
            loop.completion_condition,
            node.node,
            node,
            Text("completion condition"),
            frozenset(inside | counters),
            wide,
        )


def _mappings(node: NodeElement) -> Iterator[Expression]:
    for each in node.extensions.call_in:
        if not each.everything and each.expression:
            yield Expression(
                each.expression,
                node.node,
                node,
                Text("in mapping {name}", name=each.target or ""),
                element_names(node),
            )


def _problems(expression: Expression, report: Report) -> None:
    text = expression.text.strip()
    if text.startswith(("${", "#{")):
        report.error(
            expression.at,
            "not-feel",
            "The {what} {expression!r} is no FEEL: write it without ${{}}, for example =total > 50000.",
            what=expression.what,
            expression=text,
        )
        return
    for problem in expression.parsed.problems:
        report.error(
            expression.at,
            f"feel-{problem.code.replace('_', '-')}",
            "The {what} {expression!r}: {reason} (at character {position}).",
            what=expression.what,
            expression=text,
            reason=problem.message,
            position=problem.offset + 1,
        )


def _dossier(expression: Expression, forms: Mapping[str, Any], report: Report) -> None:
    for path in expression.parsed.paths:
        parts = path.split(".")
        if parts[0] != "dossier" or len(parts) < 2:
            continue
        schema = forms.get(parts[1])
        if schema is None:
            report.error(
                expression.at,
                "unknown-form",
                "The {what} reads {path!r}: no such form.",
                what=expression.what,
                path=path,
            )
        elif len(parts) > 2 and parts[2] not in form_keys(schema):
            report.error(
                expression.at,
                "unknown-field",
                "The {what} reads {path!r}, but the form {form!r} has no field {field!r}.",
                what=expression.what,
                path=path,
                form=parts[1],
                field=parts[2],
            )


def _empty_ones(node: NodeElement, report: Report) -> None:
    for name, text in node.extensions.outputs:
        if not text:
            report.error(node.node, "empty-expression", "The output parameter {name!r} is empty.", name=name)
        if not name:
            report.error(node.node, "empty-name", "An output parameter has no name.")
    for each in (*node.extensions.call_in, *node.extensions.call_out):
        if not each.everything and not (each.expression and each.target):
            report.error(node.node, "empty-mapping", "A mapping needs a source and a target.")
    if node.kind == "scriptTask":
        _script(node, report)


def _script(node: NodeElement, report: Report) -> None:
    if (node.extensions.script_format or "").lower() != "feel":
        report.error(
            node.node,
            "script-format",
            "Scripts are FEEL (scriptFormat=feel), not {given}.",
            given=node.extensions.script_format or Text("unnamed"),
        )
    if not node.extensions.script:
        report.error(node.node, "empty-script", "The script is empty.")
    elif not (node.extensions.attribute("resultVariable") or node.extensions.outputs):
        report.error(
            node.node, "result-unused", "The script's result goes nowhere: give it a result variable."
        )


def _literals(node: NodeElement, report: Report) -> None:
    """Values that are taken literally must be what they say; `${…}` never is."""
    due = node.extensions.attribute("dueDate")
    if due and not due.lstrip().startswith("="):
        _attempt(lambda: timers.to_due(due.strip(), _ANY_MOMENT), node.node, Text("due date"), report)
    for name in ("assignee", "candidateGroups", "dueDate", "candidateUsers"):
        text = node.extensions.attribute(name) or ""
        if text.lstrip().startswith(("${", "#{")):
            report.error(
                node.node,
                "not-feel",
                "{name} {expression!r} is no FEEL: begin expressions with =.",
                name=name,
                expression=text,
            )
    for definition in node.definitions:
        if xml.local_name(definition) == "timerEventDefinition":
            _timer(definition, report)


def _timer(definition: etree._Element, report: Report) -> None:
    written = {xml.local_name(child): xml.text(child) for child in xml.elements(definition)}
    found = {kind: text for kind, text in written.items() if kind.startswith("time")}
    if not any(found.values()):
        report.error(definition, "empty-timer", "The timer says no time: give a date, a duration or a cycle.")
    readers = {
        "timeDate": timers.to_moment,
        "timeDuration": lambda text: timers.to_duration(text).after(_ANY_MOMENT),
        "timeCycle": lambda text: timers.parse_cycle(text)[2].after(_ANY_MOMENT),
    }
    for kind, text in found.items():
        if text and not text.startswith("=") and kind in readers:
            _attempt(lambda text=text, kind=kind: readers[kind](text), definition, Text("timer"), report)


def _attempt(work: Any, at: etree._Element, what: str, report: Report) -> None:
    try:
        work()
    except EngineFailure as failure:
        report.error(
            at, "bad-timer", "The {what} cannot be read: {reason}.", what=what, reason=failure.message
        )
