"""The record: tables that only grow. What was decided is never deleted or changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Sequence, Values, new_id, where_set


class ActivityHistory(Base):
    """One line of a case's timeline.

    `event` is what a token did at an activity (entered, left, cancelled, failed) or what people and
    handlers did to the case (started, note, suspended…): then the activity may be empty, `note` tells more.
    """

    __tablename__ = "activity_history"
    __table_args__ = (
        sa.Index("ix_activity_history_instance_id", "instance_id", "seq"),
        sa.Index("ix_activity_history_activity", "definition", "activity_id", "at"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    definition: Mapped[str]
    activity_id: Mapped[str]
    activity_path: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    token_id: Mapped[str | None]
    event: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    # The sequence flow a token came by or left through, where the drawing gives a choice.
    flow: Mapped[str | None]
    actor: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(sa.Text)
    # Attachments that go with what somebody said of the case.
    files: Mapped[list[str] | None] = mapped_column(Values)


class Submission(Base):
    """The answers of one form, as sent. The latest per form is what `dossier.<form>` reads.

    `seen_hash` covers what its author had before their eyes, `content_hash` what they sent.
    """

    __tablename__ = "submission"
    __table_args__ = (
        sa.Index("ix_submission_instance_id", "instance_id", "form", "seq"),
        sa.Index("ix_submission_business_key", "business_key", "form", "seq"),
        sa.Index("ix_submission_author", "author", "seq"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    business_key: Mapped[str | None]
    task_id: Mapped[str | None] = mapped_column(index=True)
    form: Mapped[str]
    # The manifest the case ran on at that time: its form is the one that was answered.
    deployment_id: Mapped[str]
    definition: Mapped[str]
    activity_id: Mapped[str]
    activity_path: Mapped[str]
    activity_name: Mapped[str]
    element_index: Mapped[int | None]
    element_value: Mapped[Any] = mapped_column(Values, nullable=True)
    author: Mapped[str]
    on_behalf_of: Mapped[str | None]
    # The group the author answered for, as the drawing's lane names it.
    group_name: Mapped[str | None]
    answers: Mapped[dict[str, Any]] = mapped_column(Values)
    content_hash: Mapped[str]
    seen_hash: Mapped[str]
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    # Taken back by its author: it stays on record and counts for nothing.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class DecisionEvaluation(Base):
    """A decision table as it answered once: why a case went the way it went.

    `inputs` by expression; `rules` those that matched, each with index, id, annotation and whether it counts.
    The deployment says which contents `file` had.
    """

    __tablename__ = "decision_evaluation"
    __table_args__ = (
        sa.Index("ix_decision_evaluation_instance_id", "instance_id", "seq"),
        sa.Index("ix_decision_evaluation_decision", "decision", "at"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    deployment_id: Mapped[str]
    definition: Mapped[str]
    activity_id: Mapped[str]
    activity_path: Mapped[str]
    token_id: Mapped[str]
    decision: Mapped[str]
    file: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(Values)
    outputs: Mapped[Any] = mapped_column(Values)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(Values)
    at: Mapped[datetime] = mapped_column(Instant)


class Attachment(Base):
    """A file somebody uploaded. The bytes lie in the blob folder under their sha256."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str]
    uploaded_by: Mapped[str] = mapped_column(index=True)
    uploaded_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class AttachmentUse(Base):
    """A file as part of a case it was handed in with: whoever sees the case may read it."""

    __tablename__ = "attachment_use"

    attachment_id: Mapped[str] = mapped_column(
        sa.ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True
    )
    instance_id: Mapped[str] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    business_key: Mapped[str | None]


class AuditEntry(Base):
    """One link of a chain: `mac` seals the end before, the facts, the payload's salted hash and `covers`.

    `chain` is an instance's id, `system` or `cases`. Erasing a payload empties `payload` and `salt`, nothing
    else. `covers` has the keyed digests of the rows written along with it; None in the first release.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_at", "at"), {"sqlite_with_rowid": False})

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    # Verbatim text: verifying must see exactly what was hashed.
    payload: Mapped[str | None] = mapped_column(sa.Text)
    salt: Mapped[str | None]
    payload_hash: Mapped[str]
    key_id: Mapped[str]
    mac: Mapped[str]
    covers: Mapped[str | None] = mapped_column(sa.Text)


class AuditChain(Base):
    """End and length of a chain that belongs to no instance."""

    __tablename__ = "audit_chain"

    chain: Mapped[str] = mapped_column(primary_key=True)
    audit_count: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    audit_head: Mapped[str] = mapped_column(default="")


class CarbonCopy(Base):
    """A read-only copy (抄送) for one person, with the time it was read; once per person and case."""

    __tablename__ = "carbon_copy"
    __table_args__ = (sa.Index("ix_carbon_copy_user_name", "user_name", "read_at"),)

    instance_id: Mapped[str] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True
    )
    user_name: Mapped[str] = mapped_column(primary_key=True)
    sent_by: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    # From which task a person sent it, and what they said; None where the process told of the case.
    task_id: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(sa.Text)


class CommentRequest(Base):
    """A group is asked what it thinks of an activity (征询), until a time; whoever of it speaks has answered.

    Nothing waits for an answer unless the drawing does.
    """

    __tablename__ = "comment_request"

    number: Mapped[str] = mapped_column(primary_key=True)
    activity_path: Mapped[str] = mapped_column(primary_key=True)
    group_name: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(
        sa.ForeignKey("process_instance.id", ondelete="CASCADE"), index=True
    )
    activity_name: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


class Notification(Base):
    """Something told to one person within the application, once per event.

    `settled_at`: the task it tells of is done, so nobody need read it any more.
    """

    __tablename__ = "notification"
    __table_args__ = (
        sa.Index("ix_notification_user_name", "user_name", "created_at", "seq"),
        sa.Index("ix_notification_unread", "user_name", "read_at", "settled_at", "created_at", "seq"),
        sa.Index("ix_notification_once", "event", "user_name", unique=True),
        where_set("ix_notification_task_id", "task_id"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    user_name: Mapped[str]
    event: Mapped[str] = mapped_column(default=new_id)
    kind: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(sa.Text)
    # Templates and parameters of subject and text, where they can be said in another language.
    wording: Mapped[dict[str, Any] | None] = mapped_column(Values)
    # Why this person is told: what the owners call those they belong to.
    reason: Mapped[str] = mapped_column(default="")
    on_behalf_of: Mapped[str | None]
    instance_id: Mapped[str | None] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    task_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


class IdempotencyKey(Base):
    """A request that may arrive twice. `is_done`: its work is committed; from `status` on: its answer."""

    __tablename__ = "idempotency_key"

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(Instant)
    is_done: Mapped[bool] = mapped_column(default=False)
    status: Mapped[int | None]
    content_type: Mapped[str | None]
    location: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
