"""Words of other engines in a drawing: what to write instead, and which namespaces mean nothing to a case."""

from __future__ import annotations

from collections.abc import Mapping

QUIET = frozenset(
    {
        "http://www.omg.org/spec/BPMN/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://www.w3.org/XML/1998/namespace",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://camunda.org/schema/modeler/1.0",
        "http://www.signavio.com",
        "http://www.bizagi.com/bpmn20",
        "http://bpmn.sourceforge.net",
        "http://www.trisotech.com/2014/triso/bpmn",
        "http://www.trisotech.com/2015/triso/modeling",
    }
)
"""Layout, colours, and what drawing tools note for themselves."""

ENGINES: Mapping[str, str] = {
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://flowable.org/bpmn": "Flowable",
    "http://flowable.org/design": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    "https://www.spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    "http://www.jboss.org/drools": "jBPM",
}

INSTEAD: Mapping[str, str] = {
    "assignmentDefinition": "camunda:assignee, camunda:candidateGroups",
    "calledDecision": "camunda:decisionRef",
    "calledElement": "calledElement",
    "formDefinition": "camunda:formRef",
    "formKey": "camunda:formRef",
    "ioMapping": "camunda:inputOutput",
    "loopCharacteristics": "camunda:collection, camunda:elementVariable",
    "properties": "camunda:properties",
    "script": "bpmn:script",
    "subscription": "bpmn:message",
    "taskDefinition": "camunda:topic",
    "taskSchedule": "camunda:dueDate",
    "userTask": "camunda:formRef",
    "priorityDefinition": "camunda:dueDate",
    "preScript": "camunda:inputOutput",
    "postScript": "camunda:inputOutput",
    "serviceTaskOperator": "camunda:topic",
    "messagePayload": "camunda:inputOutput",
    "messageVariable": "camunda:inputOutput",
    "calledDecisionId": "camunda:decisionRef",
    "executionListener": "bpmn:serviceTask",
    "taskListener": "bpmn:serviceTask",
}
"""What to write for a word of another engine; one with the name of a Camunda 7 word that is read is that."""
