"""The outbox: what a step wanted done beyond its own instance, carried out after its commit.

Towards our own tables exactly once: the row is marked done in the transaction of the effect itself.
Towards the outside at least once, with the row's id as the stable name of the attempt.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select, update

from service.engine.definition import Model
from service.engine.progress import NewIncident
from service.errors import InstanceNotActive, NotFound, ServiceError, Unavailable, Undeliverable
from service.runtime.effects import kinds, rows
from service.runtime.effects.channel import Paused
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.transaction import RUNNING, on_instance
from service.store.models import Outbox
from service.wording import Text

MAX_ATTEMPTS = 5
MAX_TELLINGS = 12
"""A mail server may be down for a night: in between lie five hours."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
SUSPENDED_PAUSE = timedelta(minutes=1)

log = logging.getLogger(__name__)


def dispatch(app: Application, outbox_id: str) -> bool:
    """Carry out one row. False when there was nothing to do, or it failed and will be tried again.

    After the fifth failure the row is given up and becomes an incident at the activity that wanted it. What
    people are told outside is given up after the twelfth, and then it is a line of the record.
    Unavailable when the database does not answer.
    """
    try:
        row = _pending(app, outbox_id)
    except Unavailable:
        raise
    except Exception as error:  # what cannot be read will not be readable the next time either
        log.warning("outbox %s cannot be read", outbox_id, exc_info=True)
        _give_up_unread(app, outbox_id, f"{type(error).__name__}: {error}")
        return False
    if row is None:
        return False
    try:
        kinds.carry_out(app, row)
    except rows.AlreadyDone:
        return False
    except Unavailable:
        # No attempt either: nothing was wrong with the effect. The row is sent again when its lease ends.
        raise
    except InstanceNotActive:
        # The receiver is suspended: not its fault, so no attempt is counted.
        _postpone(app, row, SUSPENDED_PAUSE, attempts=row.attempts, error="suspended")
        return False
    except Paused as pause:
        _postpone(app, row, timedelta(seconds=pause.seconds), attempts=row.attempts, error="paused")
        return False
    except Undeliverable as error:
        log.warning("outbox %s (%s) cannot be delivered: %s", row.id, row.kind, error.message)
        _leave(app, row, error.message)
        return False
    except Exception as error:  # whatever it is, it is counted, kept and shown
        log.warning("outbox %s (%s) failed", row.id, row.kind, exc_info=True)
        _note_failure(app, row, error)
        return False
    return True


def _pending(app: Application, outbox_id: str) -> Outbox | None:
    with app.db.read() as session:
        row = session.get(Outbox, outbox_id)
    if row is None or row.state != "pending" or row.available_at > app.clock():
        return None
    return row


def _give_up_unread(app: Application, outbox_id: str, message: str) -> None:
    with app.db.read() as session:
        instance_id = session.scalar(select(Outbox.instance_id).where(Outbox.id == outbox_id))
    with on_instance(app, instance_id or "", SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        rows.take(step.session, outbox_id, "failed", last_error=message)
        step.line("effect_failed", message)
        if step.instance.state in RUNNING:
            token = rows.token_of(outbox_id)
            step.incident(NewIncident(token, "", "", rows.EFFECT_FAILED, message))


def _note_failure(app: Application, row: Outbox, error: Exception) -> None:
    attempts, said = row.attempts + 1, f"{type(error).__name__}: {error}"
    holds_up = kinds.holds_up(row)
    if attempts < (MAX_ATTEMPTS if holds_up else MAX_TELLINGS):
        _postpone(
            app, row, min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE), attempts=attempts, error=said
        )
    elif holds_up:
        _give_up(app, row, attempts, error)
    else:
        _leave(app, row, said)


def _postpone(app: Application, row: Outbox, pause: timedelta, *, attempts: int, error: str) -> None:
    available_at = app.clock() + pause
    with app.db.begin() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.id == row.id, Outbox.state == "pending")
            .values(attempts=attempts, available_at=available_at, last_error=error, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def _leave(app: Application, row: Outbox, error: str) -> None:
    """Give a row up: trying again would not help, and nobody need mend the case for it."""
    given_up = {"attempts": row.attempts + 1, "last_error": error}
    if row.instance_id is None:
        with app.db.begin() as session:
            rows.take(session, row.id, "failed", **given_up)
        return
    with on_instance(app, row.instance_id, SYSTEM, states=(*RUNNING, *rows.ENDED)) as step:
        rows.take(step.session, row.id, "failed", **given_up)
        step.line("undeliverable", error, **rows.place_of(row))


def _give_up(app: Application, row: Outbox, attempts: int, error: Exception) -> None:
    """Leave the row as failed, with an incident: at the waiting activity, or at the one that asked for it."""
    place = (row.payload.get("activity_id", ""), row.payload.get("activity_path", ""))
    last_error = f"{type(error).__name__}: {error}"
    try:
        with on_instance(app, row.instance_id or "", SYSTEM, states=RUNNING) as step:
            rows.take(step.session, row.id, "failed", attempts=attempts, last_error=last_error)
            message = _told(step.model, place[0], error)
            if row.token_id is None:
                token = rows.token_of(row.id)
                step.incident(NewIncident(token, *place, rows.EFFECT_FAILED, message))
            elif rows.is_waiting(step, row.token_id):
                step.engine.break_off(row.token_id, rows.EFFECT_FAILED, message)
            step.line("effect_failed", str(message), activity_id=place[0], activity_path=place[1])
    except (InstanceNotActive, NotFound):
        # The case has ended meanwhile: nobody waits for it any more.
        with app.db.begin() as session:
            rows.take(session, row.id, "failed", attempts=attempts, last_error=last_error)


def _told(model: Model, activity_id: str, error: Exception) -> Text:
    """Return what failed, with the activity that asked for it as its drawing names it."""
    reason: str = error.message if isinstance(error, ServiceError) else f"{type(error).__name__}: {error}"
    if not activity_id:
        return Text("An effect failed: {reason}", reason=reason)
    drawn = (each.elements.get(activity_id) for each in model.processes.values())
    title = next((element.title for element in drawn if element is not None), activity_id)
    return Text("What {activity} asked for failed: {reason}", activity=title, reason=reason)
