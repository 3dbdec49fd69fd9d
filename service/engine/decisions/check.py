"""What can be said about a decision before it runs: broken cells, gaps, overlaps, rules never reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from service.engine.decisions.cells import Literal, plain_cell, plain_literal
from service.engine.decisions.coverage import TooComplex, describe, grid
from service.engine.decisions.model import SINGLE_HIT, Decision, Input, Output, Rule
from service.engine.decisions.parse import parse_dmn
from service.engine.findings import Finding, Severity
from service.engine.xml import parse_xml
from service.errors import InvalidDeployment
from service.feel import parse
from service.wording import Text

SHOWN = 3  # gaps reported per table; the rest would repeat themselves
PLAIN_TYPES = {"number", "string", "boolean", "date"}
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


def check_dmn(name: str, content: bytes) -> list[Finding]:
    """Return every finding about a DMN file, whether it can be read or not."""
    try:
        decisions = parse_dmn(name, content)
    except InvalidDeployment as error:
        return error.findings
    findings = list(_duplicate_ids(name, content))
    for decision in decisions:
        findings += decision.check()
    return findings


def check_decision(decision: Decision) -> list[Finding]:
    """Return the findings about one decision; a broken table is not searched for gaps."""
    findings = list(decision.problems)
    if decision.literal:
        findings += _broken(decision, decision.line, decision.literal, Text("The literal expression"))
    findings += [finding for column in decision.inputs for finding in _input(decision, column)]
    findings += _outputs(decision)
    if not any(problem.code == "decision-arity" for problem in decision.problems):
        findings += [finding for rule in decision.rules for finding in _rule(decision, rule)]
    if decision.rules and not any(finding.severity == "error" for finding in findings):
        findings += _coverage(decision)
    return findings


def _coverage(decision: Decision) -> list[Finding]:
    try:
        return list(_gaps_and_overlaps(decision))
    except TooComplex:
        message = Text(
            "The table is too large to be searched for gaps and rules never reached; split the decision."
        )
        return [_finding(decision, decision.line, "warning", "decision-complex", message)]


def _duplicate_ids(name: str, content: bytes) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in parse_xml(name, content).iter():
        id_ = element.get("id") if isinstance(element.tag, str) else None
        if id_ and id_ in seen:
            message = Text("The id {id!r} is used twice; give one of the two another id.", id=id_)
            yield Finding(name, element.sourceline, id_, "error", "decision-duplicate-id", message)
        seen.add(id_ or "")


def _finding(decision: Decision, line: int, severity: Severity, code: str, message: Text) -> Finding:
    return Finding(decision.file, line, decision.id, severity, code, message)


def _broken(
    decision: Decision, line: int, text: str, what: Text, *, unary: bool = False
) -> Iterator[Finding]:
    for problem in parse(text, unary=unary).problems:
        message = Text(
            "{what} {expression!r} is not usable: {reason}",
            what=what,
            expression=text,
            reason=problem.message,
        )
        yield _finding(decision, line, "error", "decision-cell", message)


def _input(decision: Decision, column: Input) -> Iterator[Finding]:
    if column.expression:
        yield from _broken(decision, column.line, column.expression, Text("The input expression"))
    if column.values and plain_cell(column.values) is None:
        yield from _broken(
            decision, column.line, column.values, Text("The list of allowed values"), unary=True
        )
    yield from _type(decision, column)


def _type(decision: Decision, column: Input | Output) -> Iterator[Finding]:
    if column.type not in KNOWN_TYPES:
        known = ", ".join(sorted(KNOWN_TYPES - {""}))
        message = Text("The type {type!r} is unknown; choose one of {known}.", type=column.type, known=known)
        yield _finding(decision, column.line, "error", "decision-type", message)


def _outputs(decision: Decision) -> Iterator[Finding]:
    for name, count in Counter(column.name for column in decision.outputs).items():
        if count > 1:
            message = Text("Two output columns are named {name!r}; rename one.", name=name)
            yield _finding(decision, decision.line, "error", "decision-output-name", message)
    for column in decision.outputs:
        yield from _type(decision, column)
        if column.default:
            yield from _broken(decision, column.line, column.default, Text("The default output"))
        if decision.hit_policy in {"PRIORITY", "OUTPUT ORDER"} and not allowed_outputs(column):
            message = Text(
                "{policy} needs the allowed values of {column!r}, highest priority first.",
                policy=decision.hit_policy,
                column=column.name,
            )
            yield _finding(decision, column.line, "error", "decision-priority", message)


def allowed_outputs(column: Output) -> tuple[Literal, ...]:
    """Return the allowed values of an output in their order of priority; empty when they are not plain."""
    cell = plain_cell(column.values) if column.values else None
    if cell is None or cell.negated or any(interval.low != interval.high for interval in cell.intervals):
        return ()
    return tuple(interval.low for interval in cell.intervals if interval.low)


def _rule(decision: Decision, rule: Rule) -> Iterator[Finding]:
    for column, text in zip(decision.inputs, rule.inputs, strict=True):
        yield from _input_cell(decision, rule, column, text)
    for column, text in zip(decision.outputs, rule.outputs, strict=True):
        yield from _output_cell(decision, rule, column, text)


def _input_cell(decision: Decision, rule: Rule, column: Input, text: str) -> Iterator[Finding]:
    cell = plain_cell(text)
    if cell is None:
        yield from _broken(
            decision, rule.line, text, Text("The cell of {column!r}", column=_title(column)), unary=True
        )
        return
    for interval in cell.intervals:
        if interval.low and interval.high and interval.low != interval.high and not _ascends(interval):
            message = Text(
                "The interval {interval!r} runs backwards and matches nothing; swap its ends.", interval=text
            )
            yield _finding(decision, rule.line, "error", "decision-interval", message)
    for literal in cell.literals:
        if column.type in PLAIN_TYPES and literal.kind not in {column.type, "null"}:
            message = Text(
                "{literal} is no {type}, which {column!r} is; correct the cell or the type.",
                literal=str(literal),
                type=column.type,
                column=_title(column),
            )
            yield _finding(decision, rule.line, "error", "decision-type", message)


def _ascends(interval: object) -> bool:
    return interval.low.value < interval.high.value  # type: ignore[attr-defined]


def _output_cell(decision: Decision, rule: Rule, column: Output, text: str) -> Iterator[Finding]:
    if not text:
        message = Text(
            "The result {column!r} is empty; write a value, or null when nothing is meant.",
            column=column.name,
        )
        yield _finding(decision, rule.line, "error", "decision-cell", message)
        return
    literal, allowed = plain_literal(text), allowed_outputs(column)
    if literal is None:
        yield from _broken(decision, rule.line, text, Text("The result {column!r}", column=column.name))
        return
    if column.type in PLAIN_TYPES and literal.kind not in {column.type, "null"}:
        message = Text(
            "{literal} is no {type}, which {column!r} is; correct the result or the type.",
            literal=str(literal),
            type=column.type,
            column=column.name,
        )
        yield _finding(decision, rule.line, "error", "decision-type", message)
    if allowed and literal not in allowed:
        message = Text(
            "{literal} is not among the allowed values of {column!r}; correct the one or the other.",
            literal=str(literal),
            column=column.name,
        )
        yield _finding(decision, rule.line, "error", "decision-values", message)


def _title(column: Input) -> str:
    return column.label or column.expression


def _gaps_and_overlaps(decision: Decision) -> Iterator[Finding]:
    cut = grid(decision)
    has_default = all(column.default for column in decision.outputs)
    if decision.hit_policy in SINGLE_HIT and not has_default:
        for box in islice(cut.gaps(), SHOWN):
            message = Text(
                "No rule matches when {case}; add a rule or a default output.", case=describe(cut, box)
            )
            yield _finding(decision, decision.line, "warning", "decision-gap", message)
    yield from _overlaps(decision, list(cut.overlaps()))
    if decision.hit_policy == "FIRST":
        for number in cut.unreachable():
            message = Text(
                "Rule {rule} is never reached: the rules above take all it matches; move or remove it.",
                rule=number + 1,
            )
            yield _finding(decision, decision.rules[number].line, "warning", "decision-unreachable", message)


def _overlaps(decision: Decision, pairs: list[tuple[int, int]]) -> Iterator[Finding]:
    for first, second in pairs:
        above, below = decision.rules[first], decision.rules[second]
        same_result = above.outputs == below.outputs
        if decision.hit_policy == "UNIQUE" or (decision.hit_policy == "ANY" and not same_result):
            message = Text(
                "Rules {first} and {second} can match together, which {policy} forbids. Narrow one of them.",
                first=first + 1,
                second=second + 1,
                policy=decision.hit_policy,
            )
            yield _finding(decision, below.line, "warning", "decision-overlap", message)
        elif same_result and above.inputs == below.inputs:
            message = Text(
                "Rule {second} repeats rule {first}; remove one.", second=second + 1, first=first + 1
            )
            yield _finding(decision, below.line, "warning", "decision-duplicate-rule", message)


def reads(decision: Decision) -> frozenset[str]:
    """Return the names of the variables the decision, and those it requires, must be given."""
    texts = [(column.expression, False) for column in decision.inputs] + [(decision.literal, False)]
    texts += [(cell, True) for rule in decision.rules for cell in rule.inputs if plain_cell(cell) is None]
    texts += [
        (cell, False) for rule in decision.rules for cell in rule.outputs if plain_literal(cell) is None
    ]
    names = {name for text, unary in texts if text for name in parse(text, unary=unary).names}
    own = (
        {column.variable for column in decision.inputs}
        | {other.variable for other in decision.requires}
        | {"?"}
    )
    return frozenset(names - own).union(*(reads(other) for other in decision.requires))
