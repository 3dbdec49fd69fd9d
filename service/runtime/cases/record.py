"""What happened in a case and where it stands: the timeline, the variables, the diagram with its states."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from service.errors import NotFound
from service.runtime.cases import showing
from service.runtime.cases.views import ActivityState, DiagramView, HistoryView
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.store import manifests
from service.store.models import ActivityHistory, ProcessInstance

TOKEN_EVENTS = frozenset({"entered", "left", "cancelled", "failed"})


def history(app: Application, actor: Actor, instance_id: str) -> tuple[HistoryView, ...]:
    """Return the record of a case, oldest line first. NotFound unless the actor sees it."""
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
        query = select(ActivityHistory).where(ActivityHistory.instance_id == instance_id)
        return tuple(_line(row) for row in session.scalars(query.order_by(ActivityHistory.seq)))


def suspension(app: Application, actor: Actor, instance_id: str) -> HistoryView | None:
    """Return the line that says who has suspended a case, when and why; None while it is not suspended."""
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        if row.state != "suspended":
            return None
        line = ActivityHistory
        query = select(line).where(line.instance_id == instance_id, line.event == "suspended")
        found = session.scalars(query.order_by(line.seq.desc()).limit(1)).first()
        return _line(found) if found is not None else None


def variables(app: Application, actor: Actor, instance_id: str) -> dict[str, dict[str, Any]]:
    """Return the variables of every scope by its path; that of the root is empty."""
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        engine = showing.peek(app, row, app.model(row.deployment_id, session=session))
        if engine is None:
            return {"": dict(row.variables)}
        return {scope.path: dict(scope.variables) for scope in engine.scopes()}


def diagram_state(app: Application, actor: Actor, instance_id: str) -> tuple[DiagramView, ...]:
    """Return what happened in each diagram the case has entered, in order of entering; the root first.

    `path` is that of the call activity which opened the diagram, from the root: `countersign/legal_stage`;
    `places` are the activity paths that lead into it. Embedded sub-processes belong to the diagram around
    them, so a case that has moved into one that was drawn since has still one diagram for a call.
    """
    seen: dict[tuple[str, str], dict[str, ActivityState]] = {}
    flows: dict[tuple[str, str], dict[str, int]] = {}
    places: dict[tuple[str, str], dict[str, None]] = {}
    lines = [
        line for line in history(app, actor, instance_id) if line.event in TOKEN_EVENTS and line.activity_id
    ]
    embedded = {line.activity_path for line in lines if line.kind == "subProcess"}
    for line in lines:
        around = line.activity_path.rpartition("/")[0]
        place = (line.definition, _of_calls(around, embedded))
        places.setdefault(place, {})[around] = None
        states = seen.setdefault(place, {})
        states[line.activity_id] = _after(states.get(line.activity_id), line)
        counts = flows.setdefault(place, {})
        for flow in line.flow.split(",") if line.flow else ():
            counts[flow] = counts.get(flow, 0) + 1
    return tuple(
        DiagramView(
            definition, path, activities, flows.get((definition, path), {}), tuple(places[definition, path])
        )
        for (definition, path), activities in seen.items()
    )


def diagram_xml(app: Application, actor: Actor, instance_id: str, definition: str) -> bytes:
    """Return the drawing of one of the case's processes, as it was when the case started."""
    with app.db.read() as session:
        row: ProcessInstance = require_visible(app, session, actor, instance_id)
        process = app.model(row.deployment_id, session=session).processes.get(definition)
        if process is None:
            raise NotFound(definition=definition)
        return manifests.content(session, manifests.file(session, row.deployment_id, process.file))


def _line(row: ActivityHistory) -> HistoryView:
    return HistoryView(
        seq=row.seq,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        definition=row.definition,
        kind=row.kind,
        name=row.name,
        event=row.event,
        at=row.at,
        by=row.actor,
        token_id=row.token_id,
        note=row.note,
        flow=row.flow,
    )


def _of_calls(path: str, embedded: Collection[str]) -> str:
    """Return an activity path without the embedded sub-processes on it."""
    parts = path.split("/") if path else []
    return "/".join(part for at, part in enumerate(parts, 1) if "/".join(parts[:at]) not in embedded)


def _after(state: ActivityState | None, line: HistoryView) -> ActivityState:
    before = state or ActivityState(visits=0, active=0, failed=0, last_at=None, by=())
    enters, leaves = line.event == "entered", line.event in ("left", "cancelled")
    by = (*before.by, line.by) if line.by and line.by not in before.by else before.by
    return ActivityState(
        visits=before.visits + enters,
        active=max(0, before.active + enters - leaves),
        failed=before.failed + 1 if line.event == "failed" else 0,
        last_at=line.at,
        by=by,
    )
