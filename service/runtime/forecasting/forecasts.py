"""The forecast of a case under way: its walks, and what they say. Kept while nothing moves the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.progress import OpenTask
from service.runtime.campaigns import allowances, case_reading
from service.runtime.forecasting import record as records
from service.runtime.forecasting.habits import Durations
from service.runtime.forecasting.premises import Elsewhere
from service.runtime.forecasting.record import Place, Record
from service.runtime.forecasting.running import Ground, Run, Standing, known_of, run_many
from service.runtime.forecasting.telling import FEW_CASES, Behind, ForecastView, Open, tell
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, step_of
from service.runtime.tasks import rows as task_rows
from service.store import manifests
from service.store.cases import in_force
from service.store.db import Database
from service.store.models import Case, DepartmentAllowance, ProcessInstance, TaskRow
from service.wording import Text

WALKS = 200
KEPT_FOR = timedelta(minutes=15)
MOST_KEPT = 500
MOST_AWAITED = 10

_KEPT: WeakKeyDictionary[Database, dict[str, tuple[int, ForecastView]]] = WeakKeyDictionary()
"""Forecasts by instance, each of one version of it; made anew when it has moved, or time has."""


@dataclass(frozen=True)
class _Asked:
    """What walks of one case need, as it was read."""

    ground: Ground
    standing: Standing
    record: Record
    open: Sequence[TaskRow]
    version: int


def forecast(app: Application, actor: Actor, instance_id: str, *, walks: int = WALKS) -> ForecastView:
    """Return when a case is likely to be decided. NotFound unless the actor sees it.

    Busy where too much is calculated already.
    """
    now = app.clock()
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        model = app.model(row.deployment_id, session=session)
        at_once = _known_already(session, row, model)
        if at_once is not None:
            return at_once
        kept = _kept(app, row, now)
        if kept is not None:
            return kept
        asked = _read(app, session, row, model, actor)
    view = _told(_walked(app, asked, walks, instance_id, now), asked, model, now)
    _keep(app, instance_id, asked.version, view)
    return view


def awaited(app: Application, actor: Actor) -> tuple[ProcessInstance, ...]:
    """Return the cases of the actor that are under way and not decided, newest first, a few at most."""
    query = (
        select(ProcessInstance)
        .join(Case, Case.main_instance == ProcessInstance.id)
        .where(ProcessInstance.applicant == actor.name, ProcessInstance.state.in_(RUNNING))
        .order_by(ProcessInstance.id.desc())
        .limit(MOST_AWAITED)
    )
    with app.db.read() as session:
        found = session.scalars(query).all()
        return tuple(
            row
            for row in found
            if _known_already(session, row, app.model(row.deployment_id, session=session)) is None
        )


def _known_already(session: Session, row: ProcessInstance, model: Model) -> ForecastView | None:
    """Return what can be said without any walk, None where it takes some."""
    pace = model.case.pace
    case = session.get(Case, row.business_key)
    if pace is None or case is None or case.main_instance != row.id:
        return ForecastView("not_forecast", because=(Text("Nothing is forecast of this process."),))
    facts = in_force(session, row.business_key)
    decided, needed_by = facts.get(pace.decided), facts.get(pace.needed_by)
    if decided is not None:
        return ForecastView("decided", decided, decided, needed_by=needed_by, launch_at_risk=None)
    if row.state not in RUNNING:
        return ForecastView("over", needed_by=needed_by)
    return None


def _kept(app: Application, row: ProcessInstance, now: datetime) -> ForecastView | None:
    version, view = _KEPT.get(app.db, {}).get(row.id, (0, None))
    if view is None or view.made_at is None or version != row.version:
        return None
    return view if now - KEPT_FOR < view.made_at <= now else None


def _keep(app: Application, instance_id: str, version: int, view: ForecastView) -> None:
    kept = _KEPT.setdefault(app.db, {})
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[instance_id] = (version, view)


def _walked(app: Application, asked: _Asked, walks: int, seed: str, now: datetime) -> Sequence[Run]:
    """Return how the walks came out; none is walked where too few cases stand behind them."""
    if len(asked.record.began) < FEW_CASES:
        return ()
    return app.beside(run_many, asked.ground, asked.standing, asked.record, walks=walks, seed=seed, now=now)


def forget(app: Application) -> None:
    """Have every forecast made anew the next time it is asked for."""
    _KEPT.pop(app.db, None)


# ---- reading --------------------------------------------------------------------------------------


def _read(app: Application, session: Session, row: ProcessInstance, model: Model, actor: Actor) -> _Asked:
    step = step_of(app, session, row, model, actor)
    calendar = app.calendar(session=session)
    answers = case_reading.submissions(step, None)
    start = case_reading.start_answers(step, None)
    given = {
        "number": row.business_key,
        "title": row.title,
        "applicant": row.applicant,
        "department": row.department,
    }
    open_tasks = tuple(each for each in task_rows.open_in(session, row.id) if each.kind == "drawn")
    standing = Standing(
        row.snapshot or b"",
        known_of(given, in_force(session, row.business_key), answers, start),
        {each.token_id: _question(each) for each in open_tasks},
        {each.token_id: each.opened_at for each in open_tasks},
        row.started_at,
    )
    ground = Ground(
        manifests.files_of(session, row.deployment_id),
        calendar,
        dict(app.handlers),
        _elsewhere(session, step, row, start),
    )
    learnt = records.read(session, calendar, main=model.case.main, without=(row.business_key,))
    return _Asked(ground, standing, learnt, open_tasks, row.version)


def _question(row: TaskRow) -> OpenTask:
    return OpenTask(
        token_id=row.token_id,
        activity_id=row.activity_id,
        activity_path=row.activity_path,
        definition=row.definition,
        name=row.name,
        form=row.form,
        lane=row.lane,
        candidate_groups=row.candidate_groups,
        candidate_users=row.candidate_users,
        assignee=row.assignee,
        is_addressed=True,
        due_at=row.due_at,
        element_index=row.element_index,
        element_value=row.element_value,
        not_by=(),
        properties=row.properties,
        inputs=row.inputs,
        variables={},
    )


def _elsewhere(session: Session, step: Step, row: ProcessInstance, start: Mapping[str, Any]) -> Elsewhere:
    """Return the campaigns of the department and those the start form names, and its allowances."""
    department = row.department or ""
    near = case_reading.campaigns(step, department, None)
    named = case_reading.campaigns(step, None, sorted(_texts(start)))
    granted = session.scalars(
        select(DepartmentAllowance.period).where(DepartmentAllowance.department == department)
    )
    found = {
        (department, period): allowances.of_case(session, department, period, row.business_key)
        for period in granted
    }
    return Elsewhere(
        tuple({each.case: each for each in (*near, *named)}.values()),
        {key: allowance for key, allowance in found.items() if allowance is not None},
    )


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        value = list(value.values())
    return set().union(*map(_texts, value)) if isinstance(value, (list, tuple)) else set()


# ---- telling --------------------------------------------------------------------------------------


def _told(runs: Sequence[Run], asked: _Asked, model: Model, now: datetime) -> ForecastView:
    record, pace = asked.record, model.case.pace
    waiting = [
        Open((each.definition, each.activity_id), record.hours.minutes(each.opened_at, now))
        for each in asked.open
    ]
    behind = Behind(
        Durations.of(record),
        len(record.began),
        record.hours.minutes_a_day,
        lambda place: _name(model, place),
    )
    needed_by = asked.standing.known.facts.get(pace.needed_by) if pace else None
    return tell(runs, behind, waiting if behind.durations.total else (), _day(needed_by), now)


def _name(model: Model, place: Place) -> str:
    found = model.activities(place[0]).get(place[1]) if place[0] in model.processes else None
    return (found.name if found is not None else "") or place[1]


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None
