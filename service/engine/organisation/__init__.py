"""The owners' words: what `organisation.yaml` declares, read once, typed, and frozen.

Whoever needs to know who may do what, what a relation means or which days the company works asks here;
nothing of it is known to Python. What is declared but leads nowhere is judged in `check/organisation.py`.
"""

from __future__ import annotations

from service.engine.organisation.model import (
    BY_ITSELF,
    COMMENT,
    HOLDERS,
    INCIDENT,
    LOAD,
    LOAD_ANSWERS,
    OPINION,
    RETURNED,
    SITUATION,
    TAKEN_PART,
    TASK,
    WITHDRAWN,
    Event,
    FollowUp,
    Hours,
    Organisation,
    Relation,
)
from service.engine.organisation.reading import FILE, Reading, read

__all__ = [
    "BY_ITSELF",
    "COMMENT",
    "FILE",
    "HOLDERS",
    "INCIDENT",
    "LOAD",
    "LOAD_ANSWERS",
    "OPINION",
    "RETURNED",
    "SITUATION",
    "TAKEN_PART",
    "TASK",
    "WITHDRAWN",
    "Event",
    "FollowUp",
    "Hours",
    "Organisation",
    "Reading",
    "Relation",
    "read",
]
