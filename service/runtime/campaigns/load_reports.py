"""Load reported by a monitoring system: kept, and answered with a response where none is running yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service.domain.metrics import LoadSample
from service.runtime.campaigns import measurements
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.views import View
from service.store.models import ProcessInstance

PROCESS = "load_response"


@dataclass(frozen=True)
class LoadReportView(View):
    """The response that looks after this load, and whether this report started it; None without one."""

    instance_id: str | None
    started: bool


def report(app: Application, actor: Actor, business_key: str, sample: LoadSample) -> LoadReportView:
    """Keep a load sample of a campaign; unless a response is running, start one with it.

    How high is high is for the drawing to say: with a normal load the response ends at once.
    """
    measurements.record_load(app, actor, business_key, sample)
    if PROCESS not in app.live().model.processes:
        return LoadReportView(None, False)
    running = _running(app, business_key)
    if running is not None:
        return LoadReportView(running, False)
    # The reporting system need not be among those who may start it by hand.
    started = instances.start(app, SYSTEM, PROCESS, answers=_answers(sample), business_key=business_key)
    return LoadReportView(started.id, True)


def _running(app: Application, business_key: str) -> str | None:
    query = select(ProcessInstance.id).where(
        ProcessInstance.business_key == business_key,
        ProcessInstance.definition == PROCESS,
        ProcessInstance.state.in_(("active", "suspended")),
    )
    with app.db.read() as session:
        return session.scalar(query.limit(1))


def _answers(sample: LoadSample) -> dict[str, object]:
    """Return the sample as answers of the form `load`, where people enter shares as percentages."""
    return {
        "timestamp": sample.at.isoformat(timespec="minutes"),
        "qps": sample.qps,
        "cpu_percent": sample.cpu * 100,
        "p95": sample.p95,
        "error_rate_percent": sample.error_rate * 100,
        "cdn_nodes": sample.cdn_nodes,
    }
