"""The one transaction in which a process instance changes.

`on_instance` locks the row, hands out a `Step`, and stores what came of it: snapshot, variables, user
tasks, the next due time, the record, incidents and queued effects, in one commit. Work is sent to the
queue only after it. An error inside leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.errors import InstanceNotActive, NotFound
from service.runtime.step import buffer, saving
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.store.models import ProcessInstance
from service.store.prepared import Prepared
from service.store.writing import table_of

ACTIVE = ("active",)
RUNNING = ("active", "suspended")

# NO KEY UPDATE on PostgreSQL: claiming a task refers to this row without locking it, and must not wait for us
# while we wait for its task.
_INSTANCES = table_of(ProcessInstance)
_LOCK = Prepared(
    select(_INSTANCES).where(_INSTANCES.c.id == bindparam("instance")).with_for_update(key_share=True)
)


@contextmanager
def on_instance(
    app: Application,
    instance_id: str,
    actor: Actor,
    *,
    states: Sequence[str] = ACTIVE,
) -> Iterator[Step]:
    """Yield the step of an instance under its lock; store and commit it at the end.

    Raises NotFound without such an instance, InstanceNotActive when its state is none of `states`.
    """
    with app.db.begin() as session:
        step = lock(app, session, instance_id, actor)
        if step.instance.state not in states:
            raise InstanceNotActive(state=step.instance.state)
        yield step
        if step.is_worth_saving:
            if step.is_engine_loaded and step.instance.state != "suspended":
                buffer.deliver(step)
            saving.save(step)


def lock(app: Application, session: Session, instance_id: str, actor: Actor) -> Step:
    """Return the step of an instance inside a transaction already open; `saving.save` must follow."""
    # Statements are issued in the order written; a flush in between would update the row twice.
    session.autoflush = False
    found = _LOCK.rows(session, {"instance": instance_id})
    if not found:
        raise NotFound()
    stored = found[0]._asdict()
    # The session does not know it: the step itself tells what it has changed, in one statement (`saving`).
    instance = ProcessInstance()
    vars(instance).update(stored)
    model = app.model(instance.deployment_id, session=session)
    return step_of(app, session, instance, model, actor, stored=stored)


def step_of(
    app: Application,
    session: Session,
    instance: ProcessInstance,
    model: Model,
    actor: Actor,
    *,
    stored: Mapping[str, Any] | None = None,
) -> Step:
    """Return the step of an instance that is locked and was `stored` so, or that nobody else knows of yet."""
    days = cache(partial(app.calendar, session=session))
    return Step(
        session,
        instance,
        model,
        actor,
        now=app.clock(),
        parts=app.parts,
        feel=app.feel.counting_by(days),
        handlers=app.handlers,
        audit_keys=app.audit_keys,
        calendar_of=days,
        send=app.dispatch,
        stored=stored,
        armed_for=instance.next_due_at if instance.state == "active" else None,
    )
