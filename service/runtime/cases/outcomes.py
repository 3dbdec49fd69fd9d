"""How instances came out: at which end event, and what the case says of it. The words are the owners'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.case.schema import Fact
from service.runtime.cases.views import OutcomeView
from service.runtime.step.context import Application
from service.store import cases
from service.store.models import ActivityHistory, Case, ProcessInstance


def of(app: Application, session: Session, rows: Sequence[ProcessInstance]) -> dict[str, OutcomeView]:
    """Return how each of these instances came out that is completed, by id."""
    ended = [row for row in rows if row.state == "completed"]
    if not ended:
        return {}
    ends = _ends(session, [row.id for row in ended])
    leading = _leading(session, [row.id for row in ended])
    facts = cases.in_force_of(session, sorted({row.business_key for row in ended if row.id in leading}))
    found = {}
    for row in ended:
        view = OutcomeView(ends.get(row.id, ""))
        fact = _declared(app, session, row) if row.id in leading else None
        value = facts.get(row.business_key, {}).get(fact.name, fact.initial) if fact is not None else None
        found[row.id] = _said(view, fact, value) if fact is not None and value != fact.initial else view
    return found


def _said(view: OutcomeView, fact: Fact, value: Any) -> OutcomeView:
    label = fact.values.get(value, value)
    return OutcomeView(view.end, value, label, fact.values_en.get(value, ""), fact.tones.get(value, ""))


def _ends(session: Session, instance_ids: Sequence[str]) -> dict[str, str]:
    """Return the name of the last end event that each instance reached in its own drawing."""
    line = ActivityHistory
    query = select(line.instance_id, line.name).where(
        line.instance_id.in_(instance_ids),
        line.kind == "endEvent",
        line.event == "entered",
        # One inside a call or a sub-process ends that.
        line.activity_path == line.activity_id,
    )
    return {instance_id: name for instance_id, name in session.execute(query.order_by(line.seq))}


def _leading(session: Session, instance_ids: Sequence[str]) -> frozenset[str]:
    return frozenset(session.scalars(select(Case.main_instance).where(Case.main_instance.in_(instance_ids))))


def _declared(app: Application, session: Session, row: ProcessInstance) -> Fact | None:
    """Return the fact that says how a case came out: as its drawings or else as the live ones declare it."""
    own, live = app.model(row.deployment_id, session=session).case, app.live(session=session).model.case
    known = own if own.outcome else live
    return known.facts.get(known.outcome)
