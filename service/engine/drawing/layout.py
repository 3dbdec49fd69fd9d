"""Where things stand on the page of a drawing or of the requirements of a decision table."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.files.xml import Tag

_DRAWN = frozenset({"BPMNShape", "BPMNEdge", "DMNShape", "DMNEdge"})
_SIDES = {"Bounds": ("x", "y", "width", "height"), "waypoint": ("x", "y")}
_SPACES = ("/DI", "/DC", "/DMNDI")


def layout_of(root: Tag) -> Mapping[str, str]:
    """Return the outline of each shape and the way of each edge, by what it draws: "1 2 100 80; 5 90"."""
    return {_drawn(tag): _points(tag) for tag in root.everything() if tag.name in _DRAWN}


def is_layout(tag: Tag) -> bool:
    """Tell whether an element says where something stands, and not what it is."""
    return any(space in tag.space for space in _SPACES)


def _drawn(shape: Tag) -> str:
    return shape.get("bpmnElement") or shape.get("dmnElementRef") or shape.id


def _points(shape: Tag) -> str:
    parts = (part for part in shape.everything() if part.name in _SIDES)
    return "; ".join(" ".join(part.get(side, "0") for side in _SIDES[part.name]) for part in parts)
