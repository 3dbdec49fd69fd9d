"""The words of a drawing: for each element what is read of it, in one table.

Nothing that is written beside these words is dropped in silence: the check (`check/vocabulary.py`) names it,
and `docs/conformance.md` lists the table. What is refused with a reason of its own elsewhere in the check
stands here too: it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.engine.drawing.kinds import ACTIVITIES, EVENTS, FLOW_NODES, GATEWAYS


@dataclass(frozen=True)
class Words:
    """What is read of an element: attributes of BPMN and of Camunda, elements inside, extensions, properties.

    `extensions` are the Camunda elements in its `extensionElements`, `properties` the names in
    `camunda:properties`.
    """

    attributes: frozenset[str] = frozenset()
    camunda: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()

    def __or__(self, other: Words) -> Words:
        return Words(*(getattr(self, name) | getattr(other, name) for name in self.__dataclass_fields__))


def _words(
    attributes: str = "", camunda: str = "", inside: str = "", extensions: str = "", properties: str = ""
) -> Words:
    return Words(*(frozenset(each.split()) for each in (attributes, camunda, inside, extensions, properties)))


NOTES = frozenset(
    {
        "artifact",
        "association",
        "auditing",
        "category",
        "conversation",
        "conversationAssociation",
        "conversationLink",
        "conversationNode",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutputAssociation",
        "dataState",
        "dataStore",
        "dataStoreReference",
        "documentation",
        "extension",
        "globalConversation",
        "group",
        "import",
        "interface",
        "ioSpecification",
        "itemDefinition",
        "messageFlow",
        "messageFlowAssociation",
        "monitoring",
        "participantAssociation",
        "participantMultiplicity",
        "partnerEntity",
        "partnerRole",
        "property",
        "relationship",
        "resource",
        "supportedInterfaceRef",
        "textAnnotation",
    }
)
"""Elements of BPMN that are for the reader: they mean nothing to a case, whatever stands in them."""

STAMPS: Mapping[str, str | None] = {
    "behavior": "All",
    "completionQuantity": "1",
    "eventGatewayType": "Exclusive",
    "gatewayDirection": None,
    "implementation": None,
    "instantiate": "false",
    "isClosed": None,
    "isForCompensation": "false",
    "isImmediate": None,
    "isInterrupting": "true",
    "itemSubjectRef": None,
    "parallelMultiple": "false",
    "processType": None,
    "startQuantity": "1",
    "structureRef": None,
    "triggeredByEvent": "false",
}
"""Attributes that tools write unasked: with this value (None: with any) they say what holds anyway."""

_NAMED = _words("id name", inside="documentation extensionElements", extensions="properties")
_PARAMETERS = _words(extensions="inputOutput")
_STEP = _NAMED | _words(
    "default isForCompensation",
    inside="incoming outgoing standardLoopCharacteristics multiInstanceLoopCharacteristics",
    # Each refused with its reason.
    extensions="executionListener taskListener connector failedJobRetryTimeCycle",
    properties="notice",
)
_INVOLVES = _words(properties="consults consultUntil informs")
_REPEATED = _words(properties="outputCollection outputElement")
_FORM = _words(camunda="formRef formRefBinding formKey", extensions="formData")
_CODE = _words(camunda="class delegateExpression expression")
_TASK = _words(
    camunda="assignee candidateGroups candidateUsers dueDate",
    properties="approval bulk dedupe escalateAfter escalateTo notBy remindAlso remindAt remindEvery restsOn "
    "returnTo",
)
_DEFINITIONS = _words(
    inside="cancelEventDefinition compensateEventDefinition conditionalEventDefinition errorEventDefinition "
    "escalationEventDefinition linkEventDefinition messageEventDefinition signalEventDefinition "
    "terminateEventDefinition timerEventDefinition"
)
_OF_FLOW_NODES: Mapping[str, Words] = {
    "userTask": _FORM | _TASK | _PARAMETERS,
    "manualTask": _FORM | _TASK | _PARAMETERS,
    "scriptTask": _PARAMETERS | _words("scriptFormat", "resultVariable", "script"),
    "serviceTask": _PARAMETERS | _CODE | _words(camunda="type topic"),
    "sendTask": _PARAMETERS | _CODE | _words("messageRef", "type topic"),
    "receiveTask": _PARAMETERS | _words("messageRef"),
    "businessRuleTask": _PARAMETERS
    | _CODE
    | _words(camunda="decisionRef decisionRefBinding mapDecisionResult resultVariable"),
    "callActivity": _words("calledElement", "calledElementBinding", extensions="in out"),
    "subProcess": _words("triggeredByEvent"),
    "eventBasedGateway": _words("instantiate eventGatewayType"),
    "startEvent": _FORM | _PARAMETERS | _words("isInterrupting", properties="withdrawBy"),
    "boundaryEvent": _PARAMETERS | _words("attachedToRef cancelActivity"),
    "intermediateCatchEvent": _PARAMETERS,
    "intermediateThrowEvent": _PARAMETERS,
    "endEvent": _PARAMETERS,
}


def _of_flow_node(kind: str) -> Words:
    words = _STEP | _OF_FLOW_NODES.get(kind, Words())
    if kind in ACTIVITIES:
        words |= _REPEATED | _INVOLVES
    return words | _DEFINITIONS if kind in EVENTS else words


_EXPRESSION = _words("id language evaluatesToTypeRef")
READ: Mapping[str, Words] = {
    **{kind: _of_flow_node(kind) for kind in sorted(FLOW_NODES)},
    "definitions": _words(
        "id name targetNamespace exporter exporterVersion expressionLanguage typeLanguage",
        inside="process collaboration message signal error escalation extensionElements",
    )
    | _DEFINITIONS,
    "process": _NAMED
    | _words(
        "isExecutable definitionalCollaborationRef",
        "candidateStarterGroups isStartableInTasklist historyTimeToLive versionTag",
        properties="applicant inputs",
    ),
    "collaboration": _NAMED | _words(inside="participant"),
    "participant": _NAMED | _words("processRef"),
    "laneSet": _NAMED | _words(inside="lane"),
    "childLaneSet": _NAMED | _words(inside="lane"),
    "lane": _NAMED | _words("partitionElementRef", inside="flowNodeRef childLaneSet partitionElement"),
    "message": _NAMED | _words("itemRef"),
    "signal": _NAMED,
    "error": _NAMED | _words("errorCode", "errorMessage"),
    "escalation": _NAMED | _words("escalationCode"),
    "sequenceFlow": _NAMED | _words("sourceRef targetRef", inside="conditionExpression"),
    "conditionExpression": _EXPRESSION,
    "script": _words(),
    "multiInstanceLoopCharacteristics": _words(
        "id isSequential",
        "collection elementVariable",
        "loopCardinality completionCondition extensionElements documentation loopDataInputRef inputDataItem "
        "loopDataOutputRef outputDataItem",
    ),
    "loopCardinality": _EXPRESSION,
    "completionCondition": _EXPRESSION,
    "timerEventDefinition": _NAMED | _words(inside="timeDate timeDuration timeCycle"),
    "timeDate": _EXPRESSION,
    "timeDuration": _EXPRESSION,
    "timeCycle": _EXPRESSION,
    "messageEventDefinition": _NAMED | _words("messageRef"),
    "signalEventDefinition": _NAMED | _words("signalRef"),
    "errorEventDefinition": _NAMED | _words("errorRef"),
    "escalationEventDefinition": _NAMED | _words("escalationRef"),
    "terminateEventDefinition": _NAMED,
}
"""By the name of the BPMN element. What else stands in a process or sub-process is judged by `elements`."""

PARAMETERS: Mapping[str, frozenset[str]] = {
    "in": frozenset({"source", "sourceExpression", "target", "variables", "businessKey"}),
    "out": frozenset({"source", "sourceExpression", "target", "variables"}),
    "inputParameter": frozenset({"name"}),
    "outputParameter": frozenset({"name"}),
    "property": frozenset({"id", "name", "value"}),
}
"""The attributes of the Camunda elements that carry values."""

TEMPLATE = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
"""Camunda attributes that every element may have: which template of the modeler it was made with."""

WITHOUT_PARAMETERS = frozenset({"subProcess", "callActivity", "task"}) | GATEWAYS
"""Where a reader would expect input and output parameters, and they have no meaning."""
