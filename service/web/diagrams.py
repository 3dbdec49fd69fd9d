"""What the diagram island gets: the drawings of a case with their state, or one definition with its links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for

from service.engine.guarantees import Step
from service.runtime.cases.views import DiagramView


def of_instance(
    instance_id: str, views: Sequence[DiagramView], names: Mapping[str, str], focus: str | None = None
) -> dict[str, Any]:
    """Return the drawings of a running case. `focus` is the path of the drawing to open first."""
    diagrams = [
        {
            "definition": view.definition,
            "name": names.get(view.definition, view.definition),
            "path": view.path,
            **_caller(view.path),
            "flows": list(view.flows),
            "url": url_for("cases.drawing", instance_id=instance_id, definition=view.definition),
            "activities": {
                activity: {"visits": state.visits, "active": state.active, "failed": state.failed}
                for activity, state in view.activities.items()
            },
        }
        for view in views
    ]
    paths = [view.path for view in views]
    return {"diagrams": diagrams, "open": paths.index(focus) if focus in paths else 0}


PASSED = "passed"
"""How what a way goes by is marked that breaks a guarantee."""


def of_way(
    steps: Sequence[Step], names: Mapping[str, str], urls: Mapping[str, str], what: str
) -> dict[str, Any]:
    """Return the drawings a way leads through, with the way marked on them; opened where it ends."""
    frames: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        frames.setdefault((step.process, "/".join(step.path)), []).append(step)
    last = (steps[-1].process, "/".join(steps[-1].path))
    diagrams = [
        {
            "definition": process,
            "name": names.get(process, process),
            "path": path,
            **_caller(path),
            "url": urls[process],
            "changes": {PASSED: [*(step.element.id for step in passed), *_taken(passed)]},
            "findings": [{"element": steps[-1].element.id, "severity": "error", "message": what}]
            if (process, path) == last
            else [],
        }
        for (process, path), passed in frames.items()
    ]
    return {"diagrams": diagrams, "open": list(frames).index(last)}


def _taken(passed: Sequence[Step]) -> list[str]:
    """Return the flows between what was passed; where one alone is taken, that to what came next."""
    taken: dict[str, None] = {}
    for place, step in enumerate(passed):
        later = [other.element.id for other in passed[place + 1 :]]
        flows = [flow for flow in step.element.outgoing if flow.target in later]
        if step.element.kind in ("exclusiveGateway", "eventBasedGateway"):
            flows = sorted(flows, key=lambda flow: later.index(flow.target))[:1]
        taken.update((flow.id, None) for flow in flows)
    return list(taken)


def of_definition(
    key: str,
    name: str,
    url: str,
    links: Mapping[str, str],
    *,
    findings: Iterable[Mapping[str, Any]] = (),
    changes: Mapping[str, Sequence[str]] | None = None,
    heat: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return one drawing; `links` lead from a called process to its page. `heat`: a badge by activity."""
    diagram = {
        "definition": key,
        "name": name,
        "path": "",
        "parent": None,
        "call": None,
        "url": url,
        "findings": list(findings),
        "changes": changes or {},
        "heat": heat or {},
    }
    return {"diagrams": [diagram], "definitions": dict(links)}


def _caller(path: str) -> dict[str, str | None]:
    """Return the path of the calling drawing and the id of its call activity."""
    if not path:
        return {"parent": None, "call": None}
    parent, _, call = path.rpartition("/")
    return {"parent": parent, "call": call.partition("[")[0]}
