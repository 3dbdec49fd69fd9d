"""What somebody has asked the record: a simulation, a backtest, a calibration; done in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Values, new_id


class Study(Base):
    """One question. `state` is pending, done or failed; `files` are drawings asked about, until it is done.

    `result` is what came of it, as it is told; `wording` says why it failed.
    """

    __tablename__ = "study"
    __table_args__ = (sa.Index("ix_study_state", "state", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    asked: Mapped[dict[str, Any]] = mapped_column(Values, default=dict)
    files: Mapped[dict[str, Any]] = mapped_column(Values, default=dict)
    state: Mapped[str] = mapped_column(default="pending")
    result: Mapped[dict[str, Any] | None] = mapped_column(Values)
    wording: Mapped[dict[str, Any] | None] = mapped_column(Values)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    # Somebody works on it until then.
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
