"""Process instances and what they wait for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import NEVER, Base, Instant, Sequence, Values, new_id


class ProcessInstance(Base):
    """A running or finished case: the live tokens, what is shown in lists, and the end of its audit chain.

    `state` is active, suspended, completed or cancelled. `version` rises with every change of the row.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        sa.Index("ix_process_instance_state", "state", "id"),
        sa.Index("ix_process_instance_definition", "definition", "id"),
        sa.Index("ix_process_instance_business_key", "business_key", "id"),
        sa.Index("ix_process_instance_applicant", "applicant", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column()
    deployment_id: Mapped[str] = mapped_column(sa.ForeignKey("deployment.id"), index=True)
    definition: Mapped[str]
    definition_version: Mapped[int]
    # The number of the case it belongs to.
    business_key: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    # Applicant and department repeat the case's, so that lists are read off an index.
    applicant: Mapped[str]
    department: Mapped[str | None]
    # Who began this instance, or `system`; and the instance whose step did, if any.
    started_by: Mapped[str]
    started_by_instance: Mapped[str | None]
    # The case's last fact when this instance began: what it proposes must not be based on less.
    facts_seen: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    state: Mapped[str] = mapped_column(default="active")
    variables: Mapped[dict[str, Any]] = mapped_column(Values, default=dict)
    # Deferred: lists never read it.
    snapshot: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    open_incidents: Mapped[int] = mapped_column(default=0)
    # What the engine said last: the timer row repeats it, except while the instance is suspended.
    next_due_at: Mapped[datetime | None] = mapped_column(Instant)
    # How many messages wait in message_buffer, so that a step without any asks for none.
    buffered_messages: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    audit_count: Mapped[int] = mapped_column(default=0)
    audit_head: Mapped[str] = mapped_column(default="")

    __mapper_args__ = {"version_id_col": version}


class Participant(Base):
    """Who may see a case: a row per principal, `user:<name>` or `group:<name>`, never taken back."""

    __tablename__ = "participant"
    __table_args__ = ({"sqlite_with_rowid": False},)

    principal: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TaskCandidate(Base):
    """An open task in the list of one principal, `user:<name>` or `group:<name>`.

    Rows go when the task closes, so the list stays as short as the open work.
    """

    __tablename__ = "task_candidate"
    __table_args__ = (
        sa.Index("ix_task_candidate_order", "principal", "due_order", "task_id"),
        {"sqlite_with_rowid": False},
    )

    principal: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(
        sa.ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    due_order: Mapped[datetime] = mapped_column(Instant, default=NEVER)


class Draft(Base):
    """Answers somebody has not sent yet. `subject` is a task's id, or `start:<definition>`."""

    __tablename__ = "draft"

    subject: Mapped[str] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(Values)
    saved_at: Mapped[datetime] = mapped_column(Instant)


class LastAnswer(Base):
    """What an instance was before the answer that moved it last, as long as nothing else has moved it.

    `after_hash` is that of the snapshot the answer left, `opened` the tasks it opened. `fact_seq`: the last
    fact of the instance before it, where it wrote any. `obstacle`: what it did that nobody can undo.
    """

    __tablename__ = "last_answer"

    instance_id: Mapped[str] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True
    )
    task_id: Mapped[str] = mapped_column(index=True)
    snapshot: Mapped[bytes] = mapped_column(sa.LargeBinary)
    after_hash: Mapped[str]
    opened: Mapped[list[str]] = mapped_column(Values)
    fact_seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    obstacle: Mapped[str | None] = mapped_column(sa.Text)


class Timer(Base):
    """When an instance must be looked at next. `lease_until`: already sent to a worker until then."""

    __tablename__ = "timer"

    instance_id: Mapped[str] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)


class Outbox(Base):
    """An effect on the outside, written with the step that wants it and carried out after the commit.

    `id` is stable over all attempts: the receiver can tell a repetition. `token_id` names the waiting
    activity that the outcome completes; None when nobody waits. `state` is pending, done or failed.
    """

    __tablename__ = "outbox"
    __table_args__ = (sa.Index("ix_outbox_state", "state", "available_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), index=True
    )
    token_id: Mapped[str | None]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(Values)
    state: Mapped[str] = mapped_column(default="pending")
    available_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Incident(Base):
    """Something that went wrong at an element; the token waits there. `state` is open or resolved."""

    __tablename__ = "incident"
    __table_args__ = (
        sa.Index("ix_incident_state", "state", "id"),
        sa.Index("ix_incident_instance_id", "instance_id", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    token_id: Mapped[str]
    activity_id: Mapped[str]
    activity_path: Mapped[str]
    code: Mapped[str]
    message: Mapped[str] = mapped_column(sa.Text)
    # The template and parameters of the message, where it can be said in Chinese too.
    wording: Mapped[dict[str, Any] | None] = mapped_column(Values)
    state: Mapped[str] = mapped_column(default="open")
    attempts: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[str | None]


class MessageBuffer(Base):
    """A message nothing waited for when it came; kept until `expires_at`."""

    __tablename__ = "message_buffer"
    __table_args__ = (
        sa.Index("ix_message_buffer_instance_id", "instance_id", "name", "seq"),
        sa.Index("ix_message_buffer_business_key", "business_key", "name", "seq"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    instance_id: Mapped[str | None] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    business_key: Mapped[str | None]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(Values)
    received_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
