"""The one transaction in which a process instance changes.

`on_instance` locks the row, hands out a `Step`, and stores what came of it: snapshot, variables, user
tasks, the next due time, the record, incidents and queued effects, in one commit. Work is sent to the
queue only after it. An error inside leaves everything as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, undefer

from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment, HandlerCall, HandlerResult
from service.errors import InstanceNotActive, NotFound, Unavailable
from service.runtime.cases import buffer
from service.runtime.step import handler_calls, saving
from service.runtime.step.case_facts import CaseFacts
from service.runtime.step.context import Actor, Application
from service.runtime.step.submissions import Submissions
from service.store.models import ProcessInstance, new_id

_UNDONE_BY = (Unavailable, SQLAlchemyError, sqlite3.Error)
"""After these nothing can be stored: no incident either."""

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


@dataclass
class Step:
    """One change of one instance, under its lock. `now` is the same for everything in it."""

    app: Application
    session: Session
    instance: ProcessInstance
    model: Model
    actor: Actor
    now: datetime
    is_new: bool = False
    # Whom the actor stands in for, if anybody.
    on_behalf_of: str | None = None
    # What the runtime did beside the engine, stored with its progress.
    effects: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    audits: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    new_incidents: list[dict[str, Any]] = field(default_factory=list)
    doers: dict[str, str] = field(default_factory=dict)
    closed_task_ids: list[str] = field(default_factory=list)
    # (path in the answers, attachment ids), bound to the case when the step is saved.
    files: list[tuple[str, list[str]]] = field(default_factory=list)
    retried_token: str | None = None
    is_dropped: bool = False
    # The due time the timer row shows when the step begins.
    armed_for: datetime | None = None
    outcome: saving.Outcome | None = None

    @cached_property
    def submissions(self) -> Submissions:
        return Submissions(self.session, self.instance, self.model)

    @cached_property
    def facts(self) -> CaseFacts:
        return CaseFacts(self.session, self.instance, self.model.case)

    @cached_property
    def environment(self) -> Environment:
        return Environment(
            now=self.now,
            dossier=self.submissions.answers,
            call_handler=self._call_handler,
            feel=self.app.feel,
            facts=self.facts.visible,
            undone_by=_UNDONE_BY,
        )

    @cached_property
    def engine(self) -> Instance:
        """The running case. Loaded when first asked for; what it did is stored at the end."""
        if self.instance.snapshot is None:
            raise InstanceNotActive(state=self.instance.state)
        return Instance.load(self.model, self.instance.snapshot, self.environment)

    @property
    def is_engine_loaded(self) -> bool:
        return "engine" in self.__dict__

    @property
    def case(self) -> str:
        """The number everything of this case shares."""
        return self.instance.business_key

    def start_engine(self, variables: Mapping[str, Any], answers: Mapping[str, Any] | None) -> None:
        """Start the process of a new instance and move its tokens until they wait."""
        self.__dict__["engine"] = Instance.start(
            self.model,
            self.instance.definition,
            variables,
            self.environment,
            answers=answers,
        )

    def take_over(self, engine: Instance) -> None:
        """Go on with this case as the engine: what it did is stored at the end."""
        self.__dict__["engine"] = engine

    def queue(self, kind: str, payload: Mapping[str, Any], *, token_id: str | None = None) -> str:
        """Put an effect into the outbox of this transaction; return its id, stable over all attempts."""
        effect_id = new_id()
        self.effects.append({"id": effect_id, "kind": kind, "payload": dict(payload), "token_id": token_id})
        return effect_id

    def drop(self) -> None:
        """Store nothing: whatever the engine did in this step has not happened."""
        self.is_dropped = True

    @property
    def is_worth_saving(self) -> bool:
        """Say whether anything was done at all."""
        touched = self.is_engine_loaded or self.lines or self.audits or self.effects
        return bool(touched) and not self.is_dropped

    def line(self, event: str, note: str | None = None, **place: Any) -> None:
        """Add a line of the record that is not a token's: `place` may name the activity."""
        self.lines.append({"event": event, "note": note, **place})

    def audit(self, action: str, **facts: Any) -> None:
        """Add an entry to the audit chain of this instance."""
        self.audits.append((action, facts))

    def deliver_buffered(self) -> None:
        """Hand over the messages that came before anything waited for them, oldest first."""
        if self.instance.buffered_messages:
            buffer.deliver(self)

    def _call_handler(self, call: HandlerCall) -> HandlerResult:
        return handler_calls.call(self, call)


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
                step.deliver_buffered()
            step.outcome = saving.save(step)


def lock(app: Application, session: Session, instance_id: str, actor: Actor) -> Step:
    """Return the step of an instance inside a transaction already open; `saving.save` must follow."""
    # Statements are issued in the order written; a flush in between would update the row twice.
    session.autoflush = False
    instance = session.scalars(_LOCK, {"instance": instance_id}).one_or_none()
    if instance is None:
        raise NotFound()
    model = app.model(instance.deployment_id, session=session)
    armed_for = instance.next_due_at if instance.state == "active" else None
    return Step(app, session, instance, model, actor, app.clock(), armed_for=armed_for)
