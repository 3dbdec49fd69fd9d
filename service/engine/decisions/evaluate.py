"""Evaluates decisions over FEEL: the inputs, then all cells in one crossing, then the results of the hits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.engine.decisions.cells import EVERYTHING, Cell, Literal, plain_cell
from service.engine.decisions.model import Decision, DecisionResult, Input, Output, Rule
from service.engine.decisions.policies import Row, failure, outcome
from service.engine.decisions.results import value_of
from service.engine.decisions.values import as_typed, conforms, plain
from service.errors import DecisionError, FeelError
from service.feel import Call, Feel, parse
from service.wording import Text

Test = tuple[str, Cell | None, Input, Any]
"""A unary test as written, its plain reading, the column, and the value under test."""


def evaluate(decision: Decision, variables: Mapping[str, Any], feel: Feel, now: datetime) -> DecisionResult:
    """Return the outputs of `decision` and the rules that matched.

    Raises DecisionError: a missing or mistyped input, a broken cell, no match where one is needed, several
    where one is allowed.
    """
    _refuse_broken(decision)
    required = tuple((other, evaluate(other, variables, feel, now)) for other in decision.requires)
    values = {other.variable: value_of(other, result) for other, result in required}
    result = _Evaluation(decision, {**variables, **values}, feel, now).result()
    return replace(result, required=required)


def _refuse_broken(decision: Decision) -> None:
    errors = [problem.message for problem in decision.problems if problem.severity == "error"]
    if errors:
        raise failure(decision, errors[0])


@dataclass(frozen=True)
class _Evaluation:
    """One evaluation of one decision, over the variables and the values of the decisions it requires."""

    decision: Decision
    variables: Mapping[str, Any]
    feel: Feel
    now: datetime

    def result(self) -> DecisionResult:
        if self.decision.literal:
            call = Call("expression", self.decision.literal, self.variables)
            [value] = self._values([call], Text("The expression"))
            return DecisionResult({self.decision.variable: value}, [], self._read())
        values = self._inputs()
        matched = self._matched(values)
        outputs, counted = outcome(self.decision, matched, self._rows(matched))
        return DecisionResult(
            outputs,
            [number + 1 for number in matched],
            {column.expression: value for column, value in zip(self.decision.inputs, values, strict=True)},
            tuple(number + 1 for number in counted),
        )

    def _read(self) -> dict[str, Any]:
        """Return what a decision that is one expression has read, by name or dotted path."""
        parsed = parse(self.decision.literal)
        dotted = {path.split(".")[0] for path in parsed.paths}
        return {name: _at(self.variables, name) for name in sorted((parsed.names - dotted) | parsed.paths)}

    def _fail(self, message: Text, **detail: Any) -> DecisionError:
        return failure(self.decision, message, **detail)

    def _values(self, calls: list[Call], what: Text) -> list[Any]:
        values = self.feel.batch(calls, now=self.now) if calls else []
        for call, value in zip(calls, values, strict=True):
            if isinstance(value, FeelError):
                message = Text(
                    "{what} {expression!r} has no value: {reason}",
                    what=what,
                    expression=call.expression,
                    reason=value.message,
                )
                raise self._fail(message) from value
        return values

    def _inputs(self) -> list[Any]:
        """Return the value of every input column, checked against its type and allowed values."""
        columns = self.decision.inputs
        expressions = [each.expression for each in columns if each.expression not in self.variables]
        for expression in expressions:
            if expression.isidentifier():
                message = Text("the input {expression!r} is missing.", expression=expression)
                raise self._fail(message, input=expression)
        calls = [Call("expression", expression, self.variables) for expression in expressions]
        computed = dict(zip(expressions, self._values(calls, Text("The input")), strict=True))
        found = {**self.variables, **computed}
        values = [self._typed(column, found[column.expression]) for column in columns]
        self._check_allowed(values)
        return values

    def _typed(self, column: Input, value: Any) -> Any:
        value = as_typed(value, column.type)
        if value is None or conforms(value, column.type):
            return value
        message = Text(
            "{expression!r} must be a {type}, not a {given}.",
            expression=column.expression,
            type=column.type,
            given=type(value).__name__,
        )
        raise self._fail(message, input=column.expression)

    def _check_allowed(self, values: list[Any]) -> None:
        limited: list[Test] = [
            (column.values, plain_cell(column.values), column, value)
            for column, value in zip(self.decision.inputs, values, strict=True)
            if column.values and value is not None
        ]
        for (text, _, column, value), answer in zip(limited, self._unary(limited), strict=True):
            if isinstance(answer, FeelError):
                message = Text(
                    "the allowed values {allowed!r} cannot be read: {reason}",
                    allowed=text,
                    reason=answer.message,
                )
                raise self._fail(message)
            if not answer:
                message = Text(
                    "{value} is not among the allowed values of {expression!r}: {allowed}.",
                    value=repr(value),
                    expression=column.expression,
                    allowed=text,
                )
                raise self._fail(message, input=column.expression)

    def _unary(self, tests: Iterable[Test]) -> list[bool | FeelError]:
        """Answer unary tests in one crossing; a plain cell never matches null unless it names it."""
        answers: list[bool | FeelError] = []
        calls: dict[int, Call] = {}
        for index, (text, cell, column, value) in enumerate(tests):
            answers.append(True)
            if text in EVERYTHING:
                continue
            if cell is not None and value is None:
                answers[index] = cell.covers(Literal("null", None))
            else:
                names = {column.variable: value} if column.variable else {}
                calls[index] = Call("unary", text, {**self.variables, **names}, value)
        for index, answer in zip(calls, self.feel.batch(list(calls.values()), now=self.now), strict=True):
            answers[index] = answer
        return answers

    def _matched(self, values: list[Any]) -> list[int]:
        """Return the rules (from 0) that match; a broken cell counts where no other excludes its rule."""
        rules, width = self.decision.rules, len(values)
        answers = self._unary(
            (text, cell, column, value)
            for rule in rules
            for text, cell, column, value in zip(
                rule.inputs, rule.cells, self.decision.inputs, values, strict=True
            )
        )
        matched = []
        for number, rule in enumerate(rules):
            if self._hits(number, rule, answers[number * width : (number + 1) * width]):
                matched.append(number)
                if self.decision.hit_policy == "FIRST":
                    break
        return matched

    def _hits(self, number: int, rule: Rule, answers: Sequence[bool | FeelError]) -> bool:
        if any(answer is False for answer in answers):
            return False
        for text, answer in zip(rule.inputs, answers, strict=True):
            if isinstance(answer, FeelError):
                message = Text(
                    "rule {rule}: the cell {expression!r} has no answer: {reason}",
                    rule=number + 1,
                    expression=text,
                    reason=answer.message,
                )
                raise self._fail(message) from answer
        return True

    def _rows(self, matched: list[int]) -> list[Row]:
        """Return the results of the rules that matched; the default outputs when none did."""
        columns = self.decision.outputs
        rules = [self.decision.rules[number] for number in matched]
        if not matched and all(column.default for column in columns):
            rules = [Rule("", (), tuple(column.default for column in columns))]
        cells = [cell for rule in rules for cell in zip(columns, rule.outputs, rule.results, strict=True)]
        values = iter(self._results(cells))
        return [{column.name: next(values) for column in columns} for _ in rules]

    def _results(self, cells: list[tuple[Output, str, Literal | None]]) -> list[Any]:
        calls = [Call("expression", text, self.variables) for _, text, literal in cells if literal is None]
        computed = iter(self._values(calls, Text("The result")))
        values = [next(computed) if literal is None else plain(literal.value) for _, _, literal in cells]
        for (column, text, _), value in zip(cells, values, strict=True):
            if value is not None and not conforms(value, column.type):
                message = Text(
                    "the result {expression!r} of {column!r} is no {type}.",
                    expression=text,
                    column=column.name,
                    type=column.type,
                )
                raise self._fail(message)
        return values


def _at(variables: Mapping[str, Any], path: str) -> Any:
    value: Any = variables
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
