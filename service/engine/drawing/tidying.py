"""What drawing tools write in more than one way, in the one way that is read.

References may carry the prefix of a namespace (`tns:review`). A flow may have no id: it gets one from what it
joins, the same whenever the file is read.
"""

from __future__ import annotations

import re
from dataclasses import replace

from service.engine.files.xml import BPMN, Tag

_REFERENCES = frozenset(
    {
        "attachedToRef",
        "bpmnElement",
        "calledElement",
        "default",
        "errorRef",
        "escalationRef",
        "messageRef",
        "processRef",
        "signalRef",
        "sourceRef",
        "targetRef",
    }
)
_BY_TEXT = frozenset({"flowNodeRef", "incoming", "outgoing"})
_PREFIXED = re.compile(r"[^\W\d][\w.-]*:([^\W\d][\w.-]*)")


def tidied(root: Tag) -> Tag:
    """Return a drawing with plain references, and an id for each flow."""
    return _tidied(root, {tag.id for tag in root.everything()})


def _tidied(tag: Tag, taken: set[str]) -> Tag:
    """Return a tag in the one way that is read: itself where it was written so, as nearly all are."""
    changed = {name: _plain(tag.attributes[name]) for name in _REFERENCES & tag.attributes.keys()}
    attributes = {**tag.attributes, **changed}
    if (tag.name, tag.space) == ("sequenceFlow", BPMN) and not tag.id:
        attributes["id"] = _new_id(f"{attributes.get('sourceRef')}_to_{attributes.get('targetRef')}", taken)
    text = _plain(tag.text) if tag.name in _BY_TEXT else tag.text
    children = tuple(_tidied(child, taken) for child in tag.children)
    same = all(new is old for new, old in zip(children, tag.children, strict=True))
    if same and text == tag.text and attributes == tag.attributes:
        return tag
    return replace(tag, attributes=attributes, text=text, children=children)


def _plain(reference: str) -> str:
    match = _PREFIXED.fullmatch(reference)
    return match[1] if match is not None else reference


def _new_id(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    taken.add(found)
    return found
