"""Figures from outside, recorded as the API does it: system load, and what days of a campaign brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from service.domain.metrics import ChannelDay, LoadSample
from service.domain.workdays import ZONE, local_day
from service.engine.files.nearest import suggestion
from service.runtime.campaigns import measurements
from service.runtime.scenarios import acting
from service.runtime.scenarios.reading import Step
from service.runtime.scenarios.scene import Scene
from service.runtime.step.context import SYSTEM
from service.wording import Text

FROM, UNTIL = "从", "到"
MORNING = time(6)
"""When the figures of the day before are there: before anybody reports them."""


def add_load(scene: Scene, step: Step) -> None:
    """Record a load sample of this moment: qps, cpu, error_rate (shares), p95 (milliseconds), cdn_nodes."""
    figures = _known(step, LoadSample, {"at"})
    sample = LoadSample(at=scene.world.clock.now, **_exact(figures))
    measurements.record_load(scene.world.app, SYSTEM, scene.case(step), sample)


def add_days(scene: Scene, step: Step) -> None:
    """Record what a channel brought on `day`, or on each day 从 one 到 another: counts and amounts in CNY.

    What the step leaves out is taken from the answers called 数据, an ordinary day. What a day still to come
    brings is recorded the morning after it.
    """
    figures = _exact({**scene.scenario.answers.of(step.action), **_known(step, ChannelDay, {"reason"})})
    days, reason = figures.pop("day", None), figures.pop("reason", None)
    actor = scene.person(step, "") if "人" in step.options else SYSTEM
    today, case = local_day(scene.world.clock.now), scene.case(step)
    for day in _days(scene, step, days):
        sample = ChannelDay(day, **{"channel": "全渠道", **figures})
        told = partial(measurements.record_metrics, scene.world.app, actor, case, [sample], reasons=[reason])
        if day <= today or "拒收" in step.options:
            acting.attempt(step, told)
        else:
            scene.world.at(datetime.combine(day + timedelta(days=1), MORNING, ZONE), told)


def _days(scene: Scene, step: Step, wanted: Any) -> Iterable[date]:
    """Return the days meant; none when the last lies before the first."""
    if not isinstance(wanted, Mapping):
        return [scene.day(step, wanted)]
    first, last = scene.day(step, wanted.get(FROM)), scene.day(step, wanted.get(UNTIL))
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def _known(step: Step, kind: type[ChannelDay | LoadSample], beside: set[str]) -> Mapping[str, Any]:
    names = {each.name for each in fields(kind)} ^ beside
    given: Mapping[str, Any] = step.value
    for name in given:
        if name not in names:
            raise step.error(
                Text("{word!r} is not known here.{hint}", word=str(name), hint=suggestion(str(name), names)),
                step.action,
            )
    return given


def _exact(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: Decimal(repr(value)) if isinstance(value, float) else value for key, value in figures.items()
    }
