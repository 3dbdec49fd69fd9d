"""What is wrong with a column or a cell of a decision table: types, intervals, FEEL that does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from service.engine.decisions.cells import Cell, Interval, Literal, plain_cell
from service.engine.decisions.model import Decision, Input, Output, Rule
from service.engine.files.findings import Finding, Severity
from service.feel import parse
from service.feel.slips import slip_in
from service.wording import Text

_WORDS = re.compile(r"(?!(?:true|false|null)$)[^\W\d][\w ]*")
PLAIN_TYPES = frozenset({"number", "string", "boolean", "date"})
KNOWN_TYPES = PLAIN_TYPES | {
    "",
    "Any",
    "time",
    "dateTime",
    "dayTimeDuration",
    "yearMonthDuration",
    "list",
    "context",
}


def finding(decision: Decision, line: int, severity: Severity, code: str, message: Text) -> Finding:
    """Return a finding about a decision."""
    return Finding(decision.file, line, decision.id, severity, code, message)


def not_feel(
    decision: Decision, line: int, text: str, what: Text, *, unary: bool = False
) -> Iterator[Finding]:
    """Yield what is wrong with an expression of a decision."""
    for problem in parse(text, unary=unary).problems:
        message = Text(
            "{what} {expression!r} is not usable: {reason}",
            what=what,
            expression=text,
            reason=problem.message,
        )
        yield finding(decision, line, "error", "decision-cell", message)


def check_input(decision: Decision, column: Input) -> Iterator[Finding]:
    """Yield what is wrong with an input column as such."""
    if column.expression:
        yield from not_feel(decision, column.line, column.expression, Text("The input expression"))
    if column.values and plain_cell(column.values) is None:
        what = Text("The list of allowed values")
        yield from not_feel(decision, column.line, column.values, what, unary=True)
    yield from check_type(decision, column)


def check_type(decision: Decision, column: Input | Output) -> Iterator[Finding]:
    """Yield a finding when the type of a column is unknown."""
    if column.type not in KNOWN_TYPES:
        known = ", ".join(sorted(KNOWN_TYPES - {""}))
        message = Text("The type {type!r} is unknown; choose one of {known}.", type=column.type, known=known)
        yield finding(decision, column.line, "error", "decision-type", message)


def check_rule(decision: Decision, rule: Rule) -> Iterator[Finding]:
    """Yield what is wrong with the cells of a rule, of which there must be one per column."""
    for number, (column, text, cell) in enumerate(zip(decision.inputs, rule.inputs, rule.cells, strict=True)):
        line = rule.line_of_input(number)
        if cell is None:
            what = Text("The cell of {column!r}", column=column.title)
            yield from not_feel(decision, line, text, what, unary=True)
            yield from _unquoted(decision, line, column, text)
        elif (slip := slip_in(text, unary=True)) is not None:
            yield _slipped(decision, line, column, text, slip[1])
        else:
            yield from _input_cell(decision, line, column, text, cell)
    for number, (output, text, result) in enumerate(
        zip(decision.outputs, rule.outputs, rule.results, strict=True)
    ):
        line = rule.line_of_output(number)
        if not text:
            message = Text(
                "The result {column!r} is empty; write a value, or null when nothing is meant.",
                column=output.name,
            )
            yield finding(decision, line, "error", "decision-cell", message)
        elif result is None:
            yield from not_feel(decision, line, text, Text("The result {column!r}", column=output.name))
            yield from _unquoted(decision, line, output, text)
        else:
            yield from _output_cell(decision, line, output, result)


def _slipped(decision: Decision, line: int, column: Input, text: str, reason: Text) -> Finding:
    message = Text(
        "{what} {expression!r} is not usable: {reason}",
        what=Text("The cell of {column!r}", column=column.title),
        expression=text,
        reason=reason,
    )
    return finding(decision, line, "error", "decision-cell", message)


def _unquoted(decision: Decision, line: int, column: Input | Output, text: str) -> Iterator[Finding]:
    """Yield a finding for words without quotes in a column of texts: FEEL would look for a variable."""
    words = [each.strip() for each in text.split(",")]
    if column.type != "string" or not all(_WORDS.fullmatch(each) for each in words):
        return
    known = {name for each in decision.inputs for name in parse(each.expression).names | {each.variable}}
    known |= {other.variable for other in decision.requires}
    if known.isdisjoint(words):
        message = Text(
            "{text} is read as a variable: a text stands in quotes, {quoted}.",
            text=text.strip(),
            quoted=", ".join(f'"{each}"' for each in words),
        )
        yield finding(decision, line, "error", "decision-cell", message)


def _input_cell(decision: Decision, line: int, column: Input, text: str, cell: Cell) -> Iterator[Finding]:
    if any(_runs_backwards(interval) for interval in cell.intervals):
        message = Text(
            "The interval {interval!r} runs backwards and matches nothing; swap its ends.", interval=text
        )
        yield finding(decision, line, "error", "decision-interval", message)
    for literal in cell.literals:
        if column.type in PLAIN_TYPES and literal.kind not in {column.type, "null"}:
            message = Text(
                "{literal} is no {type}, which {column!r} is; correct the cell or the type.",
                literal=str(literal),
                type=column.type,
                column=column.title,
            )
            yield finding(decision, line, "error", "decision-type", message)


def _runs_backwards(interval: Interval) -> bool:
    low, high = _value(interval.low), _value(interval.high)
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return high <= low and interval.low != interval.high
    if isinstance(low, date) and isinstance(high, date):
        return high <= low and interval.low != interval.high
    return False


def _value(literal: Literal | None) -> object:
    return None if literal is None else literal.value


def _output_cell(decision: Decision, line: int, column: Output, result: Literal) -> Iterator[Finding]:
    if column.type in PLAIN_TYPES and result.kind not in {column.type, "null"}:
        message = Text(
            "{literal} is no {type}, which {column!r} is; correct the result or the type.",
            literal=str(result),
            type=column.type,
            column=column.name,
        )
        yield finding(decision, line, "error", "decision-type", message)
    if column.allowed and result not in column.allowed:
        message = Text(
            "{literal} is not among the allowed values of {column!r}; correct the one or the other.",
            literal=str(result),
            column=column.name,
        )
        yield finding(decision, line, "error", "decision-values", message)
