"""Load reported by a monitoring system: kept, and answered with a response where none is running yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service.domain.metrics import LoadSample
from service.engine.organisation import LOAD, LOAD_ANSWERS
from service.runtime.campaigns import measurements
from service.runtime.cases import follow_ups, instances
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.views import View
from service.store.models import ProcessInstance


@dataclass(frozen=True)
class LoadReportView(View):
    """The response that looks after this load, and whether this report started it; None without one."""

    instance_id: str | None
    started: bool


def report(app: Application, actor: Actor, business_key: str, sample: LoadSample) -> LoadReportView:
    """Keep a load sample of a campaign; start a response with it where one is timely and none is running.

    When it is timely is for `organisation.yaml` to say, how high is high for the drawing: with a normal load
    the response ends at once.
    """
    measurements.record_load(app, actor, business_key, sample)
    process = _response(app, business_key)
    if process is None:
        return LoadReportView(None, False)
    running = _running(app, process, business_key)
    if running is not None:
        return LoadReportView(running, False)
    # The reporting system need not be among those who may start it by hand.
    started = instances.start(app, SYSTEM, process, answers=_answers(sample), business_key=business_key)
    return LoadReportView(started.id, True)


def _response(app: Application, business_key: str) -> str | None:
    """Return the process that a load sample begins beside this case as it is now, None without one."""
    model = app.live().model
    with app.db.read() as session:
        timely = follow_ups.timely(app, session, model, business_key)
    declared = model.organisation.follow_ups.values()
    return next((each.process for each in declared if each.begun_by == LOAD and each.process in timely), None)


def _running(app: Application, process: str, business_key: str) -> str | None:
    query = select(ProcessInstance.id).where(
        ProcessInstance.business_key == business_key,
        ProcessInstance.definition == process,
        ProcessInstance.state.in_(("active", "suspended")),
    )
    with app.db.read() as session:
        return session.scalar(query.limit(1))


def _answers(sample: LoadSample) -> dict[str, object]:
    """Return the sample as answers of the start form, where people enter shares as percentages."""
    values = (
        sample.at.isoformat(timespec="minutes"),
        sample.qps,
        sample.cpu * 100,
        sample.p95,
        sample.error_rate * 100,
        sample.cdn_nodes,
    )
    return dict(zip(LOAD_ANSWERS, values, strict=True))
