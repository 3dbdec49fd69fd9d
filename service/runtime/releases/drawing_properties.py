"""A drawing or decision table as flat properties of its elements, so that two versions can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from service.engine.xml import local_name, parse_xml

Properties = dict[tuple[str, str], str]

# Parts people do not think of as elements, though the file gives them ids: they belong to what holds them.
_PARTS = frozenset(
    {
        "conditionExpression",
        "completionCondition",
        "inputEntry",
        "inputExpression",
        "inputValues",
        "multiInstanceLoopCharacteristics",
        "outputEntry",
        "outputValues",
        "standardLoopCharacteristics",
        "timeCycle",
        "timeDate",
        "timeDuration",
    }
)
# Said elsewhere already, or nothing but wrapping.
_REPEATED = frozenset({"incoming", "outgoing", "flowNodeRef"})
_WRAPPERS = frozenset({"extensionElements", "inputOutput", "properties"})
_KEYS = ("name", "target", "source", "event", "variable")


def drawing_properties(name: str, content: bytes) -> Properties:
    """Return (element id, property) → text for a BPMN or DMN file."""
    root = parse_xml(name, content)
    result: Properties = {}
    for element in root.iter(etree.Element):
        tag = local_name(element)
        if element.get("id") and not _is_part(element) and not _is_layout(element):
            result[(element.get("id"), "element")] = tag
            result.update(((element.get("id"), path), text) for path, text in _own(element, ""))
        if tag == "flowNodeRef":
            lane = element.getparent()
            result[((element.text or "").strip(), "lane")] = lane.get("name") or lane.get("id", "")
        if tag in ("BPMNShape", "BPMNEdge", "DMNShape", "DMNEdge"):
            result[(_drawn(element), "layout")] = _layout(element)
    return result


def _own(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes and text of an element and of its parts, with their path below the element."""
    for attribute, value in element.attrib.items():
        if attribute != "id":
            yield _joined(path, etree.QName(attribute).localname), value
    text = _text(element)
    if text:
        yield path or "text", text
    places: Counter[str] = Counter()
    for child in element.iterchildren(etree.Element):
        tag = local_name(child)
        if tag in _REPEATED or (child.get("id") and not _is_part(child)) or _is_layout(child):
            continue
        key = next((child.get(each) for each in _KEYS if child.get(each)), None)
        label = f"{tag}[{key or places[tag]}]" if key or places[tag] else tag
        places[tag] += 1
        yield from _own(child, path if tag in _WRAPPERS else _joined(path, label))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_part(element: etree._Element) -> bool:
    tag = local_name(element)
    return tag in _PARTS or tag.endswith("EventDefinition")


def _is_layout(element: etree._Element) -> bool:
    return any(space in (etree.QName(element).namespace or "") for space in ("/DI", "/DC", "/DMNDI"))


def _text(element: etree._Element) -> str:
    return "\n".join(line.strip() for line in (element.text or "").strip().splitlines())


def _drawn(element: etree._Element) -> str:
    return element.get("bpmnElement") or element.get("dmnElementRef") or element.get("id") or ""


def _layout(shape: etree._Element) -> str:
    """Return the outline of a shape, or the way of a flow,."""
    points = []
    for part in shape.iter(etree.Element):
        if local_name(part) in ("Bounds", "waypoint"):
            points.append(" ".join(part.get(side) or "0" for side in _sides(part)))
    return "; ".join(points)


def _sides(part: etree._Element) -> tuple[str, ...]:
    return ("x", "y", "width", "height") if local_name(part) == "Bounds" else ("x", "y")
