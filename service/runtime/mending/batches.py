"""One act on many cases: ordered at once, done in the background one by one, every failure named.

Each case is its own transaction, with the rights of whoever ordered it as they are at that moment. The rows
are the truth: a worker that dies leaves what it has not done to the next one, when its lease is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import SQLColumnExpression, func, or_, select, update
from sqlalchemy.orm import Session

from service.errors import Conflict, FieldError, InvalidInput, NotFound, ServiceError, Unavailable
from service.runtime import identity
from service.runtime.cases import instances, seeking
from service.runtime.cases.seeking import Sought
from service.runtime.identity import visibility
from service.runtime.identity.rights import may, require
from service.runtime.incidents import incidents
from service.runtime.mending import reasons
from service.runtime.promises.waivers import WaiverView
from service.runtime.releases import migrations
from service.runtime.step import audit
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.views import View
from service.runtime.tasks import user_tasks
from service.store.models import TASKS, Batch, BatchItem, Incident, ProcessInstance
from service.store.writing import written
from service.wording import Text, record_of

ACTIONS: Mapping[str, str] = {
    "retry": "incident.retry",
    "suspend": "instance.suspend",
    "resume": "instance.suspend",
    "cancel": "instance.cancel",
    "migrate": "instance.migrate",
    "assign": "task.assign",
}
"""What can be done to many, and the right it takes."""
MOST = 10_000
LEASE = timedelta(minutes=2)
AT_A_TIME = 50
"""So many are done before others in the queue get their turn."""


@dataclass(frozen=True)
class FailedView(View):
    """Something that could not be done, and why. `id` is that of an instance, incident or task."""

    id: str
    detail: str


@dataclass(frozen=True)
class BatchView(View):
    """How far an order has come. `state` is pending, done or stopped (before all was done); `done` counts
    what was carried out or failed."""

    id: str
    action: str
    state: str
    is_dry_run: bool
    reason: str
    created_by: str
    created_at: datetime
    done_at: datetime | None
    total: int
    done: int
    failed: tuple[FailedView, ...]


def order(
    app: Application,
    actor: Actor,
    action: str,
    *,
    ids: Sequence[str] | None = None,
    sought: Sought | None = None,
    reason: str = "",
    dry_run: bool = False,
    to: str | None = None,
) -> BatchView:
    """Order an action on these things, or on all that are sought; it is carried out in the background.

    `ids` are instances; of retry also incidents, of assign also tasks: an instance stands for all its open
    ones. `to`: the deployment of migrate, the account of assign (None gives tasks back).
    """
    if action not in ACTIONS:
        text = Text("one of {choices}", choices=", ".join(ACTIONS))
        raise InvalidInput(errors=[FieldError("action", text)])
    require(actor, ACTIONS[action])
    why = reasons.required(reason)
    if (ids is None) == (sought is None):
        raise InvalidInput(errors=[FieldError("ids", "either ids or a filter")])
    with app.db.begin() as session:
        identity.require_still(app, session, actor, ACTIONS[action])
        subjects = _subjects(app, session, actor, action, ids, sought)
        if len(subjects) > MOST:
            text = Text("{count} at once are too many: at most {most}", count=len(subjects), most=MOST)
            raise InvalidInput(errors=[FieldError("filter", text)])
        row = Batch(
            action=action,
            reason=why,
            options={"to": to},
            is_dry_run=dry_run,
            created_by=actor.name,
            created_at=app.clock(),
        )
        session.add(row)
        session.flush()
        session.add_all(BatchItem(batch_id=row.id, subject=each) for each in subjects)
        if not dry_run:
            facts = {"batch": row.id, "what": action, "count": len(subjects), "reason": why, "to": to}
            audit.append_system(app, session, "batch.ordered", by=actor.name, **facts)
        session.flush()
        view = _view(session, row)
    if app.dispatch is not None:
        app.dispatch("batch", view.id, app.clock())
    return view


def get(app: Application, actor: Actor, batch_id: str) -> BatchView:
    """Return how far an order has come: one's own, or any for who may inspect the system."""
    with app.db.read() as session:
        row = session.get(Batch, batch_id)
        if row is None or (row.created_by != actor.name and not may(actor, "system.inspect")):
            raise NotFound(batch=batch_id)
        return _view(session, row)


def find(app: Application, actor: Actor, *, limit: int = 20) -> tuple[BatchView, ...]:
    """Return the latest orders, the newest first: one's own, or all for who may inspect the system."""
    query = select(Batch).order_by(Batch.id.desc()).limit(limit)
    if not may(actor, "system.inspect"):
        query = query.where(Batch.created_by == actor.name)
    with app.db.read() as session:
        return tuple(_view(session, row) for row in session.scalars(query))


def stop(app: Application, actor: Actor, batch_id: str) -> BatchView:
    """Stop an order: what is done stays done, the rest is left. Conflict when it is over already.

    Whoever ordered it may, and whoever holds the right to what it does.
    """
    seen = get(app, actor, batch_id)
    if seen.created_by != actor.name:
        require(actor, ACTIONS[seen.action])
    with app.db.begin() as session:
        over = update(Batch).where(Batch.id == batch_id, Batch.state == "pending")
        if not written(session, over.values(state="stopped", done_at=app.clock())):
            raise Conflict("This order is over already.", batch=batch_id)
        audit.append_system(app, session, "batch.stopped", by=actor.name, batch=batch_id)
        session.flush()
        return _view(session, session.get_one(Batch, batch_id, populate_existing=True))


def unfinished(app: Application) -> tuple[str, ...]:
    """Return the orders that nobody works on at present."""
    now = app.clock()
    free = or_(Batch.lease_until.is_(None), Batch.lease_until < now)
    with app.db.read() as session:
        return tuple(
            session.scalars(select(Batch.id).where(Batch.state == "pending", free).order_by(Batch.id))
        )


def run(app: Application, batch_id: str) -> bool:
    """Carry out the next part of an order. True when something is left to do."""
    row = _taken(app, batch_id)
    if row is None:
        return False
    query = select(BatchItem.subject).where(BatchItem.batch_id == batch_id, BatchItem.state == "pending")
    with app.db.read() as session:
        subjects = session.scalars(query.order_by(BatchItem.subject).limit(AT_A_TIME)).all()
    for subject in subjects:
        if not _note(app, batch_id, subject, _carry_out(app, row, subject)):
            return False
    is_left = len(subjects) == AT_A_TIME
    with app.db.begin() as session:
        mine = update(Batch).where(Batch.id == batch_id, Batch.state == "pending")
        over = {} if is_left else {"state": "done", "done_at": app.clock()}
        is_mine = bool(written(session, mine.values(lease_until=None, **over)))
    if not is_mine:
        return False
    if is_left and app.dispatch is not None:
        app.dispatch("batch", batch_id, app.clock())
    return is_left


def _taken(app: Application, batch_id: str) -> Batch | None:
    """Return an order that is ours for a while; None when another works on it, or it is done."""
    now = app.clock()
    free = or_(Batch.lease_until.is_(None), Batch.lease_until < now)
    with app.db.begin() as session:
        statement = update(Batch).where(Batch.id == batch_id, Batch.state == "pending", free)
        if not written(session, statement.values(lease_until=now + LEASE)):
            return None
        return session.get_one(Batch, batch_id)


def _carry_out(app: Application, row: Batch, subject: str) -> ServiceError | None:
    """Do it to one thing; return why not."""
    try:
        by = SYSTEM if row.created_by == SYSTEM.name else identity.actor(app, row.created_by)
        acts = _WOULD if row.is_dry_run else _DO
        acts[row.action](app, by, subject, row)
    except Unavailable:
        raise
    except ServiceError as error:
        return error
    return None


def _note(app: Application, batch_id: str, subject: str, error: ServiceError | None) -> bool:
    """Keep how it went with one thing, and the order for a while longer. False when it was stopped."""
    with app.db.begin() as session:
        session.execute(
            update(BatchItem)
            .where(BatchItem.batch_id == batch_id, BatchItem.subject == subject)
            .values(
                state="done" if error is None else "failed",
                detail=None if error is None else str(error.message),
                wording=None if error is None else record_of(error.message),
            )
        )
        leased = update(Batch).where(Batch.id == batch_id, Batch.state == "pending")
        return bool(written(session, leased.values(lease_until=app.clock() + LEASE)))


def _retry(app: Application, by: Actor, subject: str, row: Batch) -> None:
    case = incidents.retry_as_it_is(app, by, subject, reason=row.reason)
    again = next((each for each in case.incidents if each.id == subject), None)
    if again is not None:
        raise _FailedAgain(again.message)


def _cancel(app: Application, by: Actor, subject: str, row: Batch) -> None:
    require(by, "instance.cancel")
    instances.cancel(app, by, subject, reason=row.reason)


def _assign(app: Application, by: Actor, subject: str, row: Batch) -> None:
    given = {"to": row.options["to"], "reason": row.reason}
    if isinstance(user_tasks.act(app, by, subject, "assign", given), WaiverView):
        raise _OnlyAsked()


class _OnlyAsked(ServiceError):
    """A second admin has to agree: it was asked for, and waits on the page of the case."""


class _FailedAgain(ServiceError):
    """It was tried again and failed again."""


Act = Callable[[Application, Actor, str, Batch], object]
_DO: Mapping[str, Act] = {
    "retry": _retry,
    "suspend": lambda app, by, subject, row: instances.suspend(app, by, subject, reason=row.reason),
    "resume": lambda app, by, subject, row: instances.resume(app, by, subject),
    "cancel": _cancel,
    "migrate": lambda app, by, subject, row: migrations.migrate_one(
        app, by, subject, to=row.options["to"] or "live"
    ),
    "assign": _assign,
}


def _in_state(*states: str) -> Act:
    def would(app: Application, by: Actor, subject: str, row: Batch) -> None:
        state = instances.get(app, by, subject).state
        if state not in states:
            raise _WrongState()

    return would


class _WrongState(ServiceError):
    """The case is in another state."""


def _would_migrate(app: Application, by: Actor, subject: str, row: Batch) -> None:
    planned = migrations.migrate_one(app, by, subject, to=row.options["to"] or "live", dry_run=True)
    if planned.outcome == migrations.BLOCKED:
        reason = planned.obstacles[0].message if planned.obstacles else planned.problem
        raise migrations.CannotMove(reason, instance=subject)


def _would_retry(app: Application, by: Actor, subject: str, row: Batch) -> None:
    with app.db.read() as session:
        incident = session.get(Incident, subject)
    if incident is None or incident.state != "open":
        raise NotFound("This incident is already resolved.", incident=subject)
    _in_state("active")(app, by, incident.instance_id, row)


def _would_assign(app: Application, by: Actor, subject: str, row: Batch) -> None:
    task = user_tasks.get(app, by, subject)
    if task.state != "open":
        raise _WrongState("This task is already finished.")


_WOULD: Mapping[str, Act] = {
    "retry": _would_retry,
    "suspend": _in_state("active"),
    "resume": _in_state("suspended"),
    "cancel": _in_state("active", "suspended"),
    "migrate": _would_migrate,
    "assign": _would_assign,
}


class _Inside(NamedTuple):
    """The columns of what an order is about that is done inside cases."""

    id: SQLColumnExpression[str]
    instance_id: SQLColumnExpression[str]
    activity_id: SQLColumnExpression[str]
    state: SQLColumnExpression[str]
    code: SQLColumnExpression[str] | None = None
    message: SQLColumnExpression[str] | None = None


_INSIDE: Mapping[str, _Inside] = {
    "retry": _Inside(
        *(Incident.id, Incident.instance_id, Incident.activity_id, Incident.state),
        code=Incident.code,
        message=Incident.message,
    ),
    "assign": _Inside(TASKS.c.id, TASKS.c.instance_id, TASKS.c.activity_id, TASKS.c.state),
}


def _subjects(
    app: Application,
    session: Session,
    actor: Actor,
    action: str,
    ids: Sequence[str] | None,
    sought: Sought | None,
) -> tuple[str, ...]:
    """Return what the order is about: instances, or the incidents or tasks in them."""
    wanted = Sought() if sought is None else sought
    conditions = wanted.conditions(app.clock(), seeking.unmoved_since(app, session))
    seen = select(ProcessInstance.id).where(visibility.condition(actor), *conditions)
    if action not in _INSIDE:
        return tuple(session.scalars(seen.limit(MOST + 1))) if ids is None else tuple(dict.fromkeys(ids))
    inside, given = _INSIDE[action], tuple(ids or ())
    query = select(inside.id).where(inside.state == "open", inside.instance_id.in_(seen))
    if wanted.activity:
        query = query.where(inside.activity_id == wanted.activity)
    for column, said in ((inside.code, wanted.incident), (inside.message, wanted.message)):
        if said and column is not None:
            query = query.where(column == said)
    if ids is not None:
        query = query.where(or_(inside.id.in_(given), inside.instance_id.in_(given)))
    found = tuple(session.scalars(query.limit(MOST + 1)))
    # What is not there any more is told of as failed, never passed over.
    gone = _unknown(session, given, found)
    return tuple(dict.fromkeys((*found, *gone)))


def _unknown(session: Session, given: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    known = {*found}
    covered = select(ProcessInstance.id).where(ProcessInstance.id.in_(given))
    known |= {*session.scalars(covered)}
    return tuple(each for each in given if each not in known)


def _view(session: Session, row: Batch) -> BatchView:
    counted = select(BatchItem.state, func.count()).where(BatchItem.batch_id == row.id)
    counts = {state: count for state, count in session.execute(counted.group_by(BatchItem.state))}
    failed = select(BatchItem).where(BatchItem.batch_id == row.id, BatchItem.state == "failed")
    return BatchView(
        id=row.id,
        action=row.action,
        state=row.state,
        is_dry_run=row.is_dry_run,
        reason=row.reason,
        created_by=row.created_by,
        created_at=row.created_at,
        done_at=row.done_at,
        total=sum(counts.values()),
        done=counts.get("done", 0) + counts.get("failed", 0),
        failed=tuple(
            FailedView(each.subject, Text.from_record(each.wording) if each.wording else each.detail or "")
            for each in session.scalars(failed.order_by(BatchItem.subject))
        ),
    )
