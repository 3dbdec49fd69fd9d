"""Statements that write, past the mapped classes where a step writes much: tables, upserts, rows counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.base import Base

Upsert = sqlite.Insert | postgresql.Insert
"""An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`."""

Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def table_of(model: type[Base]) -> Table:
    """Return the table of a mapped class: statements on it cost no mapping."""
    table = model.__table__
    assert isinstance(table, Table), "every mapped class has a table of its own"
    return table


def upsert(session: Session, into: type[Base] | Table) -> Upsert:
    """Return an INSERT of this session's database, to be told what to do ON CONFLICT."""
    return upsert_of(session.get_bind().dialect.name, into)


def upsert_of(dialect: str, into: type[Base] | Table) -> Upsert:
    """Return the same for the database of this name, for statements that are kept."""
    return sqlite.insert(into) if dialect == "sqlite" else postgresql.insert(into)


def written(session: Session, statement: Executable, rows: Rows | None = None) -> int:
    """Execute a statement that writes and return how many rows it changed."""
    result = session.execute(statement, rows)
    assert isinstance(result, CursorResult), "what writes counts its rows"
    return result.rowcount
