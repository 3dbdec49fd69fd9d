"""FEEL evaluated: one value, one condition, one decision cell, or many in one crossing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from service.domain.workdays import Calendar
from service.errors import FeelError, FeelTimeout
from service.feel import crossing, messages
from service.feel.calendar import calendar_table
from service.feel.forms import SCHEMA_TEXTS, FormResult, result_of
from service.feel.isolate import SHARED, Pool
from service.feel.named import UNKNOWN, value_of
from service.feel.parsing import parse, strip_equals
from service.wording import Text

EXPRESSION_SECONDS = 0.25
STEP_SECONDS = 1.0
MOST_FAILURES = 3
_COUNTS = "workday"
"""What stands in the name of every function that goes by the calendar."""


@dataclass(frozen=True)
class Call:
    """One evaluation of a batch: an expression, or a decision cell ("unary") that tests `value`."""

    kind: Literal["expression", "unary"]
    expression: str
    variables: Mapping[str, Any]
    value: Any = None

    def named(self) -> Any:
        """Return the value of an expression that does nothing but name it, else UNKNOWN."""
        if self.kind != "expression":
            return UNKNOWN
        return value_of(strip_equals(self.expression), self.variables)

    def as_request(self) -> str:
        """Return what crosses into the isolate: of the variables only those the expression reads.

        FeelError when one of them is not a value FEEL knows.
        """
        reads = parse(self.expression, unary=self.kind == "unary").reads
        variables = {name: self.variables[name] for name in reads if name in self.variables}
        try:
            return crossing.dumps([self.kind, strip_equals(self.expression), variables, self.value])
        except (TypeError, ValueError, RecursionError) as exc:
            raise FeelError(messages.problem(str(exc)), self.expression) from exc


class Feel:
    """The FEEL engine. Thread-safe; isolates are made when first needed and closed at exit."""

    def __init__(self, *, calendar: Calendar | None = None) -> None:
        self._pool = Pool(lambda: calendar_table(calendar)) if calendar else SHARED
        self._days: Callable[[], Calendar] | None = None

    def counting_by(self, days: Callable[[], Calendar]) -> Feel:
        """Return the same engine, with the company's own days first; asked for where workdays are counted."""
        other = copy(self)
        other._days = days
        return other

    def evaluate(self, expression: str, variables: Mapping[str, Any], *, now: datetime) -> Any:
        """Return the value of an expression. FeelError when it has none, or FEEL would only have warned."""
        return self._single(Call("expression", expression, variables), now)

    def condition(self, expression: str, variables: Mapping[str, Any], *, now: datetime) -> bool:
        """Return the truth of a condition. FeelError unless it is exactly true or false."""
        result = self.evaluate(expression, variables, now=now)
        if not isinstance(result, bool):
            raise FeelError(Text("The condition is neither true nor false."), expression)
        return result

    def unary(self, cell: str, value: Any, variables: Mapping[str, Any], *, now: datetime) -> bool:
        """Tell whether `value` passes a cell of a decision table. FeelError when that cannot be told."""
        passes: bool = self._single(Call("unary", cell, variables, value), now)
        return passes

    def batch(self, calls: Sequence[Call], *, now: datetime) -> list[Any | FeelError]:
        """Return the values of all calls, in order; a FeelError stands in place of a value that failed."""
        named = [call.named() for call in calls]
        others = [call for call, value in zip(calls, named, strict=True) if value is UNKNOWN]
        crossed = iter(self._crossed(others, now))
        return [next(crossed) if value is UNKNOWN else value for value in named]

    def _crossed(self, calls: Sequence[Call], now: datetime) -> list[Any | FeelError]:
        requests = [_attempt(call.as_request) for call in calls]
        answers = iter(self._answers([request for request in requests if isinstance(request, str)], now))
        return [
            _result(next(answers), call) if isinstance(request, str) else request
            for request, call in zip(requests, calls, strict=True)
        ]

    def _answers(self, requests: Sequence[str], now: datetime) -> list[Any]:
        """Return the isolate's answer to each request, or the FeelError of the one that hit a limit."""
        if len(requests) < 2:
            return [self._alone(request, now, attempts=2) for request in requests]
        seconds = min(STEP_SECONDS, EXPRESSION_SECONDS * len(requests))
        try:
            answers: list[Any] = self._ask("batch", self._calls(requests), now, seconds)
        except FeelError:
            return self._one_by_one(requests, now)
        return answers

    def _alone(self, request: str, now: datetime, *, attempts: int) -> Any:
        try:
            (answer,) = self._ask("batch", self._calls([request]), now, EXPRESSION_SECONDS)
        except FeelTimeout as exc:
            # The clock on the wall also counts what the machine did meanwhile: once more, in a fresh isolate.
            return self._alone(request, now, attempts=attempts - 1) if attempts > 1 else exc
        except FeelError as exc:
            return exc
        return answer

    def _one_by_one(self, requests: Sequence[str], now: datetime) -> list[Any]:
        """Find out who hit the limit; after a few of them the rest is not tried any more."""
        answers: list[Any] = []
        for request in requests:
            failed = sum(isinstance(answer, FeelError) for answer in answers)
            answers.append(self._alone(request, now, attempts=1) if failed < MOST_FAILURES else FeelTimeout())
        return answers

    def check_form(
        self,
        schema: Mapping[str, Any],
        answers: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *,
        now: datetime,
    ) -> FormResult:
        """Return the answers as they count (locked, computed and hidden fields put right) and their errors.

        `inputs` are the values the form started with. FeelError when answers or inputs are no plain values.
        """
        digest, text = SCHEMA_TEXTS.of(schema)
        try:
            handed_in = f'"answers":{crossing.dumps_plain(answers)},"inputs":{crossing.dumps_plain(inputs)}'
        except (TypeError, ValueError, RecursionError) as exc:
            raise FeelError(messages.problem(str(exc))) from exc
        content = f'"hash":"{digest}",{handed_in}{self._company(text)}'
        answer = self._ask("form", content, now, STEP_SECONDS)
        if "unknown" in answer:
            answer = self._ask("form", f'{content},"schema":{text}', now, STEP_SECONDS)
        return result_of(answer)

    def close(self) -> None:
        """Free the isolates now; a later call makes new ones."""
        self._pool.close()

    def _single(self, call: Call, now: datetime) -> Any:
        (result,) = self.batch([call], now=now)
        if isinstance(result, FeelError):
            raise result
        return result

    def _calls(self, requests: Sequence[str]) -> str:
        calls = ",".join(requests)
        return f'"calls":[{calls}]{self._company(calls)}'

    def _company(self, text: str) -> str:
        """Return the company's days, to go with a text that counts workdays."""
        if self._days is None or _COUNTS not in text:
            return ""
        days = self._days().company()
        return f',"company":{crossing.dumps_plain(days)}' if any(days.values()) else ""

    def _ask(self, request: str, content: str, now: datetime, seconds: float) -> Any:
        if now.tzinfo is None:
            raise ValueError("now must carry its zone")
        milliseconds = int(now.timestamp() * 1000)
        text = f'{{"request":"{request}","now":{milliseconds},{content}}}'
        with self._pool.isolate() as isolate:
            answer = isolate.ask(text, seconds=seconds)
        try:
            result = crossing.loads(answer)
        except (OverflowError, ValueError) as exc:
            # JavaScript's dates reach further than Python's.
            raise FeelError(Text("A date, time or duration in the result lies beyond the calendar.")) from exc
        if "e" in result:
            raise FeelError(messages.problem(result["e"]), code=result["c"])
        return result["v"]


def _attempt(work: Callable[[], str]) -> str | FeelError:
    try:
        return work()
    except FeelError as exc:
        return exc


def _result(answer: Mapping[str, Any] | FeelError, call: Call) -> Any:
    if isinstance(answer, FeelError):
        answer.expression = call.expression
        return answer
    return (
        FeelError(messages.problem(answer["e"]), call.expression, code=answer["c"])
        if "e" in answer
        else answer["v"]
    )


FEEL = Feel()
