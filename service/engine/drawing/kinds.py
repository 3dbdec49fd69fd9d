"""The elements of BPMN that run here, by what they have in common."""

from __future__ import annotations

PEOPLE = frozenset({"userTask", "manualTask"})
TASKS = PEOPLE | {"task", "scriptTask", "businessRuleTask", "serviceTask", "sendTask", "receiveTask"}
ACTIVITIES = TASKS | {"subProcess", "callActivity"}
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
    }
)
CONDITIONAL = frozenset({"exclusiveGateway", "inclusiveGateway"})
CATCHING = frozenset({"intermediateCatchEvent", "boundaryEvent"})
EVENTS = CATCHING | {"startEvent", "endEvent", "intermediateThrowEvent"}
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
WAITS = PEOPLE | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway"}
