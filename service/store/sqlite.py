"""Connections to SQLite: write-ahead logging, durable commits, transactions that begin where we say."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

LOCK_TIMEOUT_SECONDS = 15


def sqlite_engine(url: sa.URL | str, begin: str, *pragmas: str, pool_size: int) -> sa.Engine:
    """Return an engine whose transactions start with BEGIN `begin`; `pragmas` come after ours."""
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=pool_size)
    file = engine.url.database
    settings = (
        # Other processes' writers are not in our queue.
        f"busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}",
        # A committed decision survives a power cut.
        "synchronous=FULL",
        "foreign_keys=ON",
        *pragmas,
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        if file and file != ":memory:":
            # The log beside it takes over who may read it.
            make_private(Path(file))
        # The driver would begin transactions late and DEFERRED; ours begin where SQLAlchemy says so.
        connection.isolation_level = None
        for setting in settings:
            connection.execute(f"PRAGMA {setting}")
        _keep_log_ahead(connection)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # On the driver itself: SQLAlchemy's way to it would cost as much as a query, three times a request.
        driver_of(connection).execute(f"BEGIN {begin}")

    return engine


def make_private(path: Path) -> None:
    """Let nobody but its owner read a file, as far as that is ours to say."""
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def driver_of(connection: sa.Connection) -> Any:
    """Return the driver's own connection below SQLAlchemy's."""
    found = connection.connection.driver_connection
    assert found is not None, "a connection in use has one of the driver's below it"
    return found


def _keep_log_ahead(connection: Any) -> None:
    """Switch a database to write-ahead logging, once in its life.

    SQLite does not wait its busy timeout for this: of two processes that open a new file, one is refused.
    """
    until = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorname.startswith("SQLITE_BUSY")
            if not is_busy or time.monotonic() > until:
                raise
            time.sleep(0.01)
