"""The demo company's past year: finished campaigns, played as scenarios with the clock turned back.

It turns back the clock of its whole process. Others may use the database meanwhile, if they leave to it what
falls due before `over_by`: what happens in the past is played here, at its own moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zlib import crc32

from sqlalchemy import select

from service import resources
from service.demo import accounts
from service.demo.company import read_company
from service.domain.budget import quarter
from service.errors import Conflict, ServiceError
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.cases import instances
from service.runtime.effects import notifications
from service.runtime.scenarios import Scenario, read
from service.runtime.scenarios.moments import Pace
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.suites import COMPANY
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.scenarios.yaml_lines import load
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import RUNNING
from service.settings import ZONE
from service.store.base import date_ids
from service.store.models import Case, ProcessInstance
from service.wording import Text

LOG = logging.getLogger(__name__)

Tell = Callable[[str], None]

_NOT_FINISHED = Text("not finished within its year")

_FIRST, _LAST, _SINCE = timedelta(days=365), timedelta(days=20), timedelta(days=15)
"""Between so long ago and so long ago the campaigns come to their end; since then nothing of them happens."""
_SHORTEST, _SPREAD, _SIGMA = 30, 240, 0.8
"""Minutes until somebody answers: so many at least, and so much more by activity; how far people differ."""


@dataclass(frozen=True)
class _Uneven(Pace):
    """People who take longer for one thing than for another, and not the same time twice."""

    lot: Random = field(default_factory=Random)

    def next_answer(self, now: datetime, activity: str) -> datetime:
        usual = _SHORTEST + crc32(activity.encode()) % _SPREAD
        minutes = round(usual * self.lot.lognormvariate(0, _SIGMA))
        return Pace(minutes, self.daily).next_answer(now, activity)


def walk(app: Application, *, most: int | None = None, tell: Tell = print) -> int:
    """Play the campaigns of the past year, the oldest first, `most` of them; return how many are finished.

    Conflict where this is not the demo company. What does not come to its end is cancelled.
    """
    if not is_demo(app):
        raise Conflict(Text("This is not the demo company: nothing was played."))
    present, here = app.clock(), app.clock
    campaigns, finished = list(_campaigns(present))[:most], 0
    played = _played(app, [scenario.name for scenario, _ in campaigns], present)
    clock = VirtualClock(present)
    app.clock = clock
    date_ids(clock)
    try:
        _grant(app, present)
        for number, (scenario, ends) in enumerate(campaigns, start=1):
            if scenario.name in played:
                continue
            clock.now = scenario.starts_at
            is_finished = _play(app, clock, scenario, ends)
            finished += is_finished
            outcome = Text("finished") if is_finished else Text("cancelled")
            tell(
                Text(
                    "{number}/{all} {name}: {outcome}",
                    number=number,
                    all=len(campaigns),
                    name=scenario.name,
                    outcome=outcome,
                )
            )
    finally:
        app.clock = here
        date_ids(None)
    return finished


def is_demo(app: Application) -> bool:
    """Say whether this is the demo company."""
    return {each.name for each in accounts.people()} <= {each.name for each in identity.users(app, SYSTEM)}


def progress(app: Application) -> tuple[int, int]:
    """Return how many campaigns of the past year have been played, and how many there are."""
    names = [scenario.name for scenario, _ in _campaigns(app.clock())]
    with app.db.read() as session:
        return len(set(session.scalars(_begun(names, app.clock()).with_only_columns(Case.title)))), len(names)


def over_by(present: datetime) -> datetime:
    """Return before when everything lies that is played."""
    return present - _SINCE


def _begun(names: Sequence[str], present: datetime) -> Any:
    return (
        select(Case.title, ProcessInstance.id, ProcessInstance.state)
        .join(ProcessInstance, ProcessInstance.business_key == Case.number)
        .where(Case.title.in_(names), Case.opened_at < over_by(present))
    )


def _played(app: Application, names: Sequence[str], present: datetime) -> set[str]:
    """Return which of these campaigns there are. One that was interrupted does not go on: it is cancelled."""
    with app.db.read() as session:
        found = session.execute(_begun(names, present)).all()
    for _, instance_id, state in found:
        if state in RUNNING:
            instances.cancel(app, SYSTEM, instance_id, reason=str(_NOT_FINISHED))
    return {title for title, _, _ in found}


def _play(app: Application, clock: VirtualClock, scenario: Scenario, ends: datetime) -> bool:
    people = tuple(identity.actor(app, person.name) for person in accounts.people())
    play = Play(scenario, World(app, clock, people, ends))
    try:
        play.run()
    except ServiceError as error:
        LOG.warning("%s is cancelled: %s", scenario.name, error.message)
    is_finished = True
    for number in play.cases.values():
        for each in instances.find(app, SYSTEM, business_key=number, state="active").items:
            instances.cancel(app, SYSTEM, each.id, reason=str(_NOT_FINISHED))
            is_finished = False
    for person in people:
        # What they were told then they have read long since.
        notifications.read_all(app, person, told_before=ends + timedelta(days=1))
    return is_finished


def _campaigns(present: datetime) -> Iterator[tuple[Scenario, datetime]]:
    """Yield what is played, the oldest first, and when each has to be over."""
    content: Mapping[str, Any] = load(resources.demo() / f"{COMPANY}.yaml")["往年"]
    named: Sequence[str] = content["活动"]
    step = (_FIRST - _LAST) / max(len(named) - 1, 1)
    for number, name in enumerate(named):
        ends = (present - _FIRST + number * step).astimezone(ZONE).replace(hour=10, minute=30)
        template = _turn(content["模板"], number)
        scenario = read(resources.demo() / f"{template}.yaml", ends)
        yield _other(scenario, str(name), content, number), ends


def _other(scenario: Scenario, name: str, content: Mapping[str, Any], number: int) -> Scenario:
    """Return a scenario under another name, of another size, at a pace of its own."""
    forms = {form: dict(fields) for form, fields in scenario.answers.by_form.items()}
    places: Mapping[str, Sequence[str]] = content["换写"]
    for key, value in (("名称", name), ("品牌线", _turn(content["品牌线"], number))):
        form, asked = places[key]
        forms[form][asked] = value
    (form, rows, amount), scale = places["规模"], _turn(content["规模"], number)
    forms[form][rows] = [{**row, amount: round(row[amount] * scale)} for row in forms[form][rows]]
    daily = scenario.pace.daily if scenario.pace is not None else frozenset()
    return replace(
        scenario,
        name=name,
        answers=replace(scenario.answers, by_form=forms),
        steps=tuple(step for step in scenario.steps if step.action != "期望"),
        pace=_Uneven(0, daily, Random(name)),  # noqa: S311 - nothing secret is drawn
    )


def _turn(values: Sequence[Any], number: int) -> Any:
    return values[number % len(values)]


def _grant(app: Application, present: datetime) -> None:
    """Give departments their allowance for the quarters of the past year that have none."""
    granted = {(each.department, each.period) for each in allowances.find(app, SYSTEM)}
    today = present.astimezone(ZONE).date()
    periods = {quarter(today - timedelta(days=91 * back)) for back in range(6)}
    for department, (amount, _) in read_company().allowances.items():
        for period in sorted(periods):
            if (department, period) not in granted:
                allowances.grant(app, SYSTEM, department, period, amount)
