"""A database as one file, taken while others write, and back again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from service.errors import ServiceError
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


def require_readable(database: Database, path: Path) -> None:
    """Read a dump through, as far as it can be without loading it. DumpFailed when it is damaged."""
    if not database.is_sqlite:
        _run("pg_restore", None, "--file=/dev/null" if os.name == "posix" else "--list", str(path))
        return
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = [line for (line,) in copy.execute("PRAGMA integrity_check")]
            pages, size = (
                copy.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
    except sqlite3.DatabaseError as exc:
        raise DumpFailed(
            Text("{name} is no whole database: {reason}.", name=path.name, reason=str(exc))
        ) from exc
    # What is cut off within the last page reads as zeros, and may be judged to be in order.
    if found == ["ok"] and pages * size != path.stat().st_size:
        found = ["it ends early"]
    if found != ["ok"]:
        raise DumpFailed(Text("{name} is damaged: {reason}.", name=path.name, reason=str(found[0])))


@contextmanager
def loading(database: Database, path: Path) -> Iterator[str]:
    """Yield the URL of what the dump holds, to be judged; at the end it stands in this empty database.

    After an error inside, the database is empty as it was.
    """
    require_readable(database, path)
    if database.is_sqlite:
        with _beside(_file(database), path) as draft:
            yield f"sqlite:///{draft}"
        return
    _run("pg_restore", database, "--no-owner", "--exit-on-error", "--single-transaction", str(path))
    try:
        yield database.url.render_as_string(hide_password=False)
    except BaseException:
        _empty(database)
        raise


@contextmanager
def _beside(target: Path, dumped: Path) -> Iterator[Path]:
    """Yield a copy of a SQLite database beside its place, which it takes at the end."""
    draft = target.with_name(f"{target.name}.restoring")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(dumped, draft)
        os.chmod(draft, 0o600)
        yield draft
        with closing(sqlite3.connect(draft)) as copy:
            # One file again: nothing of it may wait in a log beside it.
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            copy.execute("PRAGMA journal_mode=DELETE")
        _sync(draft)
        for leftover in (f"{target}-wal", f"{target}-shm"):
            Path(leftover).unlink(missing_ok=True)
        os.replace(draft, target)
    finally:
        for leftover in (str(draft), f"{draft}-wal", f"{draft}-shm"):
            Path(leftover).unlink(missing_ok=True)


def _empty(database: Database) -> None:
    """Drop what was loaded into a database that was empty before."""
    tables = sa.MetaData()
    with database.engine.begin() as connection:
        tables.reflect(connection)
        tables.drop_all(connection)


def is_empty(database: Database) -> bool:
    """Say whether the database has no tables yet."""
    if database.is_sqlite and not _file(database).exists():
        return True
    with database.engine.connect() as connection:
        return not sa.inspect(connection).get_table_names()


def _file(database: Database) -> Path:
    return Path(database.url.database or "")


def _run(program: str, database: Database | None, *arguments: str) -> None:
    """Run a PostgreSQL program on this database; the password goes by environment, not by command line."""
    command = shutil.which(program)
    if command is None:
        raise DumpFailed(
            Text("{program} is not installed here: install PostgreSQL's client programs.", program=program)
        )
    env, place = dict(os.environ), []
    if database is not None:
        url = database.url
        env |= {"PGPASSWORD": str(url.password)} if url.password else {}
        bare = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
        place = [f"--dbname={bare}"]
    done = subprocess.run(  # noqa: S603
        [command, *place, *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DumpFailed(Text("{program}: {stderr}", program=program, stderr=done.stderr.strip()[-500:]))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
