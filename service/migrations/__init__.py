"""Bringing a database to the tables of this release: Alembic revisions, run in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.store.sqlite import sqlite_engine

# Any number, the same in every process that may start at the same time.
_LOCK = 7_265_001


def upgrade(database: sa.Engine, revision: str = "head") -> None:
    """Run what is missing up to `revision`; of several processes one does it, the others wait."""
    with _locked(database) as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def _locked(database: sa.Engine) -> Iterator[sa.Connection]:
    if database.dialect.name != "sqlite":
        with database.begin() as connection:
            # However long the one that is at it takes: the others wait for it.
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        return
    if database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
    # Changing a table copies it under a new name: with foreign keys on, dropping the old one would cascade.
    engine = sqlite_engine(database.url, "IMMEDIATE", "foreign_keys=OFF", pool_size=1)
    try:
        with engine.begin() as connection:
            yield connection
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("a migration left rows that point nowhere")
    finally:
        engine.dispose()
