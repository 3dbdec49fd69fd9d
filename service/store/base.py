"""What every table shares: column types alike on SQLite and PostgreSQL, and ids in order of time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from service.feel import codec


class Instant(TypeDecorator[datetime]):
    """A moment. Only aware datetimes go in; aware UTC datetimes come out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        # SQLite keeps text: one zone and one width, so that text order is time order.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Values(TypeDecorator[Any]):
    """Any value of a process as text: decimals and dates keep their type, keys keep their order.

    Assign a new object to change it; a change inside the object is not seen. An empty column is None.
    """

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else codec.dumps(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else codec.loads(value)


class Money(TypeDecorator[Decimal]):
    """An amount in CNY, two places, kept as a whole number of fen so that sums in SQL are exact."""

    impl = sa.BigInteger()
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        fen = Decimal(value) * 100
        if fen != fen.to_integral_value():
            raise ValueError("an amount has at most two decimal places")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


# SQLite numbers rows by itself only under the exact type INTEGER.
Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands in for "no due date" where rows are ordered by it: such rows come last."""


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def where_set(name: str, column: str, *more: str) -> sa.Index:
    """Return an index over the rows in which its first column is set: the others cost no write."""
    condition = sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, column, *more, sqlite_where=condition, postgresql_where=condition)


_last_ticks = 0
_clock: Callable[[], datetime] | None = None
_ticks_lock = threading.Lock()


def new_id() -> str:
    """Return a fresh id of 32 hex digits; ids made later on this machine sort later.

    The layout is UUID version 7 with sub-millisecond digits, so the id is a cursor too and
    new rows land at the end of their index.
    """
    ticks = _next_ticks()
    milliseconds, fraction = divmod(ticks, 4096)
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return f"{number:032x}"


def date_ids(clock: Callable[[], datetime] | None) -> None:
    """Have this process make ids that sort as if they were made at the moments of a clock; None: its own.

    Only for what is played with the clock turned back, by nobody else at the same time.
    """
    global _clock, _last_ticks
    with _ticks_lock:
        _clock, _last_ticks = clock, 0


def _now() -> int:
    return time.time_ns() if _clock is None else int(_clock().timestamp() * 1_000_000) * 1000


def _next_ticks() -> int:
    """Return 1/4096 milliseconds since 1970, never the same or an earlier value twice."""
    global _last_ticks
    now = _now() * 4096 // 1_000_000
    with _ticks_lock:
        _last_ticks = max(now, _last_ticks + 1)
        return _last_ticks
