"""A drawing or decision table as flat properties of its elements, so that two versions can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from service.engine.drawing import is_layout, layout_of, read_drawing
from service.engine.files.xml import Tag, read_xml

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
    if not name.endswith(".bpmn"):
        root = read_xml(name, content)
        return _written(root, layout_of(root))
    drawing = read_drawing(name, content)
    result = _written(drawing.tag, drawing.layout)
    for process in drawing.processes:
        for element in process.body.elements.values():
            if element.lane is not None:
                result[element.id, "lane"] = element.lane
    return result


def _written(root: Tag, layout: Mapping[str, str]) -> Properties:
    result: Properties = {(drawn, "layout"): outline for drawn, outline in layout.items()}
    for tag in root.everything():
        if tag.id and not _is_part(tag) and not is_layout(tag):
            result[tag.id, "element"] = tag.name
            result.update(((tag.id, path), text) for path, text in _own(tag, ""))
    return result


def _own(tag: Tag, path: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes and text of an element and of its parts, with their path below the element."""
    for attribute, value in tag.attributes.items():
        if attribute != "id":
            yield _joined(path, attribute.rpartition("}")[2]), value
    if tag.text:
        yield path or "text", _lines(tag.text)
    places: Counter[str] = Counter()
    for child in tag.children:
        if child.name in _REPEATED or (child.id and not _is_part(child)) or is_layout(child):
            continue
        key = next((child.get(each) for each in _KEYS if child.get(each)), None)
        label = f"{child.name}[{key or places[child.name]}]" if key or places[child.name] else child.name
        places[child.name] += 1
        yield from _own(child, path if child.name in _WRAPPERS else _joined(path, label))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_part(tag: Tag) -> bool:
    return tag.name in _PARTS or tag.name.endswith("EventDefinition")


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())
