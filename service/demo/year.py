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
from service.domain.figures import SUSPECT
from service.domain.workdays import ONE_DAY
from service.errors import Conflict, ServiceError
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.cases import instances
from service.runtime.effects import notifications
from service.runtime.scenarios import Scenario, read
from service.runtime.scenarios.moments import Pace
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.reading import Step
from service.runtime.scenarios.samples import FROM, UNTIL
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

_SHARE = "份额"
_HALF_A_MONTH = 15
_NOT_FINISHED = Text("not finished within its year")

_FIRST, _LAST, _SINCE = timedelta(days=365), timedelta(days=20), timedelta(days=15)
"""Between so long ago and so long ago the campaigns come to their end; since then nothing of them happens."""
_SHORTEST, _SPREAD, _SIGMA = 30, 240, 0.8
"""Minutes until somebody answers: so many at least, and so much more by activity; how far people differ."""


@dataclass(frozen=True)
class _Uneven(Pace):
    """People who take longer for one thing than for another, and not the same time twice."""

    lot: Random = field(default_factory=Random)
    slowness: float = 1.0

    def next_answer(self, now: datetime, activity: str) -> datetime:
        usual = (_SHORTEST + crc32(activity.encode()) % _SPREAD) * self.slowness
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
    step, season = (_FIRST - _LAST) / max(len(named) - 1, 1), 0
    for number in range(len(named)):
        ends = (present - _FIRST + number * step).astimezone(ZONE).replace(hour=10, minute=30)
        scenario = read(resources.demo() / f"{_turn(content['模板'], number)}.yaml", ends)
        if number == 0:
            begins = scenario.days.named["开始日"]
            season = 2 * begins.month - 1 + (begins.day > _HALF_A_MONTH)
        yield _other(scenario, str(_turn(named, season + number)), content, number), ends


def _other(scenario: Scenario, name: str, content: Mapping[str, Any], number: int) -> Scenario:
    """Return a scenario under another name, of another size, at a pace of its own."""
    forms = {form: dict(fields) for form, fields in scenario.answers.by_form.items()}
    for form, fields in content["答复"].items():
        forms[form].update(fields)
    places: Mapping[str, Sequence[str]] = content["换写"]
    for key, value in (("名称", name), ("品牌线", _turn(content["品牌线"], number))):
        form, asked = places[key]
        forms[form][asked] = value
    (form, rows, amount), scale = places["规模"], _turn(content["规模"], number)
    forms[form][rows] = [{**row, amount: round(row[amount] * scale)} for row in forms[form][rows]]
    form, rows = places["渠道"]
    forms[form][rows] = [
        {key: value for key, value in channel.items() if key != _SHARE} for channel in content["渠道"]
    ]
    daily = scenario.pace.daily if scenario.pace is not None else frozenset()
    lot = Random(name)  # noqa: S311 - nothing secret is drawn
    earlier: Mapping[str, int] = content["提前"]
    named = {key: day - timedelta(days=earlier.get(key, 0)) for key, day in scenario.days.named.items()}
    other = replace(
        scenario,
        name=name,
        days=replace(scenario.days, named=named),
        answers=replace(scenario.answers, by_form=forms),
        pace=_Uneven(0, daily, lot, float(_turn(content["快慢"], number))),
    )
    steps = [each for step in scenario.steps for each in _steps(step, other, content, scale, lot)]
    return replace(other, steps=tuple(steps))


def _steps(
    step: Step, scenario: Scenario, content: Mapping[str, Any], scale: float, lot: Random
) -> Iterator[Step]:
    """Yield what is played in the place of a step: figures day by day and channel by channel, not alike."""
    if step.action == "期望":
        return
    if step.action != "数据":
        yield step
        return
    usual, span = scenario.answers.of(step.action), step.value["day"]
    day, last = (scenario.days.day(str(span[edge])) for edge in (FROM, UNTIL))
    while day <= last:
        for channel in content["渠道"]:
            size = float(channel[_SHARE]) * scale
            figures = _uneven(usual, size, float(content["起伏"]), lot)
            yield replace(step, value={**figures, "channel": channel["name"], "day": day.isoformat()})
        day += ONE_DAY


def _uneven(usual: Mapping[str, Any], size: float, sigma: float, lot: Random) -> dict[str, Any]:
    """Return a day's figures of a channel of this size: more or fewer people, and each step of them too."""
    reach, clicks, orders, cost = (lot.lognormvariate(0, share * sigma) for share in (1, 0.5, 0.8, 0.5))
    times = {
        **dict.fromkeys(("impressions",), reach),
        **dict.fromkeys(("clicks", "visits", "registrations", *SUSPECT), reach * clicks),
        **dict.fromkeys(("orders", "payers", "gmv", "revenue", "refund"), reach * clicks * orders),
        "cost": reach * cost,
    }
    return {key: round(value * size * times[key]) if key in times else value for key, value in usual.items()}


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
