"""Reads a decision table (DMN 1.1 to 1.5, by element name): hit policy, columns, rules."""

from __future__ import annotations

import re
from dataclasses import replace

from service.engine.decisions.model import (
    AGGREGATIONS,
    MULTIPLE_HIT,
    SINGLE_HIT,
    Decision,
    Input,
    Output,
    Rule,
)
from service.engine.decisions.problems import Problems, written
from service.engine.files.xml import Tag
from service.wording import Text

TYPE_ALIASES = {"integer": "number", "long": "number", "double": "number", "datetime": "dateTime"}


def read_table(decision: Decision, table: Tag, problems: Problems) -> Decision:
    """Return the decision with what its table says."""
    decision = replace(
        decision,
        hit_policy=_hit_policy(table, problems),
        aggregation=table.get("aggregation"),
        inputs=tuple(_input(column, problems) for column in table.all("input")),
        outputs=tuple(_output(column, decision.id) for column in table.all("output")),
    )
    _judge_aggregation(decision, table, problems)
    if not decision.outputs:
        problems.add(table, "decision-arity", Text("The table has no output column; add one."))
    if len(decision.outputs) > 1 and not all(column.name for column in decision.outputs):
        problems.add(table, "decision-output-name", Text("With several outputs each column needs a name."))
    rules = tuple(_rule(decision, row, problems) for row in table.all("rule"))
    if not rules:
        message = Text("The table has no rules, so it can never decide; add one.")
        problems.add(table, "decision-no-rules", message)
    return replace(decision, rules=rules)


def _hit_policy(table: Tag, problems: Problems) -> str:
    policy = " ".join(table.get("hitPolicy", "UNIQUE").replace("_", " ").upper().split())
    known = SINGLE_HIT | MULTIPLE_HIT
    if policy not in known:
        message = Text(
            "The hit policy {policy!r} is unknown; choose one of {known}.",
            policy=policy,
            known=", ".join(sorted(known)),
        )
        problems.add(table, "decision-hit-policy", message)
    return policy


def _judge_aggregation(decision: Decision, table: Tag, problems: Problems) -> None:
    if not decision.aggregation:
        return
    if decision.aggregation not in AGGREGATIONS:
        message = Text(
            "{aggregation!r} is unknown; choose one of {known}.",
            aggregation=decision.aggregation,
            known=", ".join(sorted(AGGREGATIONS)),
        )
        problems.add(table, "decision-aggregation", message)
    if decision.hit_policy != "COLLECT":
        problems.add(
            table, "decision-aggregation", Text("Only COLLECT can aggregate; change the hit policy.")
        )
    if len(decision.outputs) > 1:
        problems.add(
            table, "decision-aggregation", Text("An aggregating table has one output; split the decision.")
        )


def _input(column: Tag, problems: Problems) -> Input:
    expression = column.first("inputExpression")
    if expression is None:
        message = Text("The input column has no expression; name the variable it reads.")
        problems.add(column, "decision-input", message)
        return Input(column.id, column.get("label"), "", line=column.line)
    problems.only_feel(expression)
    problems.only_feel(column)
    return Input(
        id=column.id,
        label=column.get("label"),
        expression=problems.expression(expression, Text("The input column")),
        type=_type(expression),
        values=written(column.first("inputValues")),
        variable=_foreign(column, "inputVariable"),
        line=column.line,
    )


def _output(column: Tag, decision_id: str) -> Output:
    return Output(
        id=column.id,
        label=column.get("label"),
        name=column.get("name") or decision_id,
        type=_type(column),
        values=written(values := column.first("outputValues")),
        words=_words(values),
        default=written(column.first("defaultOutputEntry")),
        line=column.line,
    )


def _words(values: Tag | None) -> tuple[tuple[str, str], ...]:
    """Return what the description of the allowed values says of each: `formal = 正式审批`, one a line."""
    said = written(values.first("description")) if values is not None else ""
    pairs = (line.partition("=") for line in re.split(r"[\n;；]", said))
    return tuple((value.strip(), words.strip()) for value, sign, words in pairs if sign)


def _rule(decision: Decision, row: Tag, problems: Problems) -> Rule:
    inputs, outputs = list(row.all("inputEntry")), list(row.all("outputEntry"))
    for entry in (*inputs, *outputs):
        problems.only_feel(entry)
    _judge_count(row, len(inputs), len(decision.inputs), Text("conditions"), problems)
    _judge_count(row, len(outputs), len(decision.outputs), Text("results"), problems)
    remarks = [*row.all("description"), *row.all("annotationEntry")]
    return Rule(
        id=row.id,
        inputs=tuple(map(written, inputs)),
        outputs=tuple(map(written, outputs)),
        annotations=tuple(text for text in map(written, remarks) if text),
        line=row.line,
        cell_lines=tuple(entry.line for entry in (*inputs, *outputs)),
        note_line=next((remark.line for remark in remarks if written(remark)), 0),
    )


def _judge_count(row: Tag, count: int, columns: int, side: Text, problems: Problems) -> None:
    if count != columns:
        message = Text(
            "The rule has {count} {side} for {columns} columns; make them as many.",
            count=count,
            side=side,
            columns=columns,
        )
        problems.add(row, "decision-arity", message)


def _type(element: Tag) -> str:
    name = element.get("typeRef").rpartition(":")[2]
    return TYPE_ALIASES.get(name, name)


def _foreign(element: Tag, name: str) -> str:
    """Return an attribute of another namespace, whichever it is."""
    return next((value for key, value in element.attributes.items() if key.endswith("}" + name)), "")
