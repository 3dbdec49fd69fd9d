"""Whether forecasts come true: finished cases are forecast as if nobody knew them, and then looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, sqrt
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.runtime.campaigns.allowances import all_of
from service.runtime.forecasting import record as records
from service.runtime.forecasting.habits import Durations, Habits
from service.runtime.forecasting.playing import Play
from service.runtime.forecasting.premises import Elsewhere, Knowledge, Premises
from service.runtime.forecasting.record import Record
from service.runtime.forecasting.running import Ground
from service.runtime.forecasting.telling import FEW_CASES
from service.runtime.forecasting.walking import Walk
from service.runtime.step.context import Application
from service.runtime.step.views import View
from service.store import manifests
from service.store.models import APPLIED, Case, CaseFact, ProcessInstance
from service.wording import Text

MOST_CASES, WALKS = 40, 40
AT_A_TIME = 5
"""So many cases are walked before others have their turn with what calculates."""
_SURE = 1.645
"""Standard deviations within which nine of ten lie."""
_SHARES = (0.5, 0.8)


@dataclass(frozen=True)
class CoverageView(View):
    """Of `n` cases, which share was decided by the time that so many percent of walks said; and its range."""

    percent: int
    n: int
    share: float | None
    range: tuple[float, float] | None


@dataclass(frozen=True)
class CalibrationView(View):
    """How often forecasts made when a case began came true, each made of all other cases.

    `state`: `calibrated`, or `too_little_data` with `because`. `not_told`: cases whose walks came to no
    decision.
    """

    state: str
    coverage: tuple[CoverageView, ...] = ()
    cases: int = 0
    not_told: int = 0
    walks: int = 0
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldOut:
    """A finished case: what it was given when it began, and when it was decided, or over undecided."""

    given: Mapping[str, str]
    began: datetime
    decided: datetime


def run(app: Application, *, cases: int = MOST_CASES, walks: int = WALKS) -> CalibrationView:
    """Forecast the latest of these finished cases from their beginning, and say how often it came true."""
    with app.db.read() as session:
        live = app.live(session=session)
        pace, calendar = live.model.case.pace, app.calendar(session=session)
        record = records.read(session, calendar, main=live.model.case.main)
        held = _held_out(session, record, pace.decided, cases) if pace is not None else []
        files, allowances = manifests.files_of(session, live.deployment_id), all_of(session)
    if len(held) < FEW_CASES:
        known = Text(
            "Too little data: {cases} finished cases are known, a calibration needs {needed}.",
            cases=len(held),
            needed=FEW_CASES,
        )
        return CalibrationView("too_little_data", cases=len(held), because=(known,))
    ground = Ground(files, calendar, dict(app.handlers), Elsewhere((), allowances))
    found: list[tuple[bool, ...] | None] = []
    for start in range(0, len(held), AT_A_TIME):
        found += app.beside(calibrate, ground, record, held[start : start + AT_A_TIME], walks=walks)
    told = [each for each in found if each is not None]
    return CalibrationView(
        "calibrated",
        tuple(_coverage(share, [each[place] for each in told]) for place, share in enumerate(_SHARES)),
        cases=len(held),
        not_told=len(held) - len(told),
        walks=walks,
    )


def calibrate(
    ground: Ground, record: Record, held: Sequence[HeldOut], *, walks: int
) -> list[tuple[bool, ...] | None]:
    """Return of each case if it was decided by P50 and P80 of its walks, None where they tell nothing."""
    premises = ground.premises(record)
    return [_came_true(premises, record, case, walks) for case in held]


def _came_true(premises: Premises, record: Record, case: HeldOut, walks: int) -> tuple[bool, ...] | None:
    number = case.given["number"]
    others = _without(record, number)
    habits, durations = Habits(others, premises.model, premises.feel), Durations.of(others)
    start, ends = record.starts.get(number), []
    for place in range(walks):
        lot = Random(hashlib.sha256(f"{number}/{place}".encode()).digest())  # noqa: S311 - nothing secret
        walk = Walk(premises, Knowledge(dict(case.given)), case.began)
        walk.start(str(premises.model.case.main), {}, start.answers if start else None)
        play = Play(
            walk,
            habits,
            durations,
            record.hours,
            donor=lot.choice(others.donors),
            began=case.began,
            lot=lot,
        )
        if play.run(_is_decided(premises)):
            ends.append(walk.now)
    if len(ends) * 2 < walks:
        return None
    ordered = sorted(ends)
    return tuple(case.decided <= ordered[max(ceil(len(ordered) * share), 1) - 1] for share in _SHARES)


def _is_decided(premises: Premises) -> Callable[[Walk], bool]:
    pace = premises.model.case.pace

    def told(walk: Walk) -> bool:
        return walk.is_over or (pace is not None and walk.known.facts.get(pace.decided) is not None)

    return told


def _without(record: Record, number: str) -> Record:
    return replace(
        record,
        done=tuple(each for each in record.done if each.case != number),
        given=tuple(each for each in record.given if each.case != number),
        began={case: at for case, at in record.began.items() if case != number},
        starts={case: given for case, given in record.starts.items() if case != number},
    )


def _held_out(session: Session, record: Record, decided: str, most: int) -> list[HeldOut]:
    """Return the latest cases that are over, and when they were decided or, undecided, over."""
    first: dict[str, datetime] = {}
    said = (
        select(CaseFact.number, CaseFact.at)
        .where(CaseFact.number.in_(record.donors), CaseFact.name == decided)
        .where(CaseFact.state == APPLIED, CaseFact.value.is_not(None))
        .order_by(CaseFact.seq)
    )
    for number, at in session.execute(said):
        first.setdefault(number, at)
    query = (
        select(Case, ProcessInstance.ended_at)
        .join(ProcessInstance, ProcessInstance.id == Case.main_instance)
        .where(ProcessInstance.state == "completed", Case.number.in_(record.donors))
        .order_by(Case.opened_at.desc(), Case.number)
        .limit(most)
    )
    return [
        HeldOut(
            {
                "number": case.number,
                "title": case.title,
                "applicant": case.applicant,
                "department": case.department or "",
            },
            case.opened_at,
            first.get(case.number) or ended or case.opened_at,
        )
        for case, ended in session.execute(query)
    ]


def _coverage(share: float, came_true: Iterable[bool]) -> CoverageView:
    """Return how often it came true, with the range in which that lies nine times of ten (Wilson)."""
    found = list(came_true)
    n, percent = len(found), round(share * 100)
    if not n:
        return CoverageView(percent, 0, None, None)
    p, square = sum(found) / n, _SURE**2
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = _SURE * sqrt(p * (1 - p) / n + square / (4 * n * n)) / (1 + square / n)
    return CoverageView(percent, n, round(p, 3), (round(middle - half, 3), round(middle + half, 3)))
