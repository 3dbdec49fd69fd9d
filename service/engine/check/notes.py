"""What stands beside a gateway, a timer or a decision in words, and is no longer so: numbers, answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.decisions.notes import numbers_of
from service.engine.drawing import Element, Process
from service.engine.drawing.parts import Place
from service.engine.files.said import held_by, outdated, shown
from service.engine.files.xml import BPMN, Tag, text_of
from service.feel import strip_equals

_ASKED = re.compile(r'^\s*[^\W\d][\w.]*\s*=\s*"([^"]+)"\s*$')
"""The answer that a condition asks for, where it asks for nothing else."""
_NO = frozenset({"否", "不是", "不", "No", "no"})
_CONTRARY = ("不", "未", "没", "没有", "无", "非", "not ", "no ")


@dataclass(frozen=True)
class _Note:
    """Words beside something, and the numbers that has."""

    text: str
    at: Place
    held: frozenset[Decimal]


def check_notes(process: Process, around: Surroundings, report: Report) -> None:
    """Report names, documentation and annotations that state numbers which their elements do not hold."""
    annotations = _annotations(around.drawings[process.file])
    for element in process.elements.values():
        _check_lines(element, report)
        for note in _notes(element, around, annotations.get(element.id, [])):
            for number in outdated(note.text, note.held):
                report.warning(
                    note.at,
                    "note-number",
                    "The words beside it say {number}, but it holds {held}. Correct the one or the other.",
                    number=number,
                    held=shown(note.held),
                )


def _check_lines(element: Element, report: Report) -> None:
    """Report the lines out of a gateway that are named with the answer that another of them stands for."""
    asked = {flow.id: set(_ASKED.findall(strip_equals(flow.condition))) for flow in element.outgoing}
    for flow in element.outgoing:
        for other in element.outgoing:
            if flow.name in asked[other.id] - asked[flow.id]:
                report.warning(
                    flow,
                    "line-says-otherwise",
                    "The line says {name!r}, and that is where {other!r} leads: correct the name or the "
                    "condition.",
                    name=flow.name,
                    other=other.name or other.id,
                )
        if flow.name in _NO and any(_is_yes(element.name, answer) for answer in asked[flow.id]):
            report.warning(
                flow,
                "line-says-otherwise",
                "To {question!r} the line says {name!r}, and it is taken where that is so: correct the name "
                "or the condition.",
                question=element.name,
                name=flow.name,
            )


def _is_yes(question: str, answer: str) -> bool:
    """Tell whether a question asks for just this answer, and not for its contrary."""
    before, found, _ = question.partition(answer)
    return bool(found) and not before.endswith(_CONTRARY)


def _notes(element: Element, around: Surroundings, annotations: list[Tag]) -> Iterator[_Note]:
    held = _held(element, around)
    for tag in (element.tag.first("documentation", BPMN), *annotations):
        if tag is not None:
            yield _Note(text_of(tag) or text_of(tag.first("text", BPMN)), element.at(tag), held)
    if element.event_kind == "timer" or element.kind.endswith("Gateway"):
        yield _Note(element.name, element.at(element.tag), held)
    for flow in element.outgoing:
        if flow.condition:
            yield _Note(flow.name, Place(flow.id, flow.line), held_by([flow.condition]))


def _held(element: Element, around: Surroundings) -> frozenset[Decimal]:
    """Return the numbers of a gateway's conditions, a timer's time, a decision's cells."""
    decision = around.decisions.get(element.extensions.attribute("decisionRef") or "")
    if element.kind == "businessRuleTask" and decision is not None:
        return numbers_of(decision)
    if element.kind.endswith("Gateway"):
        return held_by(flow.condition for flow in element.outgoing if flow.condition)
    return held_by(time.text for event in element.events for time in event.times)


def _annotations(drawing: Tag) -> dict[str, list[Tag]]:
    """Return the text annotations by the element they are tied to."""
    texts = {tag.id: tag for tag in drawing.everything() if tag.name == "textAnnotation"}
    tied: dict[str, list[Tag]] = {}
    for tag in drawing.everything():
        if tag.name == "association":
            ends = (tag.get("sourceRef"), tag.get("targetRef"))
            for one, other in (ends, ends[::-1]):
                if one in texts:
                    tied.setdefault(other, []).append(texts[one])
    return tied
