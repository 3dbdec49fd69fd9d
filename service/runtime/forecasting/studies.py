"""Simulations, backtests and calibrations that somebody asks for: ordered at once, done in the background.

The row is the truth: a worker that dies leaves the question to the next one, when its lease is over.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from service import manifest
from service.domain.workdays import ZONE
from service.errors import Busy, FieldError, InvalidInput, NotFound, ServiceError, Unavailable
from service.runtime.forecasting import backtests, calibrating, simulations
from service.runtime.identity.rights import may, require
from service.runtime.releases import vetting
from service.runtime.statistics.cycle_times import RIGHT
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View, to_json
from service.store import manifests
from service.store.models import Study
from service.store.writing import written
from service.wording import Text, record_of

SIMULATION, BACKTEST, CALIBRATION = "simulation", "backtest", "calibration"
MOST_CASES = 5000
LEASE = timedelta(minutes=15)
_DRAWING = "deployment.create"


@dataclass(frozen=True)
class StudyView(View):
    """A question and what came of it. `state` is pending, done or failed; `detail` says why it failed.

    `result` is that of the command of the same name, None while there is none.
    """

    id: str
    kind: str
    state: str
    asked: Mapping[str, Any]
    created_by: str
    created_at: datetime
    done_at: datetime | None
    result: Mapping[str, Any] | None
    detail: str | None


def order(
    app: Application, actor: Actor, kind: str, asked: Mapping[str, Any], files: Mapping[str, bytes]
) -> StudyView:
    """Note a question to the record and have it answered in the background.

    Whoever asks about drawings that are not live must be able to deploy: they are checked as they would be
    then, and refused with what is wrong.
    """
    require(actor, RIGHT)
    if files:
        require(actor, _DRAWING)
        _, whole = vetting.merged(app, files, ())
        vetting.checked(app, whole)
    elif kind == BACKTEST:
        raise InvalidInput(errors=[FieldError("files", Text("drawings or tables other than the live ones"))])
    with app.db.begin() as session:
        row = Study(
            kind=kind,
            asked=dict(asked),
            files={name: base64.b64encode(content).decode() for name, content in files.items()},
            created_by=actor.name,
            created_at=app.clock(),
        )
        session.add(row)
        session.flush()
        view = _view(row)
    if app.dispatch is not None:
        app.dispatch("study", view.id, app.clock())
    return view


def get(app: Application, actor: Actor, study_id: str) -> StudyView:
    """Return a question with its answer: one's own, or any for who may inspect the system."""
    with app.db.read() as session:
        row = session.get(Study, study_id)
        if row is None or (row.created_by != actor.name and not may(actor, "system.inspect")):
            raise NotFound(study=study_id)
        return _view(row)


def unfinished(app: Application) -> tuple[str, ...]:
    """Return the questions that nobody works on at present."""
    with app.db.read() as session:
        return tuple(session.scalars(select(Study.id).where(*_free(app)).order_by(Study.id)))


def run(app: Application, study_id: str) -> bool:
    """Answer a question. False where somebody else does, or has, or too much is calculated just now.

    Unavailable when the database does not answer. Then too it is sent again.
    """
    with app.db.begin() as session:
        statement = update(Study).where(Study.id == study_id, *_free(app))
        if not written(session, statement.values(lease_until=app.clock() + LEASE)):
            return False
        row = session.get_one(Study, study_id)
        live = manifests.files_of(session, app.live(session=session).deployment_id)
    given = {name: base64.b64decode(content) for name, content in row.files.items()}
    try:
        found = to_json(_ANSWERS[row.kind](app, live, given, row.asked))
    except Busy:
        with app.db.begin() as session:
            session.execute(update(Study).where(Study.id == study_id).values(lease_until=None))
        return False
    except Unavailable:
        raise
    except ServiceError as error:
        _close(app, study_id, state="failed", wording=record_of(error.message))
        return True
    _close(app, study_id, state="done", result=found)
    return True


def _close(app: Application, study_id: str, **values: Any) -> None:
    with app.db.begin() as session:
        row = session.get_one(Study, study_id)
        for name, value in {**values, "files": {}, "lease_until": None, "done_at": app.clock()}.items():
            setattr(row, name, value)


def _free(app: Application) -> tuple[Any, ...]:
    return Study.state == "pending", or_(Study.lease_until.is_(None), Study.lease_until < app.clock())


def _simulation(
    app: Application, live: Mapping[str, bytes], given: Mapping[str, bytes], asked: Mapping[str, Any]
) -> View:
    return simulations.run(
        app,
        manifest.laid_over(live, given),
        cases=int(asked["cases"]),
        seed=str(asked["seed"]),
        beside=live if given else None,
        a_week=None if asked.get("arrivals") is None else float(asked["arrivals"]),
    )


def _backtest(
    app: Application, live: Mapping[str, bytes], given: Mapping[str, bytes], asked: Mapping[str, Any]
) -> View:
    return backtests.run(
        app,
        manifest.laid_over(live, given),
        begun_from=moment(asked.get("from"), time.min),
        begun_to=moment(asked.get("to"), time.max),
    )


def _calibration(
    app: Application, live: Mapping[str, bytes], given: Mapping[str, bytes], asked: Mapping[str, Any]
) -> View:
    return calibrating.run(app, cases=int(asked["cases"]))


_ANSWERS = {SIMULATION: _simulation, BACKTEST: _backtest, CALIBRATION: _calibration}


def moment(day: date | None, at: time) -> datetime | None:
    """Return a moment of a day in the company's zone, None for no day."""
    return None if day is None else datetime.combine(day, at, ZONE)


def _view(row: Study) -> StudyView:
    return StudyView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        asked=row.asked,
        created_by=row.created_by,
        created_at=row.created_at,
        done_at=row.done_at,
        result=row.result,
        detail=None if row.wording is None else Text.from_record(row.wording),
    )
