"""What the diagram island gets: the drawings of a case with their state, or one definition with its links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for

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


def of_definition(
    key: str,
    name: str,
    url: str,
    links: Mapping[str, str],
    *,
    findings: Iterable[Mapping[str, Any]] = (),
    changes: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return one drawing; `links` lead from a called process to its page."""
    diagram = {
        "definition": key,
        "name": name,
        "path": "",
        "parent": None,
        "call": None,
        "url": url,
        "findings": list(findings),
        "changes": changes or {},
    }
    return {"diagrams": [diagram], "definitions": dict(links)}


def _caller(path: str) -> dict[str, str | None]:
    """Return the path of the calling drawing and the id of its call activity."""
    if not path:
        return {"parent": None, "call": None}
    parent, _, call = path.rpartition("/")
    return {"parent": parent, "call": call.partition("[")[0]}
