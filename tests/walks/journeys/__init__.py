"""The ways campaigns go, and what is true afterwards: facts, approvers, money, notices, record."""

from __future__ import annotations

from tests.walks.journeys import afterwards, approval, green, living, splitting, whose
from tests.walks.journeys.looking import JOURNEYS

__all__ = ["JOURNEYS", "afterwards", "approval", "green", "living", "splitting", "whose"]
