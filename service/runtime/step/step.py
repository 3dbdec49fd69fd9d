"""A step: one change of one instance under its lock, and all that is to be stored with it.

The engine moves the tokens, the use case adds lines, effects and incidents. `saving` writes it, together
with the parts of the application that keep rows of their own: tasks, incidents, files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.domain.workdays import Calendar
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment, HandlerCall, HandlerResult, NewFact, NewIncident, Progress
from service.errors import InstanceNotActive, Unavailable
from service.feel import Feel
from service.handlers import Topic
from service.runtime.step.actor import Actor
from service.runtime.step.case_facts import CaseFacts
from service.runtime.step.news import News, Notice
from service.runtime.step.submissions import Submissions
from service.store.audit_chain import AuditKeys
from service.store.covering import Cover
from service.store.models import Incident, ProcessInstance, TaskRow, new_id

_UNDONE_BY = (Unavailable, SQLAlchemyError, sqlite3.Error)
"""After these nothing can be stored: no incident either."""


class Keeper(Protocol):
    """A part that keeps rows of its own, written in the transaction of every step."""

    def decide(self, step: Step, progress: Progress | None) -> None:
        """See what the engine did (None: nothing): change the instance, ask for incidents or facts, audit."""

    def write(self, step: Step, progress: Progress | None) -> None:
        """Write rows: that of the instance is there."""


@dataclass(frozen=True)
class Parts:
    """What the parts above a step do in it, put together in `runtime/wiring`; asked in this order."""

    keepers: tuple[Keeper, ...]
    call_handler: Callable[[Step, HandlerCall], HandlerResult]
    # Whether anybody is told by a channel outside.
    tells_outside: Callable[[], bool]


@dataclass
class Step:
    """One change of one instance, under its lock. `now` is the same for everything in it."""

    session: Session
    instance: ProcessInstance
    model: Model
    actor: Actor
    now: datetime
    parts: Parts
    feel: Feel
    handlers: Mapping[str, Topic]
    audit_keys: AuditKeys
    # What workdays are counted by: the live calendar, whatever the case is pinned to.
    calendar_of: Callable[[], Calendar]
    # Sends (kind, row id, due) to the queue, where one runs.
    send: Callable[[str, str, datetime], None] | None = None
    # The row of the instance as it was locked; None for a new one.
    stored: Mapping[str, Any] | None = None
    # Whom the actor stands in for, if anybody.
    on_behalf_of: str | None = None
    # What the runtime did beside the engine, stored with its progress.
    effects: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    audits: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    incidents: list[NewIncident] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    new_facts: list[NewFact] = field(default_factory=list)
    doers: dict[str, str] = field(default_factory=dict)
    closed_task_ids: list[str] = field(default_factory=list)
    # (path in the answers, attachment ids), bound to the case when the step is saved.
    files: list[tuple[str, list[str]]] = field(default_factory=list)
    retried_token: str | None = None
    # Tokens whose incident somebody has answered by what they did.
    settled_tokens: list[str] = field(default_factory=list)
    is_dropped: bool = False
    # The task whose answer moved the case, and what that did that nobody can undo.
    answered_task_id: str | None = None
    done_for_good: list[str] = field(default_factory=list)
    # The due time the timer row shows when the step begins.
    armed_for: datetime | None = None
    # What it led to, once it is saved: tasks opened, incidents still open, who is told what.
    opened: tuple[TaskRow, ...] = ()
    open_incidents: tuple[Incident, ...] = ()
    notices: tuple[Notice, ...] = ()

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
            call_handler=partial(self.parts.call_handler, self),
            feel=self.feel,
            facts=self.facts.visible,
            undone_by=_UNDONE_BY,
            calendar_of=self.calendar_of,
        )

    @cached_property
    def engine(self) -> Instance:
        """The running case. Loaded when first asked for; what it did is stored at the end."""
        if self.instance.snapshot is None:
            raise InstanceNotActive(state=self.instance.state)
        return Instance.load(self.model, self.instance.snapshot, self.environment)

    @cached_property
    def covered(self) -> Cover:
        """The rows of this step that the audit vouches for."""
        return Cover(self.audit_keys)

    @property
    def is_engine_loaded(self) -> bool:
        return "engine" in self.__dict__

    @property
    def is_new(self) -> bool:
        return self.stored is None

    @property
    def case(self) -> str:
        """The number everything of this case shares."""
        return self.instance.business_key

    def start_engine(self, variables: Mapping[str, Any], answers: Mapping[str, Any] | None) -> None:
        """Start the process of a new instance and move its tokens until they wait."""
        self.take_over(
            Instance.start(self.model, self.instance.definition, variables, self.environment, answers=answers)
        )

    def go_on_by(self, model: Model) -> None:
        """Go on by other drawings: what was read by those before is read anew."""
        self.model = model
        for name in ("engine", "environment", "facts", "submissions"):
            self.__dict__.pop(name, None)

    def take_over(self, engine: Instance) -> None:
        """Go on with this case as the engine: what it did is stored at the end."""
        self.__dict__["engine"] = engine

    def queue(self, kind: str, payload: Mapping[str, Any], *, token_id: str | None = None) -> str:
        """Put an effect into the outbox of this transaction; return its id, stable over all attempts."""
        effect_id = new_id()
        self.effects.append({"id": effect_id, "kind": kind, "payload": dict(payload), "token_id": token_id})
        return effect_id

    def tell(self, news: News) -> None:
        """Have people told of something, in this transaction."""
        self.news.append(news)

    def drop(self) -> None:
        """Store nothing: whatever the engine did in this step has not happened."""
        self.is_dropped = True

    @property
    def is_worth_saving(self) -> bool:
        """Say whether anything was done at all."""
        asked_for = (self.lines, self.audits, self.effects, self.incidents, self.news)
        return (self.is_engine_loaded or any(asked_for)) and not self.is_dropped

    def line(self, event: str, note: str | None = None, **place: Any) -> None:
        """Add a line of the record that is not a token's: `place` may name the activity."""
        self.lines.append({"event": event, "note": note, **place})

    def audit(self, action: str, **facts: Any) -> None:
        """Add an entry to the audit chain of this instance."""
        self.audits.append((action, facts))

    def cover(self, table: str, row: Mapping[str, Any]) -> None:
        """Have the audit vouch for a row that this step writes, of a table that `covering` knows."""
        self.covered.add(table, row)

    def incident(self, incident: NewIncident) -> None:
        """Open an incident beside those the engine met."""
        self.incidents.append(incident)
