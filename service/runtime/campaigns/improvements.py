"""Improvements that were adopted: whose they are, until when, and what has come of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.plan import as_date
from service.domain.work_clock import WorkClock
from service.domain.workdays import Calendar, local_day
from service.engine.figures import Improvements
from service.errors import FieldError, InvalidInput
from service.runtime.identity import visibility
from service.runtime.statistics import comparisons
from service.runtime.statistics.comparisons import ComparisonView, Place
from service.runtime.step.context import Actor, Application
from service.runtime.step.transaction import RUNNING
from service.runtime.step.views import View
from service.store.models import ProcessInstance

MOST = 500
"""So many of the latest are listed."""
OPEN, OVERDUE, DONE = "open", "overdue", "done"
STATES = (OPEN, OVERDUE, DONE)


@dataclass(frozen=True)
class ImprovementView(View):
    """An improvement that was adopted for the campaign `case`, and is followed up in `instance_id`.

    `state`: `open`, `overdue` or `done`; `result`: how it was assessed last, `tone`: good, warn or bad; ""
    where nobody has. `activity`: `process/activity` of the step, "" where none is named: then nothing is
    compared. `compared`: workdays at that step, in all campaigns, before the adoption and since.
    """

    instance_id: str
    case: str
    title: str
    state: str
    result: str
    tone: str
    process_step: str
    activity: str
    current: str
    target: Decimal | None
    unit: str
    deliverable: str
    owner: str
    due: date | None
    adopted_at: datetime
    ended_at: datetime | None
    compared: ComparisonView | None


def find(app: Application, actor: Actor, *, state: str | None = None) -> tuple[ImprovementView, ...]:
    """Return the improvements of campaigns that the actor sees, the latest adopted first.

    InvalidInput for a state that there is not.
    """
    if state is not None and state not in STATES:
        raise InvalidInput(errors=[FieldError("state", "open, overdue or done")])
    now = app.clock()
    with app.db.read() as session:
        model = app.live(session=session).model
        words, organisation = model.figures.improvements, model.organisation
        rows = _rows(session, actor, words)
        wanted = [row for row in rows if state in (None, _state(row, now))]
        paces = _compared(session, wanted, organisation.calendar, words, now)
    return tuple(_view(row, now, organisation.tone_of, paces.get(row.id)) for row in wanted)


def _rows(session: Session, actor: Actor, words: Improvements) -> Sequence[ProcessInstance]:
    if not words.process:
        return ()
    query = select(ProcessInstance).where(
        ProcessInstance.definition == words.process, visibility.condition(actor)
    )
    return session.scalars(query.order_by(ProcessInstance.id.desc()).limit(MOST)).all()


def _state(row: ProcessInstance, now: datetime) -> str:
    if row.state not in RUNNING:
        return DONE
    due = as_date(row.variables.get("due"))
    return OVERDUE if due is not None and due < local_day(now) else OPEN


def _compared(
    session: Session,
    rows: Iterable[ProcessInstance],
    calendar: Calendar,
    words: Improvements,
    now: datetime,
) -> Mapping[str, ComparisonView]:
    """Return the comparison of each that names a step: what is done is judged by what was known then."""
    named = [(row, place) for row in rows if (place := _place(row)) is not None]
    if not named:
        return {}
    earliest = min(comparisons.begun_to_count(row.started_at, words) for row, _ in named)
    answered = comparisons.answered(session, (place for _, place in named), earliest, now)
    clock = WorkClock(calendar)
    return {
        row.id: comparisons.compared(answered[place], clock, row.started_at, row.ended_at or now, words)
        for row, place in named
    }


def _place(row: ProcessInstance) -> Place | None:
    return comparisons.place_of(_text(row, "activity"))


def _view(
    row: ProcessInstance, now: datetime, tone_of: Any, compared: ComparisonView | None
) -> ImprovementView:
    result, target = _text(row, "result"), row.variables.get("target")
    return ImprovementView(
        instance_id=row.id,
        case=row.business_key,
        title=row.title,
        state=_state(row, now),
        result=result,
        tone=tone_of(result),
        process_step=_text(row, "process_step"),
        activity=_text(row, "activity"),
        current=_text(row, "current"),
        target=None if target is None else Decimal(str(target)),
        unit=_text(row, "unit"),
        deliverable=_text(row, "deliverable"),
        owner=_text(row, "owner"),
        due=as_date(row.variables.get("due")),
        adopted_at=row.started_at,
        ended_at=row.ended_at,
        compared=compared,
    )


def _text(row: ProcessInstance, name: str) -> str:
    return str(row.variables.get(name) or "")
