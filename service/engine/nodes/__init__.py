"""How each BPMN element behaves when a token reaches and leaves it.

These are SpiffWorkflow task specs with the run-time behaviour of 3.2.0 replaced where it is wrong or
missing. Each class names the symptom it mends; `tests/engine` shows each.
"""

from __future__ import annotations

from service.engine.nodes.activities import (
    BusinessRuleTask,
    CallActivity,
    PassThrough,
    ScriptTask,
    ServiceTask,
    SubProcess,
    UserTask,
)
from service.engine.nodes.base import Node
from service.engine.nodes.event_sub_process import EventSubProcess
from service.engine.nodes.events import (
    BoundaryEvent,
    CatchEvent,
    Catching,
    EndEvent,
    Event,
    ReceiveTask,
    StartEvent,
    Throwing,
)
from service.engine.nodes.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from service.engine.nodes.multi_instance import MultiInstance

__all__ = [
    "BoundaryEvent",
    "BusinessRuleTask",
    "CallActivity",
    "CatchEvent",
    "Catching",
    "EndEvent",
    "Event",
    "EventBasedGateway",
    "EventSubProcess",
    "ExclusiveGateway",
    "InclusiveGateway",
    "MultiInstance",
    "Node",
    "ParallelGateway",
    "PassThrough",
    "ReceiveTask",
    "ScriptTask",
    "ServiceTask",
    "StartEvent",
    "SubProcess",
    "Throwing",
    "UserTask",
]
