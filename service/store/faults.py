"""What a database's errors mean to whoever asked: lost against somebody else, or nobody there to answer."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from service.errors import Conflict, ServiceError, StaleVersion, Unavailable

# Serialization failure, deadlock, lock not available.
_POSTGRESQL_CONFLICTS = frozenset({"40001", "40P01", "55P03"})
# No connection, server shutting down or out of something, standby that may only be read; idle for too long.
_POSTGRESQL_AWAY = ("08", "57P", "53", "25006", "25P03")
_POSTGRESQL_NO_TABLE = "42P01"
_NO_TABLES = "The database lacks tables of this release: run countersign migrate-database."
_SQLITE_CONFLICTS = ("SQLITE_BUSY", "SQLITE_LOCKED")
_SQLITE_FULL = ("SQLITE_FULL", "SQLITE_READONLY")
_SQLITE_AWAY = ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_NOMEM")


def named(error: BaseException) -> ServiceError | None:
    """Return the service's own name for a database error; None when it is a fault of ours."""
    if isinstance(error, StaleDataError):
        return StaleVersion()
    if isinstance(error, sa.exc.TimeoutError):
        return Unavailable("The database is overloaded. Nothing was changed.", retry_after_seconds=5)
    raw = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(raw, sqlite3.Error):
        return _of_sqlite(raw)
    if isinstance(error, DBAPIError):
        return _of_postgresql(error)
    return None


def _of_sqlite(error: sqlite3.Error) -> ServiceError | None:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(_SQLITE_CONFLICTS):
        return Conflict()
    if name.startswith(_SQLITE_FULL):
        return Unavailable(
            "The database cannot be written to: its disk is full or read-only. Nothing was changed.",
            retry_after_seconds=30,
        )
    if str(error).startswith("no such table"):
        return Unavailable(_NO_TABLES)
    return Unavailable(retry_after_seconds=5) if name.startswith(_SQLITE_AWAY) else None


def _of_postgresql(error: DBAPIError) -> ServiceError | None:
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRESQL_CONFLICTS:
        return Conflict()
    if state == _POSTGRESQL_NO_TABLE:
        return Unavailable(_NO_TABLES)
    # Without a state the server has not answered at all.
    is_silent = state is None and isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError))
    if error.connection_invalidated or is_silent or (state or "").startswith(_POSTGRESQL_AWAY):
        return Unavailable(retry_after_seconds=5)
    return None
