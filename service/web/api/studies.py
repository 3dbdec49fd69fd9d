"""What drawings would do, and would have done: asked of the record, answered in the background."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for
from pydantic import BaseModel, ConfigDict, Field

from service.runtime.forecasting import calibrating, studies
from service.runtime.forecasting.studies import StudyView
from service.runtime.step.context import Actor, Application
from service.web.api import reading
from service.web.api.section import Created, Section, parsed

section = Section("Simulations and backtests")

_FILES = {
    "files": {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "drawings, tables and forms in the place of live ones",
    }
}


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Simulation(_Asked):
    """How many cases, the seed of their luck, and how many a week come."""

    cases: int = Field(200, ge=20, le=studies.MOST_CASES)
    seed: str = Field("1", max_length=100)
    arrivals: float | None = Field(None, gt=0, le=10_000, description="a week; as on record, if left out")


class Backtest(_Asked):
    """Which finished cases: those begun from day to day, both included."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")


class Calibration(BaseModel):
    """How many of the latest finished cases forecasts are held against."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cases: int = Field(calibrating.MOST_CASES, ge=10, le=200)


def _described(model: type[BaseModel], files: dict[str, Any]) -> dict[str, Any]:
    return {**files, **model.model_json_schema()["properties"]}


@section.post(
    "/simulations",
    returns=StudyView,
    status=202,
    files=_described(Simulation, _FILES),
    errors=(403, 413, 415, 422),
)
def order_simulation(app: Application, actor: Actor) -> Created:
    """Have cases simulated through drawings. With durations, answers, arrivals and people from the record."""
    return _ordered(app, actor, studies.SIMULATION, Simulation)


@section.post(
    "/backtests",
    returns=StudyView,
    status=202,
    files=_described(Backtest, _FILES),
    errors=(403, 413, 415, 422),
)
def order_backtest(app: Application, actor: Actor) -> Created:
    """Ask which finished cases would have gone another way with these drawings and tables."""
    return _ordered(app, actor, studies.BACKTEST, Backtest)


@section.post("/calibrations", returns=StudyView, status=202, body=Calibration, errors=(403, 422))
def order_calibration(app: Application, actor: Actor, body: Calibration) -> Created:
    """Ask how often forecasts come true. Finished cases are forecast as if nobody knew them."""
    return _made(studies.order(app, actor, studies.CALIBRATION, body.model_dump(), {}))


@section.get("/studies/<study_id>", returns=StudyView, errors=(404,))
def get_study(app: Application, actor: Actor, study_id: str) -> StudyView:
    """Return a question to the record, and what came of it once it is done."""
    return studies.get(app, actor, study_id)


def _ordered(app: Application, actor: Actor, kind: str, model: type[BaseModel]) -> Created:
    # Nothing at all asks about the live drawings, as usual.
    files = reading.uploaded("files") if request.content_length else {}
    given = parsed(model, {name: text for name, text in request.form.items() if text})
    return _made(studies.order(app, actor, kind, given.model_dump(by_alias=True), files))


def _made(view: StudyView) -> Created:
    return Created(view, url_for("api.get_study", study_id=view.id))
