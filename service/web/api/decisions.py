"""Decision tables, asked directly."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from service.runtime.releases import decisions
from service.runtime.releases.decisions import DecisionView
from service.runtime.step.context import Actor, Application
from service.web.api.section import Body, Section

section = Section("Decisions")


class Variables(Body):
    """What the table's inputs read."""

    variables: dict[str, Any] = Field(default_factory=dict)


@section.post("/decisions/<key>/evaluate", returns=DecisionView, body=Variables, errors=(403, 404, 422))
def evaluate_decision(app: Application, actor: Actor, key: str, body: Variables) -> DecisionView:
    """Evaluate a decision of the live deployment. No rule matches where one must: 422."""
    return decisions.evaluate(app, actor, key, body.variables)
