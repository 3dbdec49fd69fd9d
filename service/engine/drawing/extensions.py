"""What the owner filled in beside the drawing: the Camunda extensions that have a meaning here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.engine.files.xml import BPMN, CAMUNDA, Tag, text_of

RESTS_ON = "restsOn"
"""The property of a task that names the activities its figures come from, in their order."""


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
    business_key: str | None = None
    script: str | None = None
    script_format: str | None = None
    multi_instance: MultiInstance | None = None

    def attribute(self, name: str) -> str | None:
        return self.attributes.get(name) or None

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a comma-separated property as its parts."""
        return split_list(self.properties.get(name))


def accounts_of(extensions: Extensions) -> tuple[str, ...]:
    """Return the accounts that a task names, where they are written out and not reckoned."""
    written = [extensions.attribute(name) or "" for name in ("assignee", "candidateUsers")]
    return tuple(name for each in written if not each.lstrip().startswith("=") for name in split_list(each))


def split_list(value: str | None) -> tuple[str, ...]:
    """Split at commas (ASCII, Chinese or 、) and drop blanks."""
    return tuple(part.strip() for part in re.split("[,，、]", value or "") if part.strip())


def read(tag: Tag) -> Extensions:
    """Return the extension values of a BPMN flow node."""
    properties = properties_of(tag)
    inputs, outputs = _parameters(tag)
    script = tag.first("script", BPMN)
    return Extensions(
        attributes=_attributes(tag),
        properties=properties,
        inputs=inputs,
        outputs=outputs,
        call_in=tuple(_mapped(each) for each in extension_elements(tag, "in") if not _is_key(each)),
        call_out=tuple(_mapped(each) for each in extension_elements(tag, "out")),
        business_key=next(
            (each.get("businessKey") for each in extension_elements(tag, "in") if _is_key(each)), None
        ),
        script=script.text if script is not None else None,
        script_format=tag.get("scriptFormat") or None,
        multi_instance=_multi_instance(tag, properties),
    )


def extension_elements(tag: Tag, name: str) -> Iterator[Tag]:
    """Yield the Camunda extension elements of this name that stand right in an element."""
    holder = tag.first("extensionElements", BPMN)
    return holder.all(name, CAMUNDA) if holder is not None else iter(())


def properties_of(tag: Tag) -> Mapping[str, str]:
    """Return the extension properties of a process or flow node."""
    return {
        entry.get("name"): entry.get("value")
        for holder in extension_elements(tag, "properties")
        for entry in holder.children
    }


def _attributes(tag: Tag) -> dict[str, str]:
    prefix = f"{{{CAMUNDA}}}"
    return {
        key.removeprefix(prefix): value for key, value in tag.attributes.items() if key.startswith(prefix)
    }


def _parameters(tag: Tag) -> tuple[tuple[tuple[str, str], ...], ...]:
    found: dict[str, list[tuple[str, str]]] = {"inputParameter": [], "outputParameter": []}
    for holder in extension_elements(tag, "inputOutput"):
        for entry in holder.children:
            found.get(entry.name, []).append((entry.get("name"), entry.text))
    return tuple(found["inputParameter"]), tuple(found["outputParameter"])


def _mapped(tag: Tag) -> Mapped:
    everything = tag.get("variables") == "all"
    return Mapped(tag.get("sourceExpression") or tag.get("source"), tag.get("target"), everything)


def _is_key(tag: Tag) -> bool:
    """Tell whether a `camunda:in` hands over the number of the case, and no variable."""
    return bool(tag.get("businessKey")) and not (tag.get("target") or tag.get("variables"))


def _multi_instance(tag: Tag, properties: Mapping[str, str]) -> MultiInstance | None:
    loop = tag.first("multiInstanceLoopCharacteristics", BPMN)
    if loop is None:
        return None
    return MultiInstance(
        sequential=loop.get("isSequential") == "true",
        collection=loop.camunda("collection") or None,
        element_variable=loop.camunda("elementVariable") or None,
        cardinality=text_of(loop.first("loopCardinality", BPMN)) or None,
        completion_condition=text_of(loop.first("completionCondition", BPMN)) or None,
        output_collection=properties.get("outputCollection") or None,
        output_element=properties.get("outputElement") or None,
    )
