"""What the owners call the things Python calculates with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.metrics import Metric
from service.domain.plan import TextFields


@dataclass(frozen=True)
class Words:
    """The owners' names of one manifest: the fields of the plan's text, the metrics, two budget categories.

    `reserve` is the category of the contingency reserve, `influencers` that from which influencers are paid.
    """

    text: TextFields = field(default_factory=TextFields)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    reserve: str = ""
    influencers: str = ""
