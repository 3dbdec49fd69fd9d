"""Open incidents by what they have in common: the same failure at the same activity of the same drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.showing import incident as incident_view
from service.runtime.step.views import IncidentView, View
from service.store.models import Incident, ProcessInstance


@dataclass(frozen=True)
class Cause(View):
    """So many incidents of one kind in one place. `latest` is the newest of them, for its message."""

    code: str
    activity_id: str
    activity_name: str
    definition: str
    version: int
    count: int
    first_at: datetime
    last_at: datetime
    latest: IncidentView


def find(app: Application, actor: Actor) -> tuple[Cause, ...]:
    """Return the causes of everything that is open, the most frequent first."""
    require(actor, "incident.read")
    row, of = Incident, ProcessInstance
    kind = (row.code, row.activity_id, of.definition, of.definition_version)
    counted = (func.count(), func.min(row.created_at), func.max(row.created_at), func.max(row.id))
    query = (
        select(*kind, *counted, func.max(of.deployment_id))
        .join(of, of.id == row.instance_id)
        .where(row.state == "open")
        .group_by(*kind)
        .order_by(func.count().desc(), row.code, row.activity_id)
    )
    with app.db.read() as session:
        found = session.execute(query).all()
        wanted = [each[7] for each in found]
        latest = {each.id: each for each in session.scalars(select(row).where(row.id.in_(wanted)))}
        return tuple(
            Cause(
                code,
                activity,
                _name(app, str(deployment), activity),
                *(definition, version, count, first, last),
                incident_view(latest[newest]),
            )
            for code, activity, definition, version, count, first, last, newest, deployment in found
        )


def _name(app: Application, deployment: str, activity: str) -> str:
    """Return what the drawings call an activity, whichever of them it stands in."""
    processes = app.model(deployment).processes.values()
    drawn = (each.elements.get(activity) for each in processes)
    return next((element.title for element in drawn if element is not None), activity)
