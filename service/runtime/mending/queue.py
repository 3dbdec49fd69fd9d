"""What waits to be done in the background: timers, effects, orders; what was given up can be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.errors import FieldError, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.cases import naming
from service.runtime.cases.naming import CaseName
from service.runtime.effects import rows as effect_rows
from service.runtime.identity.rights import require
from service.runtime.incidents import incidents
from service.runtime.incidents import rows as incident_rows
from service.runtime.step import audit
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import Incident, Outbox, Timer
from service.wording import Text

STATES = ("waiting", "due", "running", "failed")
MOST = 500
_TIMER = "timer:"


@dataclass(frozen=True)
class JobView(View):
    """Something to be done. `kind` is timer or effect, `what` which; `state`: waiting for its time, due,
    running (sent to a worker), or failed (given up). `error` is what went wrong the last time. `case_number`
    and `case_title` are those of the instance's case, for who may see it."""

    id: str
    kind: str
    what: str
    instance_id: str | None
    state: str
    due_at: datetime
    attempts: int
    error: str | None
    case_number: str | None = None
    case_title: str | None = None


def find(app: Application, actor: Actor, *, state: str | None = None) -> tuple[JobView, ...]:
    """Return what is to be done, what was given up first, then by time."""
    require(actor, "system.inspect")
    if state is not None and state not in STATES:
        raise InvalidInput(errors=[FieldError("state", Text("one of {choices}", choices=", ".join(STATES)))])
    now = app.clock()
    open_effects = select(Outbox).where(Outbox.state.in_(("pending", "failed")))
    with app.db.read() as session:
        effects = session.scalars(open_effects.order_by(Outbox.state, Outbox.available_at).limit(MOST)).all()
        timers = session.scalars(select(Timer).order_by(Timer.due_at).limit(MOST)).all()
        stopped = _stopped_timers(session)
        all_of_them = [
            *(_effect(row, now) for row in effects),
            *(_timer(row, now, stopped) for row in timers),
        ]
        found = [each for each in all_of_them if state in (None, each.state)]
        cases = naming.names(session, actor, (each.instance_id for each in found))
    found = [_named(each, cases) for each in found]
    return tuple(sorted(found, key=lambda each: (each.state != "failed", each.due_at)))


def retry(app: Application, actor: Actor, job_id: str) -> JobView:
    """Have something done now: what was given up, or waits for its next attempt. NotFound when it is done."""
    require(actor, "incident.retry")
    job = _existing(app, actor, job_id)
    incident = _incident_of(app, job_id)
    if incident is not None:
        incidents.retry(app, actor, incident)
        return _existing(app, actor, job_id, otherwise=job)
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "incident.retry")
        now = app.clock()
        if job.kind == "timer":
            statement = update(Timer).where(Timer.instance_id == job.instance_id)
            session.execute(statement.values(attempts=0, lease_until=None))
        else:
            again = {"state": "pending", "attempts": 0, "available_at": now, "lease_until": None}
            session.execute(update(Outbox).where(Outbox.id == job_id).values(**again))
        audit.append_system(app, session, "job.retried", by=actor.name, job=job_id)
    if app.dispatch is not None:
        row_id, kind = (str(job.instance_id), "wake") if job.kind == "timer" else (job_id, "deliver")
        app.dispatch(kind, row_id, now)
    return _existing(app, actor, job_id, otherwise=job)


def _named(job: JobView, cases: Mapping[str, CaseName]) -> JobView:
    case = cases.get(job.instance_id or "")
    return replace(job, case_number=case.number, case_title=case.title) if case else job


def _existing(app: Application, actor: Actor, job_id: str, *, otherwise: JobView | None = None) -> JobView:
    now = app.clock()
    with app.db.read() as session:
        if job_id.startswith(_TIMER):
            timer = session.get(Timer, job_id.removeprefix(_TIMER))
            if timer is not None:
                return _timer(timer, now, _stopped_timers(session))
        else:
            row = session.get(Outbox, job_id)
            if row is not None and row.state in ("pending", "failed"):
                return _effect(row, now)
    if otherwise is None:
        raise NotFound(job=job_id)
    return otherwise


def _incident_of(app: Application, job_id: str) -> str | None:
    """Return the open incident that tells of a job that was given up."""
    with app.db.read() as session:
        row = session.get(Outbox, job_id)
        tokens = [job_id, effect_rows.token_of(job_id), *filter(None, [row.token_id if row else None])]
        query = select(Incident.id).where(Incident.state == "open", Incident.token_id.in_(tokens))
        return session.scalars(query.limit(1)).first()


def _stopped_timers(session: Session) -> dict[str, str]:
    query = select(Incident.instance_id, Incident.message).where(
        Incident.state == "open", Incident.code == incident_rows.TIMER_FAILED
    )
    return {instance_id: message for instance_id, message in session.execute(query)}


def _timer(row: Timer, now: datetime, stopped: dict[str, str]) -> JobView:
    error = stopped.get(row.instance_id)
    state = "failed" if error else _state(row.due_at, row.lease_until, now)
    return JobView(
        f"{_TIMER}{row.instance_id}", "timer", "wake", row.instance_id, state, row.due_at, row.attempts, error
    )


def _effect(row: Outbox, now: datetime) -> JobView:
    state = "failed" if row.state == "failed" else _state(row.available_at, row.lease_until, now)
    return JobView(
        row.id, "effect", _what(row), row.instance_id, state, row.available_at, row.attempts, row.last_error
    )


def _what(row: Outbox) -> str:
    """Return the kind of an effect, with the channel by which it tells somebody."""
    channel = row.payload.get("channel")
    return f"{row.kind}.{channel}" if channel else row.kind


def _state(due: datetime, lease: datetime | None, now: datetime) -> str:
    if due > now:
        return "waiting"
    return "running" if lease is not None and lease > now else "due"
