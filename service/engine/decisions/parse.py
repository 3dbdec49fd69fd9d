"""Reads DMN files (1.1 to 1.5, by element name) into decisions.

What is malformed inside a decision becomes one of its `problems`; only a file that cannot be read raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from service.engine.decisions.model import (
    AGGREGATIONS,
    MULTIPLE_HIT,
    SINGLE_HIT,
    Decision,
    Input,
    Output,
    Rule,
)
from service.engine.findings import Finding, Severity
from service.engine.xml import local_name, parse_xml, refusal
from service.wording import Text

UNSUPPORTED_LOGIC = {
    "context",
    "relation",
    "list",
    "invocation",
    "functionDefinition",
    "conditional",
    "for",
    "some",
    "every",
    "filter",
}
UNSUPPORTED_PARTS = {
    "businessKnowledgeModel": Text("business knowledge model"),
    "decisionService": Text("decision service"),
    "import": Text("import"),
}
TYPE_ALIASES = {"integer": "number", "long": "number", "double": "number", "datetime": "dateTime"}


def parse_dmn(name: str, content: bytes) -> list[Decision]:
    """Return the decisions of the file, in its order. Raises InvalidDeployment when it is no DMN file."""
    root = parse_xml(name, content)
    if local_name(root) != "definitions" or "DMN" not in (etree.QName(root).namespace or ""):
        raise refusal(
            name,
            root.sourceline,
            "decision-file",
            Text("This is no DMN file: its root must be dmn:definitions."),
        )
    readers = [_Reader(name, element) for element in _children(root, "decision")]
    if not readers:
        raise refusal(
            name,
            root.sourceline,
            "decision-none",
            Text("The file holds no decision; add one or remove the file."),
        )
    return _linked([(reader.read(), reader.required()) for reader in readers], _refused_parts(name, root))


def _refused_parts(name: str, root: etree._Element) -> list[Finding]:
    """Return a finding for every part of DMN that is refused by name."""
    return [
        Finding(
            name,
            part.sourceline,
            part.get("id", ""),
            "error",
            "decision-unsupported",
            Text(
                "A {what} is not supported; use tables and literal expressions.",
                what=UNSUPPORTED_PARTS[local_name(part)],
            ),
        )
        for part in root
        if local_name(part) in UNSUPPORTED_PARTS
    ]


def _linked(drafts: list[tuple[Decision, list[str]]], file_problems: list[Finding]) -> list[Decision]:
    """Return the decisions with those they require; unknown and circular requirements are problems."""
    by_id = {decision.id: (decision, required) for decision, required in drafts}

    def resolve(decision: Decision, required: list[str], above: tuple[str, ...]) -> Decision:
        found, problems = [], list(decision.problems)
        for target in required:
            if target in above or target not in by_id:
                why = Text("leads back to itself") if target in above else Text("is not in this file")
                message = Text(
                    "The decision requires {target!r}, which {why}; correct the information requirement.",
                    target=target,
                    why=why,
                )
                problems.append(
                    Finding(
                        decision.file, decision.line, decision.id, "error", "decision-requirement", message
                    )
                )
            else:
                found.append(resolve(*by_id[target], (*above, target)))
        return replace(decision, requires=tuple(found), problems=tuple(problems))

    decisions = [resolve(decision, required, (decision.id,)) for decision, required in drafts]
    decisions[0] = replace(decisions[0], problems=(*file_problems, *decisions[0].problems))
    return decisions


@dataclass
class _Reader:
    """Reads one dmn:decision element, collecting problems on the way."""

    file: str
    element: etree._Element
    problems: list[Finding] = field(default_factory=list)

    def read(self) -> Decision:
        element = self.element
        decision = Decision(
            id=element.get("id", ""),
            name=element.get("name", ""),
            file=self.file,
            variable=_variable(element),
            documentation=_text(_child(element, "description")),
            line=element.sourceline,
        )
        if not decision.id:
            self.problem(
                element, "decision-id", Text("The decision has no id; give it one that says what it decides.")
            )
        decision = self._logic(decision)
        return replace(decision, problems=tuple(self.problems))

    def required(self) -> list[str]:
        """Return the ids of the decisions this one requires."""
        targets = []
        for requirement in _children(self.element, "informationRequirement"):
            decision = _child(requirement, "requiredDecision")
            if decision is not None:
                targets.append(decision.get("href", "").partition("#")[2])
        if _child(self.element, "knowledgeRequirement") is not None:
            self.unsupported(self.element, Text("knowledge requirement"))
        return targets

    def problem(self, element: etree._Element, code: str, message: str, severity: Severity = "error") -> None:
        where = element.get("id") or self.element.get("id", "")
        self.problems.append(Finding(self.file, element.sourceline, where, severity, code, message))

    def unsupported(self, element: etree._Element, what: str) -> None:
        self.problem(
            element,
            "decision-unsupported",
            Text("A {what} is not supported; use a table or a literal expression.", what=what),
        )

    def _logic(self, decision: Decision) -> Decision:
        table, literal = _child(self.element, "decisionTable"), _child(self.element, "literalExpression")
        for child in self.element:
            if local_name(child) in UNSUPPORTED_LOGIC:
                self.unsupported(child, local_name(child))
                return decision
        if table is not None:
            return self._table(decision, table)
        if literal is not None:
            self._only_feel(literal)
            return replace(decision, literal=self._expression(literal, Text("The literal expression")))
        self.problem(
            self.element, "decision-empty", Text("The decision has no logic; give it a decision table.")
        )
        return decision

    def _table(self, decision: Decision, table: etree._Element) -> Decision:
        decision = replace(
            decision,
            hit_policy=self._hit_policy(table),
            aggregation=table.get("aggregation", ""),
            inputs=tuple(self._input(column) for column in _children(table, "input")),
            outputs=tuple(self._output(column) for column in _children(table, "output")),
        )
        self._check_aggregation(decision, table)
        if not decision.outputs:
            self.problem(table, "decision-arity", Text("The table has no output column; add one."))
        if len(decision.outputs) > 1 and not all(column.name for column in decision.outputs):
            self.problem(
                table, "decision-output-name", Text("With several outputs each column needs a name.")
            )
        rules = tuple(self._rule(decision, row) for row in _children(table, "rule"))
        if not rules:
            self.problem(
                table, "decision-no-rules", Text("The table has no rules, so it can never decide; add one.")
            )
        return replace(decision, rules=rules)

    def _hit_policy(self, table: etree._Element) -> str:
        policy = " ".join(table.get("hitPolicy", "UNIQUE").replace("_", " ").upper().split())
        if policy not in SINGLE_HIT | MULTIPLE_HIT:
            known = ", ".join(sorted(SINGLE_HIT | MULTIPLE_HIT))
            self.problem(
                table,
                "decision-hit-policy",
                Text(
                    "The hit policy {policy!r} is unknown; choose one of {known}.", policy=policy, known=known
                ),
            )
        return policy

    def _check_aggregation(self, decision: Decision, table: etree._Element) -> None:
        if not decision.aggregation:
            return
        if decision.aggregation not in AGGREGATIONS:
            known = ", ".join(sorted(AGGREGATIONS))
            self.problem(
                table,
                "decision-aggregation",
                Text(
                    "{aggregation!r} is unknown; choose one of {known}.",
                    aggregation=decision.aggregation,
                    known=known,
                ),
            )
        if decision.hit_policy != "COLLECT":
            self.problem(
                table, "decision-aggregation", Text("Only COLLECT can aggregate; change the hit policy.")
            )
        if len(decision.outputs) > 1:
            self.problem(
                table,
                "decision-aggregation",
                Text("An aggregating table has one output; split the decision."),
            )

    def _input(self, column: etree._Element) -> Input:
        expression = _child(column, "inputExpression")
        if expression is None:
            self.problem(
                column,
                "decision-input",
                Text("The input column has no expression; name the variable it reads."),
            )
            return Input(column.get("id", ""), column.get("label", ""), "", line=column.sourceline)
        self._only_feel(expression)
        self._only_feel(column)
        return Input(
            id=column.get("id", ""),
            label=column.get("label", ""),
            expression=self._expression(expression, Text("The input column")),
            type=_type(expression),
            values=_text(_child(column, "inputValues")),
            variable=_foreign(column, "inputVariable"),
            line=column.sourceline,
        )

    def _output(self, column: etree._Element) -> Output:
        default = _child(column, "defaultOutputEntry")
        return Output(
            id=column.get("id", ""),
            label=column.get("label", ""),
            name=column.get("name", "") or self.element.get("id", ""),
            type=_type(column),
            values=_text(_child(column, "outputValues")),
            default="" if default is None else _text(default),
            line=column.sourceline,
        )

    def _rule(self, decision: Decision, row: etree._Element) -> Rule:
        cells = {}
        for kind, columns in (("inputEntry", decision.inputs), ("outputEntry", decision.outputs)):
            entries = list(_children(row, kind))
            for entry in entries:
                self._only_feel(entry)
            cells[kind] = tuple(_text(entry) for entry in entries)
            if len(entries) != len(columns):
                message = Text(
                    "The rule has {count} {side} for {columns} columns; make them as many.",
                    count=len(entries),
                    side=Text("conditions") if kind == "inputEntry" else Text("results"),
                    columns=len(columns),
                )
                self.problem(row, "decision-arity", message)
        remarks = [
            _text(_child(row, "description")),
            *[_text(entry) for entry in _children(row, "annotationEntry")],
        ]
        return Rule(
            id=row.get("id", ""),
            inputs=cells["inputEntry"],
            outputs=cells["outputEntry"],
            annotations=tuple(remark for remark in remarks if remark),
            line=row.sourceline,
        )

    def _expression(self, element: etree._Element, what: str) -> str:
        text = _text(element).removeprefix("=").strip()
        if not text:
            self.problem(
                element, "decision-input", Text("{what} is empty; write a FEEL expression.", what=what)
            )
        return text

    def _only_feel(self, element: etree._Element) -> None:
        language = element.get("expressionLanguage", "feel")
        if not re.search(r"feel", language, re.IGNORECASE):
            self.problem(
                element,
                "decision-language",
                Text("The language {language!r} is not supported; write FEEL.", language=language),
            )


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local_name(child) == name)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _text(element: etree._Element | None) -> str:
    """Return the text of the element or of its `text` child, stripped; "" for None."""
    if element is None:
        return ""
    inner = _child(element, "text")
    return ((inner if inner is not None else element).text or "").strip()


def _type(element: etree._Element) -> str:
    name = element.get("typeRef", "").rpartition(":")[2]
    return TYPE_ALIASES.get(name, name)


def _variable(element: etree._Element) -> str:
    variable = _child(element, "variable")
    return (variable.get("name", "") if variable is not None else "") or element.get("id", "")


def _foreign(element: etree._Element, name: str) -> str:
    """Return an attribute of another namespace, whichever it is."""
    return next((value for key, value in element.attrib.items() if key.endswith("}" + name)), "")
