"""Drawings: a BPMN file read once into one frozen model, asked by everybody."""

from __future__ import annotations

from service.engine.drawing.model import (
    Container,
    Declared,
    Drawing,
    Element,
    EventDefinition,
    Flow,
    Place,
    Process,
    WrittenTime,
)
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
    "read_drawing",
]
