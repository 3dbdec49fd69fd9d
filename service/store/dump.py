"""A database as one file, taken while others write, and back again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from service.errors import Conflict, ServiceError
from service.store.db import Database
from service.wording import Text


class DumpFailed(ServiceError):
    """The database could not be written to a file, or read back from one."""


def dump(database: Database, path: Path) -> None:
    """Write the database as it is at one moment. Writers are not held up. DumpFailed says why not."""
    if not database.is_sqlite:
        _run("pg_dump", database, "--format=custom", "--no-owner", f"--file={path}")
        return
    with (
        closing(sqlite3.connect(_file(database))) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        source.backup(target)
        # The copy is one file: nothing of it may wait in a log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    _sync(path)


def load(database: Database, path: Path) -> None:
    """Fill an empty database from a dump. Conflict when it already holds tables."""
    if not is_empty(database):
        raise Conflict("The database is not empty: restore into a new one.")
    if not database.is_sqlite:
        _run("pg_restore", database, "--no-owner", "--exit-on-error", "--single-transaction", str(path))
        return
    database.close()
    target = _file(database)
    for leftover in (f"{target}-wal", f"{target}-shm"):
        Path(leftover).unlink(missing_ok=True)
    draft = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(path, draft)
    _sync(draft)
    os.replace(draft, target)


def is_empty(database: Database) -> bool:
    """Say whether the database has no tables yet."""
    if database.is_sqlite and not _file(database).exists():
        return True
    with database.engine.connect() as connection:
        return not sa.inspect(connection).get_table_names()


def _file(database: Database) -> Path:
    return Path(database.url.database or "")


def _run(program: str, database: Database, *arguments: str) -> None:
    """Run a PostgreSQL program on this database; the password goes by environment, not by command line."""
    command = shutil.which(program)
    if command is None:
        raise DumpFailed(
            Text("{program} is not installed here: install PostgreSQL's client programs.", program=program)
        )
    url = database.url
    env = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    place = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603
        [command, f"--dbname={place}", *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DumpFailed(Text("{program}: {stderr}", program=program, stderr=done.stderr.strip()[-500:]))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
