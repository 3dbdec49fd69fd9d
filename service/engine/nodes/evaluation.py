"""FEEL over variables: every expression of one element crosses into the isolate together."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.domain.workdays import Calendar
from service.engine.case.facts import Facts
from service.engine.case.schema import CASE, CaseSchema
from service.engine.decisions import Decision, DecisionResult, evaluate, reads
from service.engine.progress import Environment
from service.errors import FeelError
from service.feel import Call, parse, strip_equals
from service.wording import Text, as_text

_LONGEST, _LONGEST_VALUE = 300, 40
"""So many letters of an expression, and of a value it read, stand in a message."""


class Evaluation:
    """The expressions of one step, at its one instant, and the facts of the case as the step sees them."""

    def __init__(self, env: Environment, case: CaseSchema) -> None:
        self._env = env
        self.facts = Facts(case, env.facts)

    @property
    def now(self) -> datetime:
        return self._env.now

    def is_looked_at(self, definition: str, activity_id: str) -> bool:
        return self._env.is_looked_at(definition, activity_id)

    @property
    def calendar(self) -> Calendar:
        return self._env.calendar

    def values(self, texts: Sequence[str], variables: Mapping[str, Any]) -> list[Any]:
        """Return the values of FEEL expressions; the first error is raised."""
        results = self._results(texts, variables)
        for result in results:
            if isinstance(result, FeelError):
                raise result
        return results

    def conditions(self, texts: Sequence[str], variables: Mapping[str, Any]) -> list[Callable[[], bool]]:
        """Return one question per condition; asking it raises what its condition raised."""
        results = self._results(texts, variables)
        return [_question(text, result) for text, result in zip(texts, results, strict=True)]

    def decide(self, decision: Decision, variables: Mapping[str, Any]) -> DecisionResult:
        """Return what a decision table answers to these variables."""
        if CASE in reads(decision):
            variables = {**variables, CASE: self.facts.visible()}
        return evaluate(decision, variables, self._env.feel, self.now)

    def _results(self, texts: Sequence[str], variables: Mapping[str, Any]) -> list[Any]:
        if not texts:
            return []
        context = self._context(texts, variables)
        calls = [Call("expression", strip_equals(text), context) for text in texts]
        results = self._env.feel.batch(calls, now=self.now)
        return [
            _told(result, text, context) if isinstance(result, FeelError) else result
            for text, result in zip(texts, results, strict=True)
        ]

    def _context(self, texts: Sequence[str], variables: Mapping[str, Any]) -> Mapping[str, Any]:
        if any("dossier" in text for text in texts):
            variables = {**variables, "dossier": self._dossier(texts)}
        if any(CASE in text for text in texts) and (facts := self.facts.named_in(texts)) is not None:
            variables = {**variables, CASE: facts}
        return variables

    def _dossier(self, texts: Sequence[str]) -> dict[str, Any]:
        forms = {
            path.split(".")[1]
            for text in texts
            for path in parse(strip_equals(text)).paths
            if path.startswith("dossier.")
        }
        return {form: self._env.dossier(form) for form in forms}


def _told(error: FeelError, text: str, context: Mapping[str, Any]) -> FeelError:
    """Return an error that says of which expression, and over which values: who mends it has to know both."""
    expression = strip_equals(text).strip()
    read = sorted(parse(expression).names & context.keys())
    values = ", ".join(f"{name} = {_shown(context[name])}" for name in read)
    given = {"expression": expression[:_LONGEST], "reason": as_text(error.message), "values": values}
    told = Text("“{expression}”: {reason} ({values})", **given) if values else None
    return type(error)(told or Text("“{expression}”: {reason}", **given), expression)


def _shown(value: Any) -> str:
    """Return a single value, shortened; of what holds more only what it is: answers do not belong there."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, (list, tuple)):
        return f"[{len(value)}]"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool, type(None))) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _question(text: str, result: Any) -> Callable[[], bool]:
    def ask() -> bool:
        if isinstance(result, FeelError):
            raise result
        return truth(text, result)

    return ask


def truth(text: str, value: Any) -> bool:
    """Return the value of a condition. FeelError unless it is exactly true or false."""
    if not isinstance(value, bool):
        raise FeelError(
            Text(
                "the condition {expression!r} gives {value}, neither true nor false",
                expression=text,
                value=repr(value),
            ),
            text,
        )
    return value
