"""The demo's campaigns: the scenarios of `processes/demo`, played into one database up to this moment."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta

from service import resources
from service.demo import accounts
from service.errors import ServiceError
from service.runtime import identity
from service.runtime.effects import notifications
from service.runtime.scenarios import read
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.suites import scenarios_in
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.step.context import Application
from service.settings import ZONE

LOG = logging.getLogger(__name__)


MORNING, EVENING = time(10, 30), time(18)


def play_all(app: Application, present: datetime) -> None:
    """Play every scenario, the oldest first, as they would have happened. The clock stays turned back.

    A campaign that cannot be played, because somebody changed the drawings, is left where it stands: the
    service starts all the same, and the log says which and why. Early in the day they stand as they stood in
    the evening before: the morning meeting, of which some of them tell, is yet to come.
    """
    present = _at_work(present)
    clock = VirtualClock(present)
    app.clock = clock
    people = tuple(identity.actor(app, person.name) for person in accounts.people())
    for path in scenarios_in(resources.demo()):
        try:
            scenario = read(path, present)
            clock.now = min(scenario.starts_at, present)
            Play(scenario, World(app, clock, people, present)).run()
        except ServiceError as error:
            LOG.warning("the demo campaign %s is incomplete: %s", path.stem, error.message)
    # As people do: what they were told until the day before they have read.
    clock.now = present
    for person in people:
        notifications.read_all(app, person, told_before=present - timedelta(days=1))


def _at_work(moment: datetime) -> datetime:
    local = moment.astimezone(ZONE)
    if local.time() >= MORNING:
        return moment
    return datetime.combine(local.date() - timedelta(days=1), EVENING, ZONE)
