"""What can be said about a decision before it runs: broken cells, gaps, overlaps, rules never reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from service.engine.decisions.cell_checks import (
    check_input,
    check_rule,
    check_type,
    finding,
    not_feel,
)
from service.engine.decisions.cells import Literal
from service.engine.decisions.coverage import Grid, TooComplex, grid
from service.engine.decisions.model import SINGLE_HIT, Decision, Output, Rule
from service.engine.decisions.notes import check_notes
from service.engine.files.findings import Finding, Severity
from service.wording import Text

SHOWN_GAPS = 3  # per table; the rest would repeat themselves
SHOWN_OVERLAPS = 20
ORDERED = frozenset({"PRIORITY", "OUTPUT ORDER"})


def check_decision(decision: Decision) -> list[Finding]:
    """Return the findings about one decision; a broken table is not searched for gaps."""
    findings = list(decision.problems)
    if decision.literal:
        findings += not_feel(decision, decision.line, decision.literal, Text("The literal expression"))
    findings += [found for column in decision.inputs for found in check_input(decision, column)]
    findings += _outputs(decision)
    findings += check_notes(decision)
    if not any(problem.code == "decision-arity" for problem in decision.problems):
        findings += [found for rule in decision.rules for found in check_rule(decision, rule)]
    if decision.rules and not any(found.severity == "error" for found in findings):
        findings += _coverage(decision)
    return findings


def _outputs(decision: Decision) -> Iterator[Finding]:
    for name, count in Counter(column.name for column in decision.outputs).items():
        if count > 1:
            message = Text("Two output columns are named {name!r}; rename one.", name=name)
            yield finding(decision, decision.line, "error", "decision-output-name", message)
    for column in decision.outputs:
        yield from check_type(decision, column)
        if column.default:
            yield from not_feel(decision, column.line, column.default, Text("The default output"))
        if decision.hit_policy in ORDERED and not column.allowed:
            yield finding(decision, column.line, "error", "decision-priority", _unordered(decision, column))

        for value in _never_given(decision, column):
            message = Text(
                "No rule gives {value}, which {column!r} lists among its values: correct the rules, "
                "or take it off the list.",
                value=str(value),
                column=column.label or column.name,
            )
            yield finding(decision, column.line, "warning", "decision-value-unused", message)


def _never_given(decision: Decision, column: Output) -> Iterator[Literal]:
    """Yield the allowed values of a column that it never has, where that can be read off its rules."""
    place = decision.outputs.index(column)
    given = [rule.results[place] if place < len(rule.results) else None for rule in decision.rules]
    if given and None not in given:
        yield from (each for each in column.allowed if each not in given and str(each) != column.default)


def _unordered(decision: Decision, column: Output) -> Text:
    """Return what to write where the order of an output's values is missing: those its rules give, say."""
    place = decision.outputs.index(column)
    given = dict.fromkeys(rule.outputs[place] for rule in decision.rules if place < len(rule.outputs))
    return Text(
        "{policy} goes by the order of the allowed values of {column!r}: list them in the head of the "
        "column, the first counts most, for example {example}.",
        policy=decision.hit_policy,
        column=column.label or column.name,
        example=", ".join(text for text in given if text) or '"A", "B"',
    )


def _coverage(decision: Decision) -> Iterator[Finding]:
    cut = grid(decision)
    yield from _repeated(decision)
    yield from _overlaps(decision, cut)
    try:
        yield from _gaps(decision, cut)
        yield from _unreachable(decision, cut)
    except TooComplex:
        message = Text(
            "The table is too large to be searched for gaps and rules never reached; split the decision."
        )
        yield finding(decision, decision.line, "warning", "decision-complex", message)


def _severity(decision: Decision) -> Severity:
    """UNIQUE says that exactly one rule matches: a table where that is not so breaks its word."""
    return "error" if decision.hit_policy == "UNIQUE" else "warning"


def _gaps(decision: Decision, cut: Grid) -> Iterator[Finding]:
    has_default = all(column.default for column in decision.outputs)
    if decision.hit_policy in SINGLE_HIT and not has_default:
        for box in islice(cut.gaps(), SHOWN_GAPS):
            message = Text(
                "No rule matches when {case}; add a rule or a default output.", case=cut.described(box)
            )
            yield finding(decision, decision.line, _severity(decision), "decision-gap", message)


def _unreachable(decision: Decision, cut: Grid) -> Iterator[Finding]:
    if decision.hit_policy == "FIRST":
        for number in cut.unreachable():
            message = Text(
                "Rule {rule} is never reached: the rules above take all it matches; move or remove it.",
                rule=number + 1,
            )
            yield finding(decision, decision.rules[number].line, "warning", "decision-unreachable", message)


def _overlaps(decision: Decision, cut: Grid) -> Iterator[Finding]:
    """Yield the pairs that the hit policy forbids to match together."""
    if decision.hit_policy not in {"UNIQUE", "ANY"}:
        return
    pairs = (
        (first, second, severity)
        for first, second in cut.overlaps()
        if (severity := _clash(decision, decision.rules[first], decision.rules[second])) is not None
    )
    for first, second, severity in islice(pairs, SHOWN_OVERLAPS):
        said = {"first": first + 1, "second": second + 1}
        message = (
            Text(
                "Rules {first} and {second} can match together, which UNIQUE forbids. Narrow one of them.",
                **said,
            )
            if decision.hit_policy == "UNIQUE"
            else Text(
                "Rules {first} and {second} can match together and say different things, which ANY forbids. "
                "Narrow one of them, or let both say the same.",
                **said,
            )
        )
        line = decision.rules[second].line
        yield finding(decision, line, severity, "decision-overlap", message)


def _clash(decision: Decision, first: Rule, second: Rule) -> Severity | None:
    """Say how bad it is that two rules match together; None where the hit policy allows it.

    Under ANY all that match must say the same; of what has to be evaluated nobody knows before.
    """
    if decision.hit_policy == "UNIQUE":
        return "error"
    if first.outputs == second.outputs or (None not in first.results and first.results == second.results):
        return None
    constant = zip(first.results, second.results, strict=True)
    return "error" if any(None not in pair and pair[0] != pair[1] for pair in constant) else "warning"


def _repeated(decision: Decision) -> Iterator[Finding]:
    """Yield the rules written twice, where the hit policy does not forbid that by itself."""
    if decision.hit_policy == "UNIQUE":
        return
    seen: dict[tuple[tuple[str, ...], ...], int] = {}
    for number, rule in enumerate(decision.rules):
        above = seen.setdefault((rule.inputs, rule.outputs), number)
        if above != number:
            message = Text(
                "Rule {second} repeats rule {first}; remove one.", second=number + 1, first=above + 1
            )
            yield finding(decision, rule.line, "warning", "decision-duplicate-rule", message)
