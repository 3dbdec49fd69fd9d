"""Ids: each element of a drawing has one of its own; flows without one are given it by the reading."""

from __future__ import annotations

from service.engine.check.report import Report
from service.engine.drawing import Place
from service.engine.drawing.kinds import FLOW_NODES
from service.engine.files.xml import BPMN, Tag

NEEDS_ID = FLOW_NODES | {"process"}


def check_ids(root: Tag, report: Report) -> None:
    """Report ids that are missing or used twice."""
    _check_inside(root, "", {}, report)


def _check_inside(tag: Tag, holder: str, seen: dict[str, int], report: Report) -> None:
    if tag.space == BPMN:
        _check(tag, holder, seen, report)
    for child in tag.children:
        _check_inside(child, tag.id or holder, seen, report)


def _check(tag: Tag, holder: str, seen: dict[str, int], report: Report) -> None:
    if tag.id:
        seen[tag.id] = seen.get(tag.id, 0) + 1
        if seen[tag.id] == 2:
            report.error(tag, "duplicate-id", "The id {id!r} is used more than once.", id=tag.id)
    elif tag.name in NEEDS_ID:
        report.error(Place(holder, tag.line), "missing-id", "A {kind} has no id.", kind=tag.name)
