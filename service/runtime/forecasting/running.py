"""Many walks of one case from where it stands: what is handed to the process beside, and what comes back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import Any

from service.domain.workdays import Calendar
from service.engine.definition import Model
from service.engine.progress import OpenTask
from service.feel import FEEL
from service.feel.remembering import RememberingFeel
from service.handlers import Topic
from service.runtime.forecasting.habits import Durations, Habits
from service.runtime.forecasting.playing import Play
from service.runtime.forecasting.premises import Elsewhere, Knowledge, Premises
from service.runtime.forecasting.record import Place, Record
from service.runtime.forecasting.walking import Walk

SECONDS, FEWEST = 20.0, 50
"""When that time is over no further walk begins, once there are so many."""


@dataclass(frozen=True)
class Ground:
    """What walks of any case go by: drawings as files, days, handlers, and what lies elsewhere."""

    files: Mapping[str, bytes]
    calendar: Calendar
    handlers: Mapping[str, Topic]
    elsewhere: Elsewhere

    def premises(self, record: Record) -> Premises:
        """Return the same with the drawings read, for people who answer as on record."""
        model = loaded(tuple(sorted(self.files.items())))
        feel = RememberingFeel(FEEL.counting_by(lambda: self.calendar))
        # What belongs to the text of a plan is laid over the case's own: its form has to compute that anew.
        own = model.words.text.keys
        answered = frozenset(each.place for each in record.given if each.form not in own)
        return Premises(model, feel, self.calendar, self.handlers, self.elsewhere, answered)


@dataclass(frozen=True)
class Standing:
    """Where a case stands: its snapshot, what it knows, its open tasks by token, and since when."""

    snapshot: bytes
    known: Knowledge
    asked: Mapping[str, OpenTask]
    since: Mapping[str, datetime]
    began: datetime


@dataclass(frozen=True)
class Run:
    """How one walk came out. `decided_at` is None where it never was; `approved`: it was decided well.

    `minutes` at work it waited for people from now on, and how often each was asked, by activity; `stuck`
    what failed on the way, by activity.
    """

    decided_at: datetime | None
    approved: bool
    minutes: Mapping[Place, float] = field(default_factory=dict)
    times: Mapping[Place, int] = field(default_factory=dict)
    stuck: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=2)
def loaded(files: tuple[tuple[str, bytes], ...]) -> Model:
    """Return the drawings of these files, read once while they are asked for again and again."""
    return Model.load(dict(files))


def run_many(
    ground: Ground, standing: Standing, record: Record, *, walks: int, seed: str, now: datetime
) -> list[Run]:
    """Walk a case on so many times, with the same lots for the same seed; fewer where that takes long."""
    premises = ground.premises(record)
    habits, durations = Habits(record, premises.model, premises.feel), Durations.of(record)
    donors = record.donors
    runs: list[Run] = []
    ends_at = time.monotonic() + SECONDS
    for number in range(walks):
        if number >= FEWEST and time.monotonic() > ends_at:
            break
        lot = Random(_lot(seed, number))  # noqa: S311 - nothing secret is drawn
        walk = Walk(premises, deepcopy(standing.known), now)
        walk.resume(standing.snapshot, standing.asked, standing.since)
        play = Play(
            walk,
            habits,
            durations,
            record.hours,
            donor=donors[lot.randrange(len(donors))] if donors else "",
            began=standing.began,
            lot=lot,
        )
        runs.append(_run(play))
    return runs


def _run(play: Play) -> Run:
    walk = play.walk
    pace = walk.premises.model.case.pace

    def is_decided(walk: Walk) -> bool:
        return walk.is_over or (pace is not None and walk.known.facts.get(pace.decided) is not None)

    is_reached = play.run(is_decided)
    approved = pace is not None and walk.known.facts.get(pace.decided) is not None
    return Run(
        walk.now if is_reached else None, approved, play.waited.minutes, play.waited.times, dict(walk.stuck)
    )


def _lot(seed: str, number: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8])


def known_of(
    given: Mapping[str, Any], facts: Mapping[str, Any], submissions: list[Any], start: Mapping[str, Any]
) -> Knowledge:
    """Return what a case knows, from its facts and its answers that count, oldest first."""
    latest = {each.form: each.answers for each in submissions}
    return Knowledge(given, dict(facts), latest, submissions, start)
