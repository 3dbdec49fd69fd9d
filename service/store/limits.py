"""Statements that may not take for ever, as far as each database can be told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.errors import TakesTooLong

_STEPS = 10_000
"""So many instructions SQLite carries out between two questions whether time is over: about a millisecond."""


SEARCH_SECONDS = 5.0


@contextmanager
def searching(session: Session, text: str | None, seconds: float = SEARCH_SECONDS) -> Iterator[None]:
    """Give up a search for a text inside the block when it takes too long: TakesTooLong.

    Without a text nothing is searched: indexes lead to what is asked.
    """
    if not text:
        yield
        return
    until = time.monotonic() + seconds
    try:
        with bounded(session, seconds, lambda: time.monotonic() >= until):
            yield
    except DBAPIError as exc:
        if time.monotonic() < until:
            raise
        raise TakesTooLong(
            "The search takes too long. Narrow it down: a number, a state, a process."
        ) from exc


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
