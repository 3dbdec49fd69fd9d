"""How the instances of a process are spread over its versions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from service.runtime.identity.rights import require
from service.runtime.statistics.cycle_times import RIGHT
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import ProcessInstance

_RUNNING = ("active", "suspended")


@dataclass(frozen=True)
class VersionView(View):
    """How many instances of a version are under way, how many of those stopped, how many are over."""

    version: int
    running: int
    stopped: int
    over: int


def versions(app: Application, actor: Actor, definition: str) -> tuple[VersionView, ...]:
    """Return every version of a process that has instances, the newest first."""
    require(actor, RIGHT)
    row = ProcessInstance
    runs = row.state.in_(_RUNNING)
    counts = (
        func.count().filter(runs),
        func.count().filter(runs, row.open_incidents > 0),
        func.count().filter(~runs),
    )
    query = select(row.definition_version, *counts).where(row.definition == definition)
    query = query.group_by(row.definition_version).order_by(row.definition_version.desc())
    with app.db.read() as session:
        return tuple(VersionView(*found) for found in session.execute(query))
