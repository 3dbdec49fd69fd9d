"""Events that start, throw, catch and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition

from service.engine import timers
from service.engine.nodes.base import Node

if TYPE_CHECKING:
    from service.engine.run import Run
    from service.engine.tokens import Token


class Event(Node):
    """A flow node with an event definition (which may be none)."""

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Any = None, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.event_definition = event_definition


class StartEvent(Event):
    """Where a process begins; its output parameters read the start form's answers."""

    def enter(self, token: Token, run: Run) -> bool:
        answers = run.take_start_answers(token)
        self.assign_outputs(token, run, self.with_hidden(run, answers) if answers else {})
        return True


class Throwing(Event):
    """An intermediate or end event that throws what it is drawn with."""

    def enter(self, token: Token, run: Run) -> bool:
        definition = self.event_definition
        if isinstance(definition, ErrorEventDefinition):
            run.throw_error(token, definition.code, self.bpmn_name or definition.name or "")
            return False
        if isinstance(definition, EscalationEventDefinition):
            return run.throw_escalation(token, definition.code)
        if isinstance(definition, (MessageEventDefinition, SignalEventDefinition)):
            kind = "message" if isinstance(definition, MessageEventDefinition) else "signal"
            run.send(kind, definition.name, run.inputs(token))
        if isinstance(definition, TerminateEventDefinition):
            run.terminate(token)
        return True


class EndEvent(Throwing):
    """Ends this path, or with a terminate event everything in its process."""


class Catching(Event):
    """Waits for a timer, message or signal."""

    def enter(self, token: Token, run: Run) -> bool:
        if self.event_definition is None:
            return True
        definition = self.event_definition
        if isinstance(definition, timers.TimerDefinition):
            token.memory.update(definition.schedule(token, run))
        return False

    def leave(self, token: Token, run: Run) -> None:
        payload = token.memory.get("payload") or {}
        if self.extensions.outputs:
            self.assign_outputs(token, run, payload)
        else:
            run.scope_of(token).set(payload)


class CatchEvent(Catching):
    """An intermediate catch event, on its own or behind an event gateway."""


class ReceiveTask(Catching):
    """Waits for a message."""


class BoundaryEvent(Catching):
    """Sits on an activity and catches while it runs.

    Stock: a non-interrupting message is caught once only; user tasks behind a non-interrupting cycle timer
    vanish when the host ends.
    """

    recorded_on_arrival = False

    def __init__(self, wf_spec: Any, bpmn_id: str, cancel_activity: bool = True, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.cancel_activity = cancel_activity

    def leave(self, token: Token, run: Run) -> None:
        run.enter(token)
        super().leave(token, run)
