"""Figures from outside, recorded as the API does it: system load, and what a day of a campaign brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service.domain.metrics import ChannelDay, LoadSample
from service.runtime.campaigns import measurements
from service.runtime.scenarios.world import World
from service.runtime.step.context import SYSTEM


def add_load(world: World, business_key: str, figures: Mapping[str, Any]) -> None:
    """Record a load sample of this moment: qps, cpu, error_rate (shares), p95 (milliseconds), cdn_nodes."""
    sample = LoadSample(at=world.clock.now, **_exact(figures))
    measurements.record_load(world.app, SYSTEM, business_key, sample)


def add_day(world: World, business_key: str, figures: Mapping[str, Any]) -> None:
    """Record what a channel brought on a day: `day`, `channel`, then counts and amounts in CNY."""
    values = {"channel": "全渠道", **_exact(figures), "day": date.fromisoformat(str(figures["day"]))}
    measurements.record_metrics(world.app, SYSTEM, business_key, [ChannelDay(**values)])


def _exact(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: Decimal(repr(value)) if isinstance(value, float) else value for key, value in figures.items()
    }
