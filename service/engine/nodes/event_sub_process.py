"""Sub-processes that an event begins, whatever else runs around them."""

from __future__ import annotations

from typing import Any

from service.engine.nodes.activities import SubProcess
from service.engine.nodes.events import awaiting
from service.engine.nodes.results import OpensProcess, Result
from service.engine.nodes.token_view import TokenView


class EventSubProcess(SubProcess):
    """Armed while what is around it runs; once its event has come it runs like any other sub-process.

    Stock: never interrupts, keeps its surroundings from ending while a timer is not due, and once begun
    begins by itself in every later case.
    """

    def __init__(
        self, wf_spec: Any, bpmn_id: str, event_definition: Any = None, interrupts: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.event_definition = event_definition
        self.interrupts = interrupts

    def enter(self, view: TokenView) -> Result:
        if view.token.memory.is_armed:
            return awaiting(self.event_definition, view)
        return OpensProcess(self.spec, came=view.came)
