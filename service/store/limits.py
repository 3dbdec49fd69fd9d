"""Statements that may not take for ever, as far as each database can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_STEPS = 10_000
"""So many instructions SQLite carries out between two questions whether time is over: about a millisecond."""


@contextmanager
def bounded(session: Session, seconds: float, is_over: Callable[[], bool]) -> Iterator[None]:
    """Have the database give up what takes too long inside the block; the error is one of its own.

    SQLite asks `is_over` while it works. PostgreSQL gives each statement `seconds`. After the error only a
    savepoint around the block leaves a transaction to go on with.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(is_over, _STEPS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)
        return
    # LOCAL: taken back with the savepoint where the block fails.
    session.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
    yield
    session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))
