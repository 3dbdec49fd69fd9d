"""Writes small DMN files for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from service.engine.decisions import Decision, DecisionResult, evaluate, read_dmn
from service.feel import FEEL

NOW = datetime(2026, 9, 29, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*decisions: str) -> bytes:
    """Return a DMN file around the given dmn:decision elements, one per line."""
    lines = "\n".join(decisions)
    return f'<definitions xmlns="{NAMESPACE}" id="d" name="d">\n{lines}\n</definitions>'.encode()


def table(
    rules: Sequence[Sequence[str]],
    *,
    inputs: Sequence[str] = ("x:number",),
    outputs: Sequence[str] = ("y:string",),
    hit: str = "UNIQUE",
    aggregation: str = "",
    id_: str = "choice",
    extra: str = "",
) -> str:
    """Return a dmn:decision. Columns are `expression:type:allowed values`, outputs also `:default`."""
    columns = "".join(_input(n, spec) for n, spec in enumerate(inputs)) + "".join(
        _output(n, s) for n, s in enumerate(outputs)
    )
    attribute = f' aggregation="{aggregation}"' if aggregation else ""
    rows = "".join(_rule(n, row, len(inputs)) for n, row in enumerate(rules, 1))
    start = f'<decisionTable id="{id_}_table" hitPolicy="{hit}"{attribute}>'
    return f'<decision id="{id_}" name="{id_}">{extra}{start}{columns}{rows}</decisionTable></decision>'


def decide(text: str, **variables: Any) -> DecisionResult:
    """Evaluate the first decision of a file."""
    return evaluate(decision(text), variables, FEEL, NOW)


def decision(text: str) -> Decision:
    return read_dmn("t.dmn", definitions(text)).decisions[0]


def _input(number: int, spec: str) -> str:
    expression, type_, values = [*spec.split(":", 2), "", ""][:3]
    allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
    reference = f" typeRef={quoteattr(type_)}" if type_ else ""
    text = f"<inputExpression{reference}><text>{escape(expression)}</text></inputExpression>"
    return f'<input id="in{number}" label={quoteattr(expression)}>{text}{allowed}</input>'


def _output(number: int, spec: str) -> str:
    name, type_, values, default = [*spec.split(":", 3), "", "", ""][:4]
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    reference = f" typeRef={quoteattr(type_)}" if type_ else ""
    return f'<output id="out{number}" name="{name}"{reference}>{allowed}{otherwise}</output>'


def _rule(number: int, row: Sequence[str], inputs: int) -> str:
    entries = "".join(
        f"<{tag}><text>{escape(text)}</text></{tag}>"
        for position, text in enumerate(row)
        for tag in ["inputEntry" if position < inputs else "outputEntry"]
    )
    return f'\n<rule id="r{number}">{entries}</rule>'


def literal(expression: str, *, id_: str = "sum", variable: str = "both", language: str = "feel") -> str:
    """Return a dmn:decision that is one expression."""
    text = f"<text>{escape(expression)}</text>"
    logic = f'<literalExpression expressionLanguage="{language}">{text}</literalExpression>'
    return f'<decision id="{id_}"><variable name="{variable}"/>{logic}</decision>'


def requires(target: str) -> str:
    """Return the requirement of another decision."""
    return f'<informationRequirement><requiredDecision href="#{target}"/></informationRequirement>'
