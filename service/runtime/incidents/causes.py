"""Open incidents by what they have in common: the same failure at the same activity of the same drawing that
says the same, of which expression and value, or of which handler.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Null, Select, SQLColumnExpression, func, null, select

from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.showing import incident as incident_view
from service.runtime.step.views import IncidentView, View
from service.store.models import Incident, ProcessInstance

MOST_APART = 20


@dataclass(frozen=True)
class Cause(View):
    """So many incidents of one kind in one place. `latest` is the newest of them.

    `says` is what they all say, word for word; None where each says something else.
    """

    code: str
    activity_id: str
    activity_name: str
    definition: str
    version: int
    count: int
    first_at: datetime
    last_at: datetime
    latest: IncidentView
    says: str | None = None


def find(app: Application, actor: Actor, *, most_apart: int = MOST_APART) -> tuple[Cause, ...]:
    """Return the causes of everything that is open, the most frequent first.

    Where one place fails in more ways than `most_apart`, what is said is each case's own: it is one cause.
    """
    require(actor, "incident.read")
    with app.db.read() as session:
        apart = session.execute(_counted(Incident.message)).all()
        places = Counter(tuple(each[:4]) for each in apart)
        many = {place for place, count in places.items() if count > most_apart}
        found = [each for each in apart if tuple(each[:4]) not in many]
        if many:
            found += (each for each in session.execute(_counted(null())) if tuple(each[:4]) in many)
        wanted = select(Incident).where(Incident.id.in_([each.newest for each in found]))
        latest = {each.id: each for each in session.scalars(wanted)}
        causes = (
            Cause(
                code=each.code,
                activity_id=each.activity_id,
                activity_name=_name(app, str(each.deployment), each.activity_id),
                definition=each.definition,
                version=each.definition_version,
                count=each.many,
                first_at=each.first,
                last_at=each.last,
                latest=incident_view(latest[each.newest]),
                says=each.says,
            )
            for each in found
        )
        return tuple(sorted(causes, key=lambda cause: (-cause.count, cause.code, cause.activity_id)))


def _counted(says: SQLColumnExpression[Any]) -> Select[*tuple[Any, ...]]:
    """Return the query for what is open, counted by place and by what it says."""
    row, of = Incident, ProcessInstance
    place = (row.code, row.activity_id, of.definition, of.definition_version)
    by = place if isinstance(says, Null) else (*place, says)
    counted = (
        func.count().label("many"),
        func.min(row.created_at).label("first"),
        func.max(row.created_at).label("last"),
        func.max(row.id).label("newest"),
        func.max(of.deployment_id).label("deployment"),
    )
    query: Select[*tuple[Any, ...]] = select(*place, says.label("says"), *counted).join(
        of, of.id == row.instance_id
    )
    return query.where(row.state == "open").group_by(*by)


def _name(app: Application, deployment: str, activity: str) -> str:
    """Return what the drawings call an activity, whichever of them it stands in."""
    processes = app.model(deployment).processes.values()
    drawn = (each.elements.get(activity) for each in processes)
    return next((element.title for element in drawn if element is not None), activity)
