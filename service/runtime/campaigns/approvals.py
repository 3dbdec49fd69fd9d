"""How long the approval of campaigns takes, by channel too: which channels one has, its plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from service.runtime.campaigns import plans
from service.runtime.statistics import cycle_times
from service.runtime.statistics.cycle_times import CycleTimeView
from service.runtime.statistics.decided import Decided
from service.runtime.step.context import Actor, Application


def cycle_times_of(
    app: Application,
    actor: Actor,
    *,
    definition: str | None = None,
    first: date | None = None,
    last: date | None = None,
    by: str = cycle_times.MONTH,
) -> CycleTimeView:
    """Return what `cycle_times.find` does; by channel a campaign counts in each of its own."""

    def channels(session: Session, found: Sequence[Decided]) -> Mapping[str, tuple[str, ...]]:
        return plans.channels(app, session, [each.number for each in found])

    return cycle_times.find(
        app, actor, definition=definition, first=first, last=last, by=by, channels=channels
    )
