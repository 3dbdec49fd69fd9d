"""A PostgreSQL database for one measurement, dropped afterwards."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator

import sqlalchemy as sa

SERVER = os.environ.get(
    "COUNTERSIGN_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


def is_there() -> bool:
    """Say whether the server answers."""
    try:
        _on_server("SELECT 1")
    except (sa.exc.OperationalError, ModuleNotFoundError):
        return False
    return True


@contextlib.contextmanager
def database() -> Iterator[str]:
    """Yield the URL of a fresh database."""
    name = f"countersign_bench_{uuid.uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    try:
        yield sa.engine.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
