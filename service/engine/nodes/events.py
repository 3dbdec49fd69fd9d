"""Events that start, throw, catch and end."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition

from service.engine.nodes.base import Node
from service.engine.nodes.results import GoesOn, Result, Throws, WaitsForEvent, WaitsForTime
from service.engine.nodes.timers import TimerDefinition
from service.engine.nodes.token_view import TokenView


class Event(Node):
    """A flow node with an event definition (which may be none)."""

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Any = None, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.event_definition = event_definition

    def takes_over(self, view: TokenView) -> GoesOn:
        """Without output parameters the payload becomes variables under its own names."""
        if not self.extensions.outputs:
            return GoesOn(view.came)
        return self.goes_on(view, self.outputs(view, view.came))


class StartEvent(Event):
    """Where a process begins; its output parameters read the start form's answers, or its event."""

    def enter(self, view: TokenView) -> GoesOn:
        if self.event_definition is not None:
            return self.takes_over(view)
        came = view.came
        answers = {**view.unanswered(self.extensions.attribute("formRef")), **came} if came else {}
        return self.goes_on(view, self.outputs(view, answers))


class Throwing(Event):
    """An intermediate or end event that throws what it is drawn with."""

    def enter(self, view: TokenView) -> Result:
        definition = self.event_definition
        if isinstance(definition, ErrorEventDefinition):
            return Throws("error", definition.code, message=self.bpmn_name or definition.name or "")
        if isinstance(definition, EscalationEventDefinition):
            return Throws("escalation", definition.code)
        if isinstance(definition, MessageEventDefinition):
            return Throws("message", definition.name, payload=self.inputs(view))
        if isinstance(definition, SignalEventDefinition):
            return Throws("signal", definition.name, payload=self.inputs(view))
        if isinstance(definition, TerminateEventDefinition):
            return Throws("terminate")
        return GoesOn()


class EndEvent(Throwing):
    """Ends this path, or with a terminate event everything in its process."""


class Catching(Event):
    """Waits for a timer, message or signal."""

    def enter(self, view: TokenView) -> Result:
        return GoesOn() if self.event_definition is None else awaiting(self.event_definition, view)

    def leave(self, view: TokenView) -> GoesOn:
        return self.takes_over(view)


def awaiting(definition: Any, view: TokenView) -> WaitsForTime | WaitsForEvent:
    """Return the wait for an event: a timer is reckoned now."""
    if not isinstance(definition, TimerDefinition):
        return WaitsForEvent()
    value = view.evaluate(definition.text) if definition.is_expression else definition.text
    return WaitsForTime(*definition.schedule(value, view.now))


class CatchEvent(Catching):
    """An intermediate catch event, on its own or behind an event gateway."""


class ReceiveTask(Catching):
    """Waits for a message."""


class BoundaryEvent(Catching):
    """Sits on an activity and catches while it runs. Its arrival is what it catches, and recorded then.

    Stock: a non-interrupting message is caught once only; user tasks behind a non-interrupting cycle timer
    vanish when the host ends.
    """

    recorded_on_arrival = False

    def __init__(self, wf_spec: Any, bpmn_id: str, cancel_activity: bool = True, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.cancel_activity = cancel_activity
