"""What a token can read, and the evaluation of expressions over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.engine.case_facts import CASE, CaseSchema
from service.engine.facts import Facts
from service.engine.progress import Environment
from service.engine.scope import Scope
from service.errors import FeelError
from service.feel import Call, parse, strip_equals
from service.wording import Text

if TYPE_CHECKING:
    from service.engine.nodes import Flow
    from service.engine.tokens import Token


class Evaluation:
    """The scopes of a running instance. All expressions of one element cross into FEEL together."""

    def __init__(self, env: Environment, case: CaseSchema) -> None:
        self.env = env
        self.facts = Facts(case, env.facts)
        self.scopes: dict[str, Scope] = {}

    @property
    def now(self) -> datetime:
        return self.env.now

    def scope_of(self, token: Token) -> Scope:
        return self.scopes.get(f"element:{token.token_id}") or token.workflow.scope

    def element_scope(self, token: Token, variables: dict[str, Any]) -> None:
        key = f"element:{token.token_id}"
        self.scopes[key] = Scope(key, variables, self.scope_of(token.parent))

    def own_scope(self, token: Token, variables: dict[str, Any]) -> Scope:
        key = f"call:{token.token_id}"
        self.scopes[key] = Scope(key, variables)
        return self.scopes[key]

    def context(
        self, texts: Sequence[str], token: Token, extra: Mapping[str, Any] | None, scope: Scope | None
    ):
        """Return the variables these expressions can see: the scope, then what is handed in on top."""
        visible = (scope or self.scope_of(token)).visible()
        context = {**visible, **extra} if extra else visible
        if any("dossier" in text for text in texts):
            context = {**context, "dossier": self._dossier(texts)}
        if any(CASE in text for text in texts) and (facts := self.facts.named_in(texts)) is not None:
            context = {**context, CASE: facts}
        return context

    def _dossier(self, texts: Sequence[str]) -> dict[str, Any]:
        forms = {
            path.split(".")[1]
            for text in texts
            for path in parse(strip_equals(text)).paths
            if path.startswith("dossier.")
        }
        return {form: self.env.dossier(form) for form in forms}

    def evaluate(self, text: str, token: Token, extra: Mapping[str, Any] | None = None) -> Any:
        return self.evaluate_all([text], token, extra)[0]

    def evaluate_all(
        self,
        texts: Sequence[str],
        token: Token,
        extra: Mapping[str, Any] | None = None,
        scope: Scope | None = None,
    ) -> list[Any]:
        """Evaluate FEEL expressions in one crossing; the first error is raised."""
        if not texts:
            return []
        context = self.context(texts, token, extra, scope)
        calls = [Call("expression", strip_equals(text), context) for text in texts]
        results = self.env.feel.batch(calls, now=self.now)
        for result in results:
            if isinstance(result, FeelError):
                raise result
        return results

    def literal_or_feel(self, texts: Sequence[str], token: Token) -> list[Any]:
        """Evaluate the texts that begin with `=`; the others are what they say."""
        expressions = [text for text in texts if text.lstrip().startswith("=")]
        values = iter(self.evaluate_all(expressions, token))
        return [next(values) if text.lstrip().startswith("=") else text for text in texts]

    def condition(self, text: str, token: Token, extra: Mapping[str, Any] | None = None) -> bool:
        return _truth(text, self.evaluate(text, token, extra))

    def conditions(self, token: Token, flows: Sequence[Flow]) -> list[Callable[[], bool]]:
        """Return one question per flow; asking it raises what its condition raised."""
        texts = [flow.condition or "" for flow in flows]
        if not texts:
            return []
        context = self.context(texts, token, None, None)
        calls = [Call("expression", strip_equals(text), context) for text in texts]
        results = self.env.feel.batch(calls, now=self.now)
        return [_question(text, result) for text, result in zip(texts, results, strict=True)]

    def inputs(self, token: Token) -> dict[str, Any]:
        """Return an element's input parameters, evaluated."""
        parameters = token.task_spec.extensions.inputs
        values = self.literal_or_feel([text for _, text in parameters], token)
        return dict(zip((name for name, _ in parameters), values, strict=True))


def _truth(text: str, value: Any) -> bool:
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


def _question(text: str, result: Any) -> Callable[[], bool]:
    def ask() -> bool:
        if isinstance(result, FeelError):
            raise result
        return _truth(text, result)

    return ask
