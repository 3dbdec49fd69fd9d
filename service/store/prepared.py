"""Statements put together once and handed to the driver as they are: for what every answer asks and writes.

The way through SQLAlchemy costs five to twenty times what SQLite takes for such a statement. What it knows is
used once, when a statement is compiled: its text, and how each column's values go in and come out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import result_tuple
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import CompilerElement

from service.store.sqlite import driver_of

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
_CONNECTION = "countersign.connection"


@dataclass(frozen=True)
class _Form:
    """A statement as one database takes it. `parameters` are in the order of its text."""

    text: str
    parameters: tuple[tuple[str, Convert | None], ...]
    is_positional: bool
    constants: Values
    columns: tuple[Convert | None, ...]
    make_row: Convert

    def arguments(self, given: Values) -> Any:
        given = {**self.constants, **given} if self.constants else given
        values = [given[name] if into is None else into(given[name]) for name, into in self.parameters]
        if self.is_positional:
            return values
        return {name: value for (name, _), value in zip(self.parameters, values, strict=True)}

    def row(self, found: Sequence[Any]) -> Any:
        pairs = zip(found, self.columns, strict=True)
        return self.make_row([value if out is None else out(value) for value, out in pairs])


class Prepared:
    """A statement with named parameters. An INSERT or UPDATE sets whatever else it is given."""

    def __init__(self, statement: CompilerElement) -> None:
        self._statement = statement
        self._forms: dict[tuple[str, ...], _Form] = {}

    def rows(self, session: Session, given: Values) -> list[Any]:
        """Return the rows, in the session's transaction."""
        return self.rows_on(_connection(session), given)

    def rows_on(self, connection: sa.Connection, given: Values) -> list[Any]:
        """Return the rows. Where no transaction is open, this query sees a moment of its own."""
        form = self._form(connection.dialect, given)
        cursor = _run(connection, form, "execute", form.arguments(given))
        return [form.row(found) for found in cursor.fetchall()]

    def write(self, session: Session, given: Values) -> int:
        """Carry it out; return how many rows it changed."""
        connection = _connection(session)
        form = self._form(connection.dialect, given)
        changed: int = _run(connection, form, "execute", form.arguments(given)).rowcount
        return changed

    def write_all(self, session: Session, rows: Sequence[Values]) -> None:
        """Carry it out for each of these, which all give the same names; for none do nothing."""
        if len(rows) == 1:
            self.write(session, rows[0])
        elif rows:
            connection = _connection(session)
            form = self._form(connection.dialect, rows[0])
            _run(connection, form, "executemany", [form.arguments(row) for row in rows])

    def _form(self, dialect: sa.Dialect, given: Values) -> _Form:
        key = (dialect.name, *given)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _compiled(self._statement, dialect, given)
        return form


def _connection(session: Session) -> sa.Connection:
    """Return the connection of a session, which it keeps for the one transaction of its life."""
    known: sa.Connection | None = session.info.get(_CONNECTION)
    if known is None:
        known = session.info[_CONNECTION] = session.connection()
    return known


def _compiled(statement: CompilerElement, dialect: sa.Dialect, given: Values) -> _Form:
    # For many rows: what would tell the id of a single new one is left out.
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(given), for_executemany=True)
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    names = compiled.positiontup if compiled.positional else list(binds)
    columns = list(getattr(statement, "exported_columns", ()))
    return _Form(
        text=compiled.string,
        parameters=tuple((name, _impl(binds[name].type, dialect).bind_processor(dialect)) for name in names),
        is_positional=compiled.positional,
        constants={name: bind.value for name, bind in binds.items() if name not in given},
        columns=tuple(_impl(each.type, dialect).result_processor(dialect, None) for each in columns),
        make_row=result_tuple([each.key for each in columns]),
    )


def _impl(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def _run(connection: sa.Connection, form: _Form, way: str, arguments: Any) -> Any:
    driver = driver_of(connection)
    cursor = driver.cursor()
    try:
        getattr(cursor, way)(form.text, arguments)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, form, error) from error
    return cursor


def _told(connection: sa.Connection, form: _Form, error: Exception) -> BaseException:
    """Return a driver's error as SQLAlchemy tells it; a connection that is gone is not used again."""
    dialect: Any = connection.dialect
    is_gone = dialect.is_disconnect(error, driver_of(connection), None)
    if is_gone:
        connection.invalidate(error)
    return sa.exc.DBAPIError.instance(
        form.text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
