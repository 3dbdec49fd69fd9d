"""What walks go by: the drawings, the days, what lies outside the case, and what the case itself knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain.budget import Allowance
from service.domain.workdays import Calendar
from service.engine.definition import Model
from service.feel import Feel
from service.handlers import Topic
from service.handlers.ports import CampaignSummary, Submission


@dataclass(frozen=True)
class Elsewhere:
    """What lies outside the case that is walked: other cases, and what departments may spend."""

    campaigns: tuple[CampaignSummary, ...] = ()
    allowances: Mapping[tuple[str, str], Allowance] = field(default_factory=dict)


@dataclass(frozen=True)
class Premises:
    """What all walks of one forecast or simulation share.

    `answered`: activities whose answers are known, so that nobody has to look at what their forms open with.
    """

    model: Model
    feel: Feel
    calendar: Calendar
    handlers: Mapping[str, Topic]
    elsewhere: Elsewhere
    answered: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Knowledge:
    """What a case knows: what every case is given, its facts, its answers by form and in their order."""

    given: Mapping[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)
    latest: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    start: Mapping[str, Any] = field(default_factory=dict)
