"""Drawings: a BPMN file read once into one frozen model, asked by everybody."""

from __future__ import annotations

from service.engine.drawing.layout import is_layout, layout_of
from service.engine.drawing.model import Container, Drawing, Element, Process
from service.engine.drawing.parts import Declared, EventDefinition, Flow, Place, WrittenTime
from service.engine.drawing.reading import read_drawing

__all__ = [
    "Container",
    "Declared",
    "Drawing",
    "Element",
    "EventDefinition",
    "Flow",
    "Place",
    "Process",
    "WrittenTime",
    "is_layout",
    "layout_of",
    "read_drawing",
]
