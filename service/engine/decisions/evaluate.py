"""Evaluates decisions over FEEL: the inputs, then all cells in one crossing, then the results of the hits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.engine.decisions.cells import EVERYTHING, Literal, plain_cell, plain_literal
from service.engine.decisions.check import allowed_outputs
from service.engine.decisions.model import SINGLE_HIT, Decision, DecisionResult, Input, Output, Rule
from service.engine.decisions.results import value_of
from service.errors import DecisionError, FeelError
from service.feel import Call, Feel
from service.feel.values import Months
from service.wording import Text

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, Decimal),
    "boolean": bool,
    "date": date,
    "time": time,
    "dateTime": datetime,
    "dayTimeDuration": timedelta,
    "yearMonthDuration": Months,
    "list": (list, tuple),
    "context": dict,
}


def evaluate(decision: Decision, variables: Mapping[str, Any], feel: Feel, now: datetime) -> DecisionResult:
    """Return the outputs of `decision` and the rules that matched.

    Raises DecisionError: a missing or mistyped input, a broken cell, no match where one is needed, several
    where one is allowed.
    """
    return _Evaluation(decision, variables, feel, now).result()


@dataclass
class _Evaluation:
    """One evaluation of one decision."""

    decision: Decision
    variables: Mapping[str, Any]
    feel: Feel
    now: datetime

    def result(self) -> DecisionResult:
        self._refuse_broken()
        self.variables = {**self.variables, **self._required()}
        if self.decision.literal:
            value = self._values(
                [Call("expression", self.decision.literal, self.variables)], Text("The expression")
            )[0]
            return DecisionResult({self.decision.variable: value}, [])
        values = self._inputs()
        matched = self._matched(values)
        return DecisionResult(self._outputs(matched), [number + 1 for number in matched])

    def fail(self, message: Text, **detail: Any) -> DecisionError:
        return DecisionError(
            Text("Decision {decision}: {reason}", decision=self.decision.id, reason=message),
            decision=self.decision.id,
            **detail,
        )

    def _refuse_broken(self) -> None:
        errors = [problem.message for problem in self.decision.problems if problem.severity == "error"]
        if errors:
            raise self.fail(errors[0])

    def _required(self) -> dict[str, Any]:
        """Return the values of the decisions this one requires, by their variable names."""
        return {
            other.variable: value_of(other, evaluate(other, self.variables, self.feel, self.now))
            for other in self.decision.requires
        }

    def _values(self, calls: list[Call], what: str) -> list[Any]:
        values = self.feel.batch(calls, now=self.now) if calls else []
        for call, value in zip(calls, values, strict=True):
            if isinstance(value, FeelError):
                raise self.fail(
                    Text(
                        "{what} {expression!r} has no value: {reason}",
                        what=what,
                        expression=call.expression,
                        reason=value.message,
                    )
                ) from value
        return values

    def _inputs(self) -> list[Any]:
        """Return the value of every input column, checked against its type and allowed values."""
        columns = self.decision.inputs
        computed = [column for column in columns if column.expression not in self.variables]
        for column in computed:
            if column.expression.isidentifier():
                raise self.fail(
                    Text("the input {expression!r} is missing.", expression=column.expression),
                    input=column.expression,
                )
        expressions = [column.expression for column in computed]
        calls = [Call("expression", expression, self.variables) for expression in expressions]
        found = {
            **self.variables,
            **dict(zip(expressions, self._values(calls, Text("The input")), strict=True)),
        }
        values = [self._typed(column, found[column.expression]) for column in columns]
        self._check_allowed(values)
        return values

    def _typed(self, column: Input, value: Any) -> Any:
        """Return the value in the column's type: floats become decimals, ISO text becomes a date."""
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, str) and column.type in {"date", "dateTime"}:
            value = self._moment(column, value)
        if value is None or _conforms(value, column.type):
            return value
        given = type(value).__name__
        raise self.fail(
            Text(
                "{expression!r} must be a {type}, not a {given}.",
                expression=column.expression,
                type=column.type,
                given=given,
            ),
            input=column.expression,
        )

    def _moment(self, column: Input, text: str) -> date | str:
        try:
            return (date if column.type == "date" else datetime).fromisoformat(text)
        except ValueError:
            return text

    def _check_allowed(self, values: list[Any]) -> None:
        limited = [
            (column, value)
            for column, value in zip(self.decision.inputs, values, strict=True)
            if column.values and value is not None
        ]
        answers = self._unary([(column.values, column, value) for column, value in limited])
        for (column, value), answer in zip(limited, answers, strict=True):
            if isinstance(answer, FeelError):
                raise self.fail(
                    Text(
                        "the allowed values {allowed!r} cannot be read: {reason}",
                        allowed=column.values,
                        reason=answer.message,
                    )
                )
            if not answer:
                message = Text(
                    "{value} is not among the allowed values of {expression!r}: {allowed}.",
                    value=repr(value),
                    expression=column.expression,
                    allowed=column.values,
                )
                raise self.fail(message, input=column.expression)

    def _unary(self, tests: Iterable[tuple[str, Input, Any]]) -> list[bool | FeelError]:
        """Answer unary tests in one crossing; a plain cell never matches null unless it names it."""
        tests = list(tests)
        answers: list[bool | FeelError] = [True] * len(tests)
        calls: dict[int, Call] = {}
        for index, (text, column, value) in enumerate(tests):
            cell = plain_cell(text)
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
            (text, column, value)
            for rule in rules
            for text, column, value in zip(rule.inputs, self.decision.inputs, values, strict=True)
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
                raise self.fail(
                    Text(
                        "rule {rule}: the cell {expression!r} has no answer: {reason}",
                        rule=number + 1,
                        expression=text,
                        reason=answer.message,
                    )
                ) from answer
        return True

    def _outputs(self, matched: list[int]) -> dict[str, Any] | list[dict[str, Any]]:
        rows = self._rows(matched)
        if self.decision.hit_policy in SINGLE_HIT:
            return rows[self._chosen(matched, rows)]
        if self.decision.aggregation:
            return self._aggregated(rows)
        if self.decision.hit_policy == "OUTPUT ORDER":
            return sorted(rows, key=self._rank)
        return rows

    def _rows(self, matched: list[int]) -> list[dict[str, Any]]:
        """Return the results of the rules that matched; the default outputs when none did."""
        columns = self.decision.outputs
        texts = [self.decision.rules[number].outputs for number in matched]
        if not matched and all(column.default for column in columns):
            texts = [tuple(column.default for column in columns)]
        cells = [(column, text) for row in texts for column, text in zip(columns, row, strict=True)]
        values = iter(self._results(cells))
        return [{column.name: next(values) for column in columns} for _ in texts]

    def _results(self, cells: list[tuple[Output, str]]) -> list[Any]:
        literals = [plain_literal(text) for _, text in cells]
        calls = [
            Call("expression", text, self.variables)
            for (_, text), literal in zip(cells, literals, strict=True)
            if literal is None
        ]
        computed = iter(self._values(calls, Text("The result")))
        values = [next(computed) if literal is None else _plain(literal.value) for literal in literals]
        for (column, text), value in zip(cells, values, strict=True):
            if value is not None and not _conforms(value, column.type):
                raise self.fail(
                    Text(
                        "the result {expression!r} of {column!r} is no {type}.",
                        expression=text,
                        column=column.name,
                        type=column.type,
                    )
                )
        return values

    def _chosen(self, matched: list[int], rows: list[dict[str, Any]]) -> int:
        """Return which of the rows stands, by the hit policy."""
        policy, rules = self.decision.hit_policy, ", ".join(str(number + 1) for number in matched)
        if not rows:
            raise self.fail(Text("no rule matches the inputs; add a rule or a default output."))
        if policy == "UNIQUE" and len(rows) > 1:
            raise self.fail(
                Text("rules {rules} match together, but only one may.", rules=rules), matched_rules=rules
            )
        if policy == "ANY" and any(row != rows[0] for row in rows):
            raise self.fail(
                Text("rules {rules} match together and disagree.", rules=rules), matched_rules=rules
            )
        return min(range(len(rows)), key=lambda row: self._rank(rows[row])) if policy == "PRIORITY" else 0

    def _rank(self, row: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the place of a row in the order of the allowed output values."""
        places = []
        for column in self.decision.outputs:
            order = [_plain(literal.value) for literal in allowed_outputs(column)]
            if row[column.name] not in order:
                raise self.fail(
                    Text(
                        "{value} is not among the allowed values of {column!r}.",
                        value=repr(row[column.name]),
                        column=column.name,
                    )
                )
            places.append(order.index(row[column.name]))
        return tuple(places)

    def _aggregated(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        name, kind = self.decision.outputs[0].name, self.decision.aggregation
        values = [row[name] for row in rows]
        if kind == "COUNT":
            return {name: len(values)}
        if not values:
            raise self.fail(
                Text("no rule matches, so there is no {kind}; add a rule or a default output.", kind=kind)
            )
        if not all(_conforms(value, "number") for value in values):
            raise self.fail(
                Text("{kind} needs numbers, but the rules gave {values}.", kind=kind, values=repr(values))
            )
        return {name: _plain({"SUM": sum, "MIN": min, "MAX": max}[kind](values))}


def _conforms(value: Any, type_: str) -> bool:
    expected = TYPES.get(type_, object)
    if isinstance(value, bool):
        return expected in (bool, object)
    if type_ == "date" and isinstance(value, datetime):
        return False
    return isinstance(value, expected)


def _plain(value: Any) -> Any:
    """Return a decimal without a fraction as an int, as FEEL values are."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
