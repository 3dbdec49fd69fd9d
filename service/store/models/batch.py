"""Work on many cases at once, done in the background: each of them is a row with its own outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Values, new_id


class Batch(Base):
    """One order. `state` is pending or done; `options` is what its action needs beside the reason."""

    __tablename__ = "batch"
    __table_args__ = (sa.Index("ix_batch_state", "state", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    action: Mapped[str]
    reason: Mapped[str] = mapped_column(sa.Text)
    options: Mapped[dict[str, Any]] = mapped_column(Values, default=dict)
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="pending")
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    # Somebody works on it until then.
    lease_until: Mapped[datetime | None] = mapped_column(Instant)


class BatchItem(Base):
    """What an order does to one thing. `state` is pending, done or failed; `wording` says why it failed."""

    __tablename__ = "batch_item"
    __table_args__ = ({"sqlite_with_rowid": False},)

    batch_id: Mapped[str] = mapped_column(sa.ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="pending")
    detail: Mapped[str | None] = mapped_column(sa.Text)
    wording: Mapped[dict[str, Any] | None] = mapped_column(Values)
