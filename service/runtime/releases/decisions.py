"""Decision tables of the live deployment, evaluated on their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.engine import decisions as tables
from service.errors import NotFound
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.runtime.tasks.answering import as_values


@dataclass(frozen=True)
class DecisionView(View):
    """What a table says. `outputs` is an object, a number by name, or a list, as its hit policy has it.

    `matched_rules` counts from 1.
    """

    outputs: Any
    matched_rules: tuple[int, ...]


def evaluate(app: Application, actor: Actor, key: str, variables: Mapping[str, Any]) -> DecisionView:
    """Evaluate a decision, for who may read the drawings.

    NotFound for an unknown one, DecisionError when no single rule can be chosen.
    """
    require(actor, "deployment.read")
    decision = app.live().model.decisions.get(key)
    if decision is None:
        raise NotFound("There is no such decision.", key=key)
    result = tables.evaluate(decision, as_values(variables, "variables"), app.feel, app.clock())
    return DecisionView(result.outputs, tuple(result.matched_rules))
