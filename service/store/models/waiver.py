"""Acts on a case that set a promise of the company aside: asked for by one person, agreed to by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Values, new_id


class Waiver(Base):
    """One request. `state` is open, confirmed (and done), declined, withdrawn or stale (the case has ended).

    `given` is what the act was asked for with, `what` says it in words; `promises` are those it sets aside,
    as they were found when it was asked for, or at last when it was done.
    """

    __tablename__ = "waiver"
    __table_args__ = (
        sa.Index("ix_waiver_instance_id", "instance_id", "id"),
        sa.Index("ix_waiver_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(sa.ForeignKey("process_instance.id", ondelete="CASCADE"))
    business_key: Mapped[str]
    act: Mapped[str]
    given: Mapped[dict[str, Any]] = mapped_column(Values)
    what: Mapped[dict[str, Any]] = mapped_column(Values)
    promises: Mapped[list[dict[str, Any]]] = mapped_column(Values)
    reason: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(sa.Text)
