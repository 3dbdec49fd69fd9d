"""How the channels fare: when they last told somebody, what went wrong last, how much they may tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from service.runtime.effects import channels
from service.runtime.effects.channel import Channel, Paused
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import ChannelHealth, Outbox
from service.store.writing import table_of, upsert_of, written

MINUTE = timedelta(minutes=1)
TELLING = ("tell", "digest")
"""Kinds of effects that tell somebody by a channel."""


@dataclass(frozen=True)
class ChannelView(View):
    """How a channel fares. `is_well`: nothing has gone wrong since it last told somebody."""

    name: str
    is_set_up: bool
    is_well: bool
    succeeded_at: datetime | None
    failed_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class TellingView(View):
    """All channels, and how many messages wait for them, or were given up."""

    channels: tuple[ChannelView, ...]
    waiting: int
    given_up: int


def find(app: Application, actor: Actor) -> TellingView:
    """Return how every channel fares. Forbidden without the right to look into the system."""
    require(actor, "system.inspect")
    counted = select(Outbox.state, func.count()).where(Outbox.kind.in_(TELLING)).group_by(Outbox.state)
    with app.db.read() as session:
        rows = {row.channel: row for row in session.scalars(select(ChannelHealth))}
        by_state: dict[str, int] = {state: count for state, count in session.execute(counted)}
    there = channels.set_up(app.settings)
    found = tuple(_view(name, name in there, rows.get(name)) for name in sorted(channels.channels()))
    return TellingView(found, by_state.get("pending", 0), by_state.get("failed", 0))


def take_turn(app: Application, channel: Channel) -> None:
    """Count one more message of this minute. Paused until the next where the channel may tell no more."""
    if channel.per_minute is None:
        return
    now = app.clock()
    minute = now.replace(second=0, microsecond=0)
    row = table_of(ChannelHealth).c
    with app.db.begin() as session:
        _there(session, channel.name)
        mine = row.channel == channel.name
        begun = mine, row.minute.is_distinct_from(minute)
        _write(session, {"minute": minute, "told_in_minute": 0}, *begun)
        counted = {"told_in_minute": row.told_in_minute + 1}
        if not _write(session, counted, mine, row.told_in_minute < channel.per_minute):
            raise Paused((minute + MINUTE - now).total_seconds())


def succeeded(session: Session, channel: Channel, now: datetime) -> None:
    """Keep that somebody was told, in the transaction that marks it."""
    _there(session, channel.name)
    _write(session, {"succeeded_at": now}, table_of(ChannelHealth).c.channel == channel.name)


def failed(app: Application, channel: Channel, error: Exception) -> None:
    """Keep what went wrong."""
    said = str(getattr(error, "message", "")) or f"{type(error).__name__}: {error}"
    with app.db.begin() as session:
        _there(session, channel.name)
        wrong = {"failed_at": app.clock(), "last_error": said}
        _write(session, wrong, table_of(ChannelHealth).c.channel == channel.name)


def _there(session: Session, name: str) -> None:
    """Make the row of a channel, unless it is there."""
    table = table_of(ChannelHealth)
    new = upsert_of(session.get_bind().dialect.name, table).values(channel=name, told_in_minute=0)
    session.execute(new.on_conflict_do_nothing())


def _write(session: Session, values: Mapping[str, Any], *where: ColumnElement[bool]) -> bool:
    statement = update(ChannelHealth).where(*where).values(**values)
    return written(session, statement.execution_options(synchronize_session=False)) == 1


def _view(name: str, is_set_up: bool, row: ChannelHealth | None) -> ChannelView:
    if row is None:
        return ChannelView(name, is_set_up, True, None, None, None)
    is_well = row.failed_at is None or (row.succeeded_at is not None and row.succeeded_at > row.failed_at)
    return ChannelView(name, is_set_up, is_well, row.succeeded_at, row.failed_at, row.last_error)
