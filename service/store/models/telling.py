"""How people want to be told, and how the ways to tell them fare."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant, Values


class NotificationSetting(Base):
    """What somebody has chosen: addresses and modes by channel, quiet hours. None without a choice."""

    __tablename__ = "notification_setting"

    user_id: Mapped[str] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    chosen: Mapped[dict[str, Any]] = mapped_column(Values)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class ChannelHealth(Base):
    """How a channel fares: the last success and the last failure, and how much it told in this minute."""

    __tablename__ = "channel_health"

    channel: Mapped[str] = mapped_column(primary_key=True)
    succeeded_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    minute: Mapped[datetime | None] = mapped_column(Instant)
    told_in_minute: Mapped[int] = mapped_column(default=0)
