"""What the audit looks at to find bought traffic.

Shares are 0–1; None where no source reported the number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from service.domain.metrics import ChannelDay, totals
from service.domain.money import ratio


@dataclass(frozen=True)
class TrafficFacts:
    """The inputs of the decision `traffic_flags`: the thresholds stand there, not here."""

    invalid_rate: Decimal | None
    top_source_share: Decimal | None
    night_share: Decimal | None
    bounce: Decimal | None
    cvr: Decimal | None


def traffic_facts(samples: Iterable[ChannelDay]) -> TrafficFacts:
    """Return the shares over all samples.

    Each share is taken over those samples alone that report it, so silence is not mistaken for innocence.
    `top_source_share` is the worst single sample: one address or device may hide in a large total.
    """
    rows = list(samples)
    return TrafficFacts(
        invalid_rate=_share(rows, "invalid_clicks", "clicks"),
        top_source_share=_worst(rows, "top_source_clicks", "clicks"),
        night_share=_share(rows, "night_clicks", "clicks"),
        bounce=_share(rows, "bounces", "visits"),
        cvr=totals(rows).cvr,
    )


def _known(rows: Iterable[ChannelDay], *names: str) -> list[ChannelDay]:
    return [row for row in rows if all(getattr(row, name) is not None for name in names)]


def _share(rows: Iterable[ChannelDay], part: str, whole: str) -> Decimal | None:
    known = _known(rows, part, whole)
    return ratio(sum(getattr(row, part) for row in known), sum(getattr(row, whole) for row in known))


def _worst(rows: Iterable[ChannelDay], part: str, whole: str) -> Decimal | None:
    shares = [ratio(getattr(row, part), getattr(row, whole)) for row in _known(rows, part, whole)]
    return max((share for share in shares if share is not None), default=None)
