"""What an element may see of its token while it decides what to do. Nothing can be changed through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from service.domain.workdays import Calendar
from service.engine.decisions import Decision, DecisionResult
from service.engine.failures import EngineFailure
from service.engine.nodes.evaluation import Evaluation, truth
from service.engine.nodes.memory import Memory
from service.engine.nodes.scope import Scope
from service.feel import form_keys


class Standing(Protocol):
    """A token, as far as its element reads it."""

    token_id: str
    memory: Memory

    @property
    def activity_path(self) -> str: ...
    @property
    def definition(self) -> str: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def came(self) -> Mapping[str, Any]: ...
    @property
    def element_value(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Library:
    """What elements refer to by name: decision tables and forms."""

    decisions: Mapping[str, Decision]
    forms: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token, the variables it sees, and FEEL over them."""

    token: Standing
    evaluation: Evaluation
    library: Library

    @property
    def now(self) -> datetime:
        return self.evaluation.now

    @property
    def calendar(self) -> Calendar:
        """Return the calendar that workdays are counted by."""
        return self.evaluation.calendar

    @property
    def variables(self) -> Mapping[str, Any]:
        """Return every variable that can be read here."""
        return self.token.scope.visible()

    @property
    def came(self) -> Mapping[str, Any]:
        """Return what the token waited for."""
        return self.token.came

    def evaluate(self, text: str, extra: Mapping[str, Any] | None = None) -> Any:
        return self.evaluate_all([text], extra)[0]

    def evaluate_all(self, texts: Sequence[str], extra: Mapping[str, Any] | None = None) -> list[Any]:
        """Return the values of FEEL expressions over the variables, with `extra` on top."""
        if not texts:
            return []
        return self.evaluation.values(texts, self._with(extra))

    def literal_or_feel(self, texts: Sequence[str]) -> list[Any]:
        """Evaluate the texts that begin with `=`; the others are what they say."""
        expressions = [text for text in texts if text.lstrip().startswith("=")]
        values = iter(self.evaluate_all(expressions))
        return [next(values) if text.lstrip().startswith("=") else text for text in texts]

    def condition(self, text: str, extra: Mapping[str, Any] | None = None) -> bool:
        return truth(text, self.evaluate(text, extra))

    def conditions(self, texts: Sequence[str]) -> list[Callable[[], bool]]:
        """Return one question per condition; asking it raises what its condition raised."""
        return self.evaluation.conditions(texts, self.variables)

    def decision(self, key: str) -> Decision:
        """Return a decision table by its key."""
        found = self.library.decisions.get(key)
        if found is None:
            raise EngineFailure("decision_not_found", "the decision {key!r} is not deployed", key=key)
        return found

    def decide(self, decision: Decision, extra: Mapping[str, Any]) -> DecisionResult:
        return self.evaluation.decide(decision, self._with(extra))

    def unanswered(self, form: str | None) -> dict[str, Any]:
        """Return null for every field of a form: what it keeps hidden has no answer, but is known."""
        schema = self.library.forms.get(form or "")
        return dict.fromkeys(form_keys(schema)) if schema else {}

    def _with(self, extra: Mapping[str, Any] | None) -> Mapping[str, Any]:
        return {**self.variables, **extra} if extra else self.variables
