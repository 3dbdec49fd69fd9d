"""The one transaction in which a process instance changes.

`on_instance` locks the row, hands out a `Step`, and stores what came of it: snapshot, variables, user
tasks, the next due time, the record, incidents and queued effects, in one commit. Work is sent to the
queue only after it. An error inside leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, undefer

from service.engine.definition import Model
from service.errors import InstanceNotActive, NotFound
from service.runtime.step import buffer, saving
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.store.models import ProcessInstance

ACTIVE = ("active",)
RUNNING = ("active", "suspended")

# Built once. NO KEY UPDATE on PostgreSQL: claiming a task refers to this row without locking it, and must
# not wait for us while we wait for its task.
_LOCK = (
    select(ProcessInstance)
    .where(ProcessInstance.id == bindparam("instance"))
    .options(undefer(ProcessInstance.snapshot))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
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
    instance = session.scalars(_LOCK, {"instance": instance_id}).one_or_none()
    if instance is None:
        raise NotFound()
    return step_of(app, session, instance, app.model(instance.deployment_id, session=session), actor)


def step_of(
    app: Application,
    session: Session,
    instance: ProcessInstance,
    model: Model,
    actor: Actor,
    *,
    is_new: bool = False,
) -> Step:
    """Return the step of an instance that is locked, or that nobody else knows of yet."""
    return Step(
        session,
        instance,
        model,
        actor,
        now=app.clock(),
        parts=app.parts,
        feel=app.feel,
        handlers=app.handlers,
        audit_keys=app.audit_keys,
        send=app.dispatch,
        is_new=is_new,
        armed_for=instance.next_due_at if instance.state == "active" else None,
    )
