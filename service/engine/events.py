"""Which waiting tokens an event is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition

from service.engine import nodes, timers
from service.engine.tokens import STARTED, Branch, Token

if TYPE_CHECKING:
    from service.engine.run import Run

Catches = Callable[[Any], bool]
KINDS = {"message": MessageEventDefinition, "signal": SignalEventDefinition}


def attached(host: Token) -> list[Token]:
    """Return the boundary events armed on a token."""
    return [each for each in host.workflow.live() if each.memory.get("host") == host.token_id]


def catches_error(code: str | None) -> Catches:
    return lambda definition: isinstance(definition, ErrorEventDefinition) and definition.code in (None, code)


def catches_escalation(code: str | None) -> Catches:
    return lambda definition: (
        isinstance(definition, EscalationEventDefinition) and definition.code in (None, code)
    )


def catcher(token: Token, catches: Catches) -> Token | None:
    """Return the boundary event nearest to a token, on it or around it, that catches; exact codes first."""
    host: Token | None = token
    while host is not None:
        found = [each for each in attached(host) if catches(each.task_spec.event_definition)]
        if found:
            return max(found, key=lambda each: each.task_spec.event_definition.code is not None)
        host = _around(host)
    return None


def _around(token: Token) -> Token | None:
    if "element" in token.memory:
        return token.parent
    return token.workflow.parent_token if isinstance(token.workflow, Branch) else None


def definition_of(token: Token) -> Any:
    """Return the event definition a token waits for; None when it waits for something else."""
    spec = token.task_spec
    return spec.event_definition if isinstance(spec, nodes.Catching) and token.state == STARTED else None


def deliver(run: Run, kind: str, name: str, payload: Mapping[str, Any]) -> bool:
    """Give a message to one waiting token, a signal to all; False when none waits."""
    wanted = KINDS[kind]
    found = [
        token
        for token in run.root.all_live()
        if isinstance(definition_of(token), wanted) and definition_of(token).name == name
    ]
    for token in found[:1] if kind == "message" else found:
        if token.id in token.workflow.tasks:
            run.fire(token, payload)
    return bool(found)


def awaited(run: Run) -> tuple[str, ...]:
    """Return the names of the messages something waits for."""
    names = {
        definition.name
        for token in run.root.all_live()
        if isinstance(definition := definition_of(token), MessageEventDefinition)
    }
    return tuple(sorted(names))


def memory_for_next(token: Token, now: datetime) -> dict[str, Any] | None:
    """Return how a non-interrupting boundary event stays armed after it fired; None when it does not."""
    definition = token.task_spec.event_definition
    if isinstance(definition, timers.TimerDefinition):
        return timers.reschedule(token.memory, now)
    return {}
