"""Service tasks: their topic, its parameters, and the errors caught at them."""

from __future__ import annotations

from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.drawing import Element
from service.wording import Text

FOREIGN = ("class", "delegateExpression", "expression")


def check_service(element: Element, around: Surroundings, report: Report) -> None:
    """Judge the topic of a service or send task."""
    wanted = element.extensions.attribute("topic")
    for name in foreign_service(element):
        report.error(
            element, "service-kind", "camunda:{name} is not supported: use an external topic.", name=name
        )
    if not wanted:
        if element.kind == "serviceTask":
            report.error(
                element, "missing-topic", "Give the service task a topic (implementation: external)."
            )
        return
    topic = around.topics.get(wanted)
    if topic is None:
        report.error(
            element,
            "unknown-topic",
            "There is no topic {topic!r}. Known are {known}.",
            topic=wanted,
            known=", ".join(sorted(around.topics)) or Text("none"),
        )
        return
    _parameters(element, topic, report)
    _errors(element, topic, report)


def foreign_service(element: Element) -> list[str]:
    """Return the ways of calling code of another engine that are written on an element."""
    return [name for name in FOREIGN if element.extensions.attribute(name)]


def _parameters(element: Element, topic: Topic, report: Report) -> None:
    given = dict(element.extensions.inputs)
    for name in given:
        if name not in topic.inputs and not topic.is_open:
            report.error(
                element,
                "unknown-parameter",
                "The topic {topic!r} knows no parameter {name!r}, only {known}.",
                topic=topic.name,
                name=name,
                known=", ".join(sorted(topic.inputs)),
            )
    for name in topic.required:
        if name not in given:
            report.error(
                element,
                "missing-parameter",
                "The topic {topic!r} needs the parameter {name!r}.",
                topic=topic.name,
                name=name,
            )


def _errors(element: Element, topic: Topic, report: Report) -> None:
    if "*" in topic.errors or "error_code" in dict(element.extensions.inputs):
        return
    for boundary in element.boundary:
        caught = boundary.event
        if caught is None or caught.kind != "error" or caught.declared is None:
            continue
        code = caught.declared.code
        if code and code not in topic.errors:
            report.warning(
                boundary,
                "error-never-thrown",
                "The topic {topic!r} never ends with {code!r}; it knows {known}.",
                topic=topic.name,
                code=code,
                known=", ".join(sorted(topic.errors)) or Text("no declared errors"),
            )
