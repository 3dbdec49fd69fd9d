"""What the owner filled in beside the drawing: the Camunda extensions that have a meaning here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from service.engine import xml


@dataclass(frozen=True)
class Mapped:
    """One `camunda:in` / `camunda:out` of a call activity: an expression and the name it is given."""

    expression: str
    target: str
    everything: bool = False


@dataclass(frozen=True)
class MultiInstance:
    """How often an activity runs, and what is collected from each element."""

    sequential: bool
    collection: str | None
    element_variable: str | None
    cardinality: str | None
    completion_condition: str | None
    output_collection: str | None
    output_element: str | None


@dataclass(frozen=True)
class Extensions:
    """The extension values of one flow node, as written (FEEL not yet parsed)."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    call_in: tuple[Mapped, ...] = ()
    call_out: tuple[Mapped, ...] = ()
    script: str | None = None
    script_format: str | None = None
    multi_instance: MultiInstance | None = None

    def attribute(self, name: str) -> str | None:
        return self.attributes.get(name) or None

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a comma-separated property as its parts."""
        return split_list(self.properties.get(name))


def split_list(value: str | None) -> tuple[str, ...]:
    """Split at commas (ASCII, Chinese or 、) and drop blanks."""
    return tuple(part.strip() for part in re.split("[,，、]", value or "") if part.strip())


def read(node: etree._Element) -> Extensions:
    """Return the extension values of a BPMN flow node."""
    holder = node.find("bpmn:extensionElements", xml.NS)
    children = list(xml.elements(holder)) if holder is not None else []
    properties = _properties(children)
    inputs, outputs = _parameters(children)
    script = node.find("bpmn:script", xml.NS)
    return Extensions(
        attributes=_attributes(node),
        properties=properties,
        inputs=inputs,
        outputs=outputs,
        call_in=tuple(_mapped(child) for child in children if child.tag == xml.camunda("in")),
        call_out=tuple(_mapped(child) for child in children if child.tag == xml.camunda("out")),
        script=xml.text(script) if script is not None else None,
        script_format=node.get("scriptFormat"),
        multi_instance=_multi_instance(node, properties),
    )


def process_properties(process: etree._Element) -> Mapping[str, str]:
    """Return the extension properties of a process element."""
    holder = process.find("bpmn:extensionElements", xml.NS)
    return _properties(list(xml.elements(holder)) if holder is not None else [])


def _attributes(node: etree._Element) -> dict[str, str]:
    prefix = f"{{{xml.CAMUNDA}}}"
    return {key.removeprefix(prefix): value for key, value in node.attrib.items() if key.startswith(prefix)}


def _properties(children: list[etree._Element]) -> dict[str, str]:
    return {
        entry.get("name", ""): entry.get("value", "")
        for child in children
        if child.tag == xml.camunda("properties")
        for entry in xml.elements(child)
    }


def _parameters(children: list[etree._Element]) -> tuple[tuple[tuple[str, str], ...], ...]:
    found: dict[str, list[tuple[str, str]]] = {"inputParameter": [], "outputParameter": []}
    for child in children:
        if child.tag == xml.camunda("inputOutput"):
            for entry in xml.elements(child):
                found.get(xml.local_name(entry), []).append((entry.get("name", ""), xml.text(entry)))
    return tuple(found["inputParameter"]), tuple(found["outputParameter"])


def _mapped(element: etree._Element) -> Mapped:
    everything = element.get("variables") == "all"
    source = element.get("sourceExpression") or element.get("source") or ""
    return Mapped(source, element.get("target") or "", everything)


def _multi_instance(node: etree._Element, properties: Mapping[str, str]) -> MultiInstance | None:
    loop = node.find("bpmn:multiInstanceLoopCharacteristics", xml.NS)
    if loop is None:
        return None
    return MultiInstance(
        sequential=loop.get("isSequential") == "true",
        collection=loop.get(xml.camunda("collection")) or None,
        element_variable=loop.get(xml.camunda("elementVariable")) or None,
        cardinality=xml.text(loop.find("bpmn:loopCardinality", xml.NS)) or None,
        completion_condition=xml.text(loop.find("bpmn:completionCondition", xml.NS)) or None,
        output_collection=properties.get("outputCollection") or None,
        output_element=properties.get("outputElement") or None,
    )
