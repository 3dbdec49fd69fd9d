"""Figures from outside, recorded as the API does it: system load, and what days of a campaign brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.domain.metrics import ChannelDay, LoadSample
from service.engine.files.nearest import suggestion
from service.runtime.campaigns import measurements
from service.runtime.scenarios.reading import Step
from service.runtime.scenarios.scene import Scene
from service.runtime.step.context import SYSTEM
from service.wording import Text

FROM, UNTIL = "从", "到"


def add_load(scene: Scene, step: Step) -> None:
    """Record a load sample of this moment: qps, cpu, error_rate (shares), p95 (milliseconds), cdn_nodes."""
    figures = _known(step, LoadSample, {"at"})
    sample = LoadSample(at=scene.world.clock.now, **_exact(figures))
    measurements.record_load(scene.world.app, SYSTEM, scene.case(step), sample)


def add_days(scene: Scene, step: Step) -> None:
    """Record what a channel brought on `day`, or on each day 从 one 到 another: counts and amounts in CNY.

    What the step leaves out is taken from the answers called 数据, an ordinary day.
    """
    figures = _exact({**scene.scenario.answers.of(step.action), **_known(step, ChannelDay, set())})
    days = figures.pop("day", None)
    rows = [ChannelDay(day, **{"channel": "全渠道", **figures}) for day in _days(scene, step, days)]
    measurements.record_metrics(scene.world.app, SYSTEM, scene.case(step), rows)


def _days(scene: Scene, step: Step, wanted: Any) -> Iterable[date]:
    """Return the days meant; none when the last lies before the first."""
    if not isinstance(wanted, Mapping):
        return [scene.day(step, wanted)]
    first, last = scene.day(step, wanted.get(FROM)), scene.day(step, wanted.get(UNTIL))
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def _known(step: Step, kind: type[ChannelDay | LoadSample], ours: set[str]) -> Mapping[str, Any]:
    names = {each.name for each in fields(kind)} - ours
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
