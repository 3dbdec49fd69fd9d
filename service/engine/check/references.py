"""What a drawing refers to: forms, decisions, messages, lists; people, topics and calls stand beside."""

from __future__ import annotations

from service.engine.check.calls import check_call
from service.engine.check.people import check_people
from service.engine.check.report import Report
from service.engine.check.services import check_service, foreign_service
from service.engine.check.surroundings import Surroundings
from service.engine.drawing import Element, Process
from service.engine.drawing.extensions import MultiInstance, extension_elements
from service.engine.drawing.kinds import PEOPLE
from service.engine.files.nearest import suggestion
from service.engine.files.xml import BPMN

RESULT_MAPPINGS = frozenset({"singleEntry", "singleResult", "collectEntries", "resultList"})
IGNORED_IN_LOOPS = ("loopDataInputRef", "inputDataItem", "loopDataOutputRef", "outputDataItem")


def check_references(process: Process, around: Surroundings, report: Report) -> None:
    """Judge what every element of a process refers to."""
    for element in process.elements.values():
        if element.kind in (*PEOPLE, "startEvent"):
            _form(element, around, report)
        if element.kind in PEOPLE:
            check_people(element, process.elements, around, report)
        if element.kind == "businessRuleTask":
            _decision(element, around, report)
        if element.kind in ("serviceTask", "sendTask"):
            check_service(element, around, report)
        if element.kind == "callActivity":
            check_call(element, around, report)
        if element.extensions.multi_instance is not None:
            _multi_instance(element, element.extensions.multi_instance, report)
        if element.kind in ("receiveTask", "sendTask"):
            _message(element, report)


def _form(element: Element, around: Surroundings, report: Report) -> None:
    embedded = next(extension_elements(element.tag, "formData"), None)
    if element.extensions.attribute("formKey") or embedded is not None:
        report.error(element, "form-kind", "Only forms referred to by formRef are supported.")
    if element.form and element.form not in around.forms:
        report.error(
            element,
            "unknown-form",
            "There is no form {form!r}: upload {form}.form or correct it.{hint}",
            form=element.form,
            hint=suggestion(element.form, around.forms),
        )


def _decision(element: Element, around: Surroundings, report: Report) -> None:
    key = element.extensions.attribute("decisionRef")
    mapping = element.extensions.attribute("mapDecisionResult")
    for name in foreign_service(element):
        report.error(
            element, "service-kind", "camunda:{name} would be ignored: refer to a decision.", name=name
        )
    if not key:
        report.error(element, "missing-decision", "Choose the decision table of this rule task.")
    elif key not in around.decisions:
        report.error(
            element,
            "unknown-decision",
            "There is no decision {key!r}: upload its table or correct it.{hint}",
            key=key,
            hint=suggestion(key, around.decisions),
        )
    if mapping and mapping not in RESULT_MAPPINGS:
        report.error(
            element,
            "result-mapping",
            "mapDecisionResult {mapping!r} is not one of its four kinds.",
            mapping=mapping,
        )
    if not element.extensions.attribute("resultVariable") and not element.extensions.outputs:
        report.error(
            element, "result-unused", "The decision's result goes nowhere: give it a result variable."
        )


def _multi_instance(element: Element, loop: MultiInstance, report: Report) -> None:
    if bool(loop.collection) == bool(loop.cardinality):
        report.error(
            element, "collection", "A multi-instance activity needs a collection (or a cardinality)."
        )
    if loop.output_element and not loop.output_collection:
        report.error(element, "output-collection", "outputElement needs the name of an outputCollection.")
    if loop.output_collection and not loop.output_element:
        report.error(element, "output-element", "outputCollection needs an outputElement: what to collect.")
    written = element.tag.first("multiInstanceLoopCharacteristics", BPMN)
    for name in IGNORED_IN_LOOPS:
        if written is not None and written.first(name, BPMN) is not None:
            report.error(element, "collection", "{name} would be ignored: use camunda:collection.", name=name)


def _message(element: Element, report: Report) -> None:
    if element.kind == "sendTask" and element.extensions.attribute("topic"):
        return
    wanted = element.tag.get("messageRef")
    if not wanted:
        report.error(element, "missing-message", "Choose the message of {element!r}.", element=element.title)
    elif element.message is None or not element.message.name:
        report.error(
            element,
            "dangling-message",
            "The message {wanted!r} is not defined in this file.",
            wanted=wanted,
        )
