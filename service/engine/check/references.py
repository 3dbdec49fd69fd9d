"""What a drawing refers to: forms, decisions, topics, groups, called processes, activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.engine import extensions, xml
from service.engine.case_facts import NO_CASE, CaseSchema
from service.engine.check.drawing import PEOPLE, Container, NodeElement, Report
from service.engine.decisions import Decision
from service.engine.extensions import split_list
from service.engine.organisation import Organisation
from service.wording import Text

RESULT_MAPPINGS = frozenset({"singleEntry", "singleResult", "collectEntries", "resultList"})
SERVICE_KINDS = ("class", "delegateExpression", "expression")


@dataclass
class Surroundings:
    """Everything a drawing may refer to in its manifest."""

    processes: dict[str, Container] = field(default_factory=dict)
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    forms: dict[str, Any] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    topics: Mapping[str, Any] = field(default_factory=dict)
    organisation: Organisation = field(default_factory=lambda: Organisation(is_first_release=True))
    groups: frozenset[str] | None = None
    lanes: frozenset[str] = frozenset()
    case: CaseSchema = NO_CASE


def check_references(container: Container, around: Surroundings, report: Report) -> None:
    """Judge what every flow node of a process refers to."""
    here = {node.id for node in container.everything()}
    for node in container.everything():
        if node.kind in (*PEOPLE, "startEvent"):
            _form(node, around, report)
        if node.kind in PEOPLE:
            _people(node, around, report)
            _activities(node, here, report)
        if node.kind == "businessRuleTask":
            _decision(node, around, report)
        if node.kind in ("serviceTask", "sendTask"):
            _topic(node, around, report)
        if node.kind == "callActivity":
            _called(node, around, report)
        if node.extensions.multi_instance is not None:
            _multi_instance(node, report)
        if node.kind in ("receiveTask", "sendTask"):
            _message_task(node, report)


def _form(node: NodeElement, around: Surroundings, report: Report) -> None:
    if node.extensions.attribute("formKey") or node.node.find(".//camunda:formData", xml.NS) is not None:
        report.error(node.node, "form-kind", "Only forms referred to by formRef are supported.")
    form = node.extensions.attribute("formRef")
    if form and form not in around.forms:
        report.error(
            node.node,
            "unknown-form",
            "There is no form {form!r}: upload {form}.form or correct it.",
            form=form,
        )


def _people(node: NodeElement, around: Surroundings, report: Report) -> None:
    assignee = node.extensions.attribute("assignee")
    groups = node.extensions.attribute("candidateGroups")
    if node.extensions.attribute("candidateUsers"):
        report.error(
            node.node, "candidate-users", "candidateUsers is not supported: use assignee or a group."
        )
    if groups and not groups.lstrip().startswith(("=", "$", "#")):
        for group in split_list(groups):
            _known_group(group, node, around, report)
    if groups or assignee:
        return
    if not node.lane:
        report.error(
            node.node,
            "nobody",
            "Nobody can do {element!r}: put it into a lane, or name candidate groups.",
            element=node.name,
        )
    elif node.lane in around.lanes:
        report.error(
            node.node,
            "nobody",
            "The lane {lane!r} is no group: name the candidate groups of {element!r}.",
            lane=node.lane,
            element=node.name,
        )
    else:
        _known_group(node.lane, node, around, report)


def _known_group(group: str, node: NodeElement, around: Surroundings, report: Report) -> None:
    if around.groups is not None and group not in around.groups:
        report.error(
            node.node,
            "unknown-group",
            "There is no group or relation {group!r}: correct it, or declare it in organisation.yaml.",
            group=group,
        )


def _activities(node: NodeElement, here: set[str], report: Report) -> None:
    for name in node.extensions.listed("notBy"):
        if name != "applicant" and name not in here:
            report.error(
                node.node, "unknown-activity", "notBy names {name!r}, which is no activity here.", name=name
            )
    for name in node.extensions.listed("returnTo"):
        if name not in here:
            report.error(
                node.node,
                "unknown-activity",
                "returnTo names {name!r}, which is no activity here.",
                name=name,
            )


def _decision(node: NodeElement, around: Surroundings, report: Report) -> None:
    key = node.extensions.attribute("decisionRef")
    mapping = node.extensions.attribute("mapDecisionResult")
    for name in SERVICE_KINDS:
        if node.extensions.attribute(name):
            report.error(
                node.node, "service-kind", "camunda:{name} would be ignored: refer to a decision.", name=name
            )
    if not key:
        report.error(node.node, "missing-decision", "Choose the decision table of this rule task.")
    elif key not in around.decisions:
        report.error(
            node.node,
            "unknown-decision",
            "There is no decision {key!r}: upload its table or correct it.",
            key=key,
        )
    if mapping and mapping not in RESULT_MAPPINGS:
        report.error(
            node.node,
            "result-mapping",
            "mapDecisionResult {mapping!r} is not one of its four kinds.",
            mapping=mapping,
        )
    if not node.extensions.attribute("resultVariable") and not node.extensions.outputs:
        report.error(
            node.node, "result-unused", "The decision's result goes nowhere: give it a result variable."
        )


def _topic(node: NodeElement, around: Surroundings, report: Report) -> None:
    topic = node.extensions.attribute("topic")
    for name in SERVICE_KINDS:
        if node.extensions.attribute(name):
            report.error(
                node.node,
                "service-kind",
                "camunda:{name} is not supported: use an external topic.",
                name=name,
            )
    if not topic:
        if node.kind == "serviceTask":
            report.error(
                node.node, "missing-topic", "Give the service task a topic (implementation: external)."
            )
        return
    known = around.topics.get(topic)
    if known is None:
        report.error(
            node.node,
            "unknown-topic",
            "There is no topic {topic!r}. Known are {known}.",
            topic=topic,
            known=", ".join(sorted(around.topics)) or Text("none"),
        )
        return
    _parameters(node, known, report)
    _errors(node, known, report)


def _parameters(node: NodeElement, topic: Any, report: Report) -> None:
    allowed = set(topic.inputs)
    for name, _ in node.extensions.inputs:
        if name not in allowed and not topic.is_open:
            report.error(
                node.node,
                "unknown-parameter",
                "The topic {topic!r} knows no parameter {name!r}, only {known}.",
                topic=topic.name,
                name=name,
                known=", ".join(sorted(allowed)),
            )
    for name in topic.required:
        if name not in dict(node.extensions.inputs):
            report.error(
                node.node,
                "missing-parameter",
                "The topic {topic!r} needs the parameter {name!r}.",
                topic=topic.name,
                name=name,
            )


def _errors(node: NodeElement, topic: Any, report: Report) -> None:
    if "*" in topic.errors or "error_code" in dict(node.extensions.inputs):
        return
    root = node.node.getroottree().getroot()
    codes = {each.get("id"): each.get("errorCode") for each in root.iterchildren(xml.bpmn("error"))}
    for boundary in node.boundary:
        if boundary.definition_kind == "error":
            code = codes.get(boundary.definitions[0].get("errorRef"))
            if code and code not in topic.errors:
                report.warning(
                    boundary.node,
                    "error-never-thrown",
                    "The topic {topic!r} never ends with {code!r}; it knows {known}.",
                    topic=topic.name,
                    code=code,
                    known=", ".join(sorted(topic.errors)) or Text("no declared errors"),
                )


def _called(node: NodeElement, around: Surroundings, report: Report) -> None:
    called = node.node.get("calledElement") or ""
    if not called:
        report.error(node.node, "missing-called-element", "Choose the process this activity calls.")
        return
    if called.startswith(("=", "$", "#")):
        report.error(
            node.node, "dynamic-call", "The called process is named by its id, not by an expression."
        )
        return
    if called not in around.processes:
        report.error(
            node.node,
            "unknown-process",
            "There is no process {called!r}: upload it or correct the id.",
            called=called,
        )
        return
    given = {each.target for each in node.extensions.call_in}
    if any(each.everything for each in node.extensions.call_in):
        return
    wanted = around.inputs.get(called, ())
    for name in wanted:
        if name not in given:
            report.error(
                node.node,
                "input-not-mapped",
                "{called!r} takes the input {name!r}: map it in.",
                called=called,
                name=name,
            )
    for name in given - set(wanted):
        report.warning(
            node.node,
            "unknown-input",
            "{called!r} does not declare the input {name!r} that is mapped in.",
            called=called,
            name=name,
        )


def _multi_instance(node: NodeElement, report: Report) -> None:
    loop = node.extensions.multi_instance
    if bool(loop.collection) == bool(loop.cardinality):
        report.error(
            node.node, "collection", "A multi-instance activity needs a collection (or a cardinality)."
        )
    if loop.output_element and not loop.output_collection:
        report.error(node.node, "output-collection", "outputElement needs the name of an outputCollection.")
    if loop.output_collection and not loop.output_element:
        report.error(node.node, "output-element", "outputCollection needs an outputElement: what to collect.")
    inner = node.node.find("bpmn:multiInstanceLoopCharacteristics", xml.NS)
    for name in ("loopDataInputRef", "inputDataItem", "loopDataOutputRef", "outputDataItem"):
        if inner.find(f"bpmn:{name}", xml.NS) is not None:
            report.error(
                node.node, "collection", "{name} would be ignored: use camunda:collection.", name=name
            )


def _message_task(node: NodeElement, report: Report) -> None:
    if node.kind == "sendTask" and node.extensions.attribute("topic"):
        return
    wanted, root = node.node.get("messageRef"), node.node.getroottree().getroot()
    if not wanted:
        report.error(node.node, "missing-message", "Choose the message of {element!r}.", element=node.name)
    elif not any(
        each.get("id") == wanted and each.get("name") for each in root.iterchildren(xml.bpmn("message"))
    ):
        report.error(
            node.node,
            "dangling-message",
            "The message {wanted!r} is not defined in this file.",
            wanted=wanted,
        )


def process_inputs(container: Container) -> tuple[str, ...]:
    return split_list(extensions.process_properties(container.node).get("inputs"))
