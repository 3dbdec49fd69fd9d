"""What is drawn and does not run: elements, markers and listeners that are refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.check.report import Report
from service.engine.drawing import Container, Element, Place
from service.engine.drawing.extensions import extension_elements
from service.engine.drawing.kinds import ACTIVITIES, FLOW_NODES
from service.engine.files.xml import BPMN, Tag
from service.wording import Text

UNSUPPORTED = {
    "complexGateway": Text(
        "A complex gateway is not supported: use exclusive, parallel or inclusive gateways."
    ),
    "adHocSubProcess": Text("An ad-hoc sub-process is not supported: draw the order of its activities."),
    "transaction": Text("A transaction is not supported: use a sub-process with an error boundary event."),
    "globalTask": Text("Global tasks are not supported: draw the task in the process."),
    "globalUserTask": Text("Global tasks are not supported: draw the task in the process."),
    "choreographyTask": Text("Choreographies are not supported."),
    "correlationKey": Text("Correlation keys are not supported: the business key finds the case."),
    "correlationProperty": Text("Correlation keys are not supported: the business key finds the case."),
}
LISTENERS = ("executionListener", "taskListener", "connector", "failedJobRetryTimeCycle")
# What may stand in a process beside its flow nodes: for the reader, or read with what it belongs to.
BESIDE = frozenset(
    {
        "association",
        "category",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "documentation",
        "extensionElements",
        "group",
        "incoming",
        "ioSpecification",
        "laneSet",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "property",
        "sequenceFlow",
        "standardLoopCharacteristics",
        "textAnnotation",
    }
)


def check_elements(container: Container, report: Report) -> None:
    """Report what is drawn in a process or sub-process and cannot run."""
    for child in refused(container):
        at = Place(child.id or container.id, child.line)
        if child.name in UNSUPPORTED:
            report.error(at, "unsupported-element", UNSUPPORTED[child.name])
        else:
            report.error(at, "unsupported-element", "A {kind} is not supported.", kind=child.name)
    for element in container.elements.values():
        _markers(element, report)
        for name in LISTENERS:
            for found in extension_elements(element.tag, name):
                report.error(
                    element.at(found), "listener", "A {name} would be ignored: draw what it does.", name=name
                )


def refused(container: Container) -> Iterator[Tag]:
    """Yield what stands among the elements of a container and is refused as a whole."""
    for child in container.tag.children:
        if child.space == BPMN and child.name not in FLOW_NODES | BESIDE:
            yield child


def _markers(element: Element, report: Report) -> None:
    if element.tag.get("isForCompensation") == "true":
        report.error(element, "compensation", "Compensation is not supported: draw what undoes the work.")
    if element.tag.first("standardLoopCharacteristics", BPMN) is not None:
        report.error(
            element, "standard-loop", "A loop marker is not supported: draw the loop with a gateway."
        )
    if element.extensions.multi_instance is not None and element.kind not in ACTIVITIES:
        report.error(element, "multi-instance", "Only activities can be multi-instance.")
    if element.kind == "task":
        report.warning(
            element,
            "task-without-type",
            "A task without a type does nothing and is passed at once: choose user task, script task…",
        )
