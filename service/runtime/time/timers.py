"""Time: firing what is due in an instance, and finding what a crash or a restart left lying."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.engine.progress import NewIncident
from service.errors import InstanceNotActive, NotFound, Unavailable
from service.runtime.effects import outbox
from service.runtime.incidents import rows as incident_rows
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.saving import AHEAD, LEASE
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import NEVER, MessageBuffer, Outbox, ProcessInstance, Timer
from service.store.prepared import Prepared

_BATCH = 200
_EVER = datetime.min.replace(tzinfo=UTC)

# Built once: scenarios ask after every answer.
_DUE_TIMER = Prepared(
    select(Timer.instance_id)
    .where(Timer.due_at <= bindparam("now"))
    .order_by(Timer.due_at, Timer.instance_id)
    .limit(1)
)
_DUE_EFFECTS = Prepared(
    select(Outbox.id)
    .where(Outbox.state == "pending", Outbox.available_at <= bindparam("now"))
    .order_by(Outbox.id)
    .limit(_BATCH)
)

log = logging.getLogger(__name__)


def fire_due(app: Application, instance_id: str) -> bool:
    """Fire every timer of an instance that is due now; False when none was. Twice does nothing more."""
    try:
        with on_instance(app, instance_id, SYSTEM) as step:
            # Read again under the lock: somebody may have fired it, or moved the case on, since it was sent.
            due = step.instance.next_due_at
            if due is None or due > step.now:
                return False
            return step.engine.fire_due()
    except (InstanceNotActive, NotFound):
        return False


def wake(app: Application, instance_id: str) -> bool:
    """Fire what is due, as the queue asks for it. A failure is counted and tried again later.

    After the fifth it becomes an incident of the case, and its timers rest until that is retried.
    Unavailable when the database does not answer.
    """
    try:
        return fire_due(app, instance_id)
    except Unavailable:
        # Nothing is wrong with the timers: they are sent again when their lease ends.
        raise
    except Exception as error:  # whatever it is, it is counted, kept and shown
        log.warning("timers of instance %s failed", instance_id, exc_info=True)
        _note_failure(app, instance_id, error)
        return False


def rest(session: Session, instance_id: str, until: datetime) -> None:
    """Keep an instance's timers from being sent before `until`."""
    session.execute(
        update(Timer)
        .where(Timer.instance_id == instance_id)
        .values(lease_until=until, attempts=Timer.attempts + 1)
        .execution_options(synchronize_session=False)
    )


def _note_failure(app: Application, instance_id: str, error: Exception) -> None:
    now = app.clock()
    with app.db.begin() as session:
        attempts = session.scalar(select(Timer.attempts).where(Timer.instance_id == instance_id)) or 0
        if attempts + 1 < outbox.MAX_ATTEMPTS:
            rest(session, instance_id, now + outbox.FIRST_PAUSE * 2**attempts)
            return
    with on_instance(app, instance_id, SYSTEM, states=RUNNING) as step:
        message = f"{type(error).__name__}: {error}"
        token = incident_rows.timer_token(instance_id)
        step.incident(NewIncident(token, "", "", incident_rows.TIMER_FAILED, message))
        step.line("failed", message)
        rest(step.session, instance_id, NEVER)


def sweep(app: Application) -> int:
    """Send what is due soon and was not sent, or was sent and got lost; return how many rows.

    Rows are leased, so that several workers sweep without sending the same twice.
    """
    sent = 0
    while batch := _sweep_batch(app, app.clock()):
        sent += batch
        if batch < _BATCH:
            break
    return sent


def _sweep_batch(app: Application, now: datetime) -> int:
    played = app.played()
    since = played.before if played is not None else _EVER
    # A transaction of its own for each batch: nobody's answer waits behind ten thousand timers.
    with app.db.begin() as session:
        session.execute(delete(MessageBuffer).where(MessageBuffer.expires_at.between(since, now)))
        wakes = _lease_timers(session, since, now)
        effects = _lease_effects(session, since, now)
    if app.dispatch is not None:
        for instance_id, due in wakes:
            app.dispatch("wake", instance_id, due)
        for outbox_id, due in effects:
            app.dispatch("deliver", outbox_id, due)
    return len(wakes) + len(effects)


def run_due(app: Application, *, limit: int = 1000) -> int:
    """Do everything that is due by now in this thread, one after the other; return how many pieces.

    For scenarios and tests, and where no queue runs.
    """
    done = 0
    while done < limit:
        work = _due(app)
        if not work:
            return done
        for kind, row_id in work:
            fire_due(app, row_id) if kind == "wake" else outbox.dispatch(app, row_id)
            done += 1
    return done


def _due(app: Application) -> list[tuple[str, str]]:
    now = {"now": app.clock()}
    found = [("deliver", each) for (each,) in app.db.ask(_DUE_EFFECTS, now)]
    # One timer at a time: firing the earliest may move or remove the others.
    return found or [("wake", each) for (each,) in app.db.ask(_DUE_TIMER, now)]


def _lease_timers(session: Session, since: datetime, now: datetime) -> list[tuple[str, datetime]]:
    free = or_(Timer.lease_until.is_(None), Timer.lease_until < now)
    picked = session.execute(
        select(Timer.instance_id, Timer.due_at)
        .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        .where(Timer.due_at.between(since, now + AHEAD), free, ProcessInstance.state == "active")
        .order_by(Timer.due_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True, of=Timer)
    ).all()
    _lease(session, Timer.instance_id, [instance_id for instance_id, _ in picked], now)
    return [(instance_id, due) for instance_id, due in picked]


def _lease_effects(session: Session, since: datetime, now: datetime) -> list[tuple[str, datetime]]:
    free = or_(Outbox.lease_until.is_(None), Outbox.lease_until < now)
    picked = session.execute(
        select(Outbox.id, Outbox.available_at)
        .where(Outbox.state == "pending", Outbox.available_at.between(since, now + AHEAD), free)
        .order_by(Outbox.available_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    _lease(session, Outbox.id, [outbox_id for outbox_id, _ in picked], now)
    return [(outbox_id, due) for outbox_id, due in picked]


def _lease(session: Session, key: InstrumentedAttribute[str], ids: list[str], now: datetime) -> None:
    if ids:
        session.execute(
            update(key.class_)
            .where(key.in_(ids))
            .values(lease_until=now + AHEAD + LEASE)
            .execution_options(synchronize_session=False)
        )
