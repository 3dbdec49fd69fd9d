"""The database: writers one after the other on SQLite, row locks on PostgreSQL, the same code above both."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from service.errors import Conflict
from service.store import faults
from service.store.prepared import Prepared
from service.store.sqlite import LOCK_TIMEOUT_SECONDS, driver_of, sqlite_engine

CONNECT_SECONDS = 10
IDLE_SECONDS = 60
"""A transaction that does nothing for so long belongs to a process that is no more: it is rolled back."""
_POOL_SIZE = 16
_BEFORE_COMMIT = "countersign.before_commit"
_AFTER_COMMIT = "countersign.after_commit"
_each_commit: ContextVar[Callable[[Session], None] | None] = ContextVar("each_commit", default=None)


class Database:
    """Sessions on one database: `begin()` writes and commits once, `read()` sees one moment only."""

    def __init__(self, url: str, *, pool_size: int = _POOL_SIZE, is_durable: bool = True) -> None:
        """Open a database. One that is not durable may be lost with the machine's power: for scenarios."""
        self.url = sa.engine.make_url(url)
        self._pragmas = () if is_durable else ("synchronous=OFF",)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._connect(pool_size, "IMMEDIATE")
        if self.is_sqlite:
            self._reader = self._connect(pool_size, "DEFERRED", "query_only=ON")
        else:
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._turns = FairLock() if self.is_sqlite else None
        self._write_sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._read_sessions = sessionmaker(self._reader, expire_on_commit=False)
        self._thread = threading.local()

    def _connect(self, pool_size: int, begin: str, *pragmas: str) -> sa.Engine:
        if self.is_sqlite:
            return sqlite_engine(self.url, begin, *self._pragmas, *pragmas, pool_size=pool_size)
        engine = sa.create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS},
        )
        sa.event.listen(engine, "connect", _bound_waiting)
        return engine

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Yield the session of one write transaction: committed at the end, rolled back on any error.

        Raises StaleVersion when a versioned row changed meanwhile, Conflict when the database chose another
        transaction, Unavailable when it does not answer or cannot write. A thread has one write transaction
        at a time: what runs inside takes its session.
        """
        with (
            self._once_per_thread(),
            self._turn(),
            _errors_named(),
            self._write_sessions.begin() as session,
        ):
            yield session
            for callback in session.info.pop(_BEFORE_COMMIT, ()):
                callback()
            mark = _each_commit.get()
            if mark is not None:
                mark(session)
        for callback in session.info.pop(_AFTER_COMMIT, ()):
            callback()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session whose queries all see the same moment. The database refuses to write in it."""
        with _errors_named(), self._read_sessions() as session:
            yield session

    def ask(self, statement: Prepared, given: Mapping[str, Any]) -> list[Any]:
        """Return the rows of one query. It sees one moment by itself: no transaction is begun for it."""
        with _errors_named(), self._reader.connect() as connection:
            return statement.rows_on(connection, given)

    def migrate(self) -> None:
        """Bring the tables to this release. Safe when several processes start at once."""
        from service.migrations import upgrade

        with _errors_named():
            upgrade(self.engine)

    def optimize(self) -> None:
        """Let the database look at how its tables have grown, so that it keeps choosing the right index."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = driver_of(connection)
                raw.execute("PRAGMA analysis_limit=1000")
                raw.execute("PRAGMA optimize=0x10002")

    def close(self) -> None:
        """Close pooled connections."""
        self.engine.dispose()
        self._reader.dispose()

    def _turn(self) -> Any:
        return self._turns.held(LOCK_TIMEOUT_SECONDS) if self._turns else nullcontext()

    @contextmanager
    def _once_per_thread(self) -> Iterator[None]:
        if getattr(self._thread, "is_writing", False):
            raise RuntimeError("a write transaction is already open in this thread: pass its session on")
        self._thread.is_writing = True
        try:
            yield
        finally:
            self._thread.is_writing = False


def before_commit(session: Session, callback: Callable[[], None]) -> None:
    """Have `callback` write last of all in this session's transaction: locks it takes are held shortly."""
    session.info.setdefault(_BEFORE_COMMIT, []).append(callback)


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Have `callback` called once this session's transaction is committed; never when it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)


@contextmanager
def in_each_commit(mark: Callable[[Session], None]) -> Iterator[None]:
    """Have `mark` write along in every transaction committed inside the block, by this thread alone."""
    token = _each_commit.set(mark)
    try:
        yield
    finally:
        _each_commit.reset(token)


class FairLock:
    """A lock that serves threads in the order they came; SQLite's own waiting is a lottery under load."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_held = False

    @contextmanager
    def held(self, timeout_seconds: float) -> Iterator[None]:
        """Hold the lock inside the block. Conflict when it is not our turn in time."""
        if not self._acquire(timeout_seconds):
            raise Conflict("The database is busy. Try again in a moment.")
        try:
            yield
        finally:
            self._release()

    def _acquire(self, timeout_seconds: float) -> bool:
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout_seconds):
            return True
        with self._mutex:
            if turn.is_set():  # handed over at the last moment
                return True
            self._waiting.remove(turn)
            return False

    def _release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_held = False


@contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as exc:
        name = faults.named(exc)
        if name is None:
            raise
        raise name from exc


def _bound_waiting(connection: Any, _record: Any) -> None:
    """Have PostgreSQL give up for us what a frozen or vanished process of ours would hold for ever."""
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.autocommit = False
