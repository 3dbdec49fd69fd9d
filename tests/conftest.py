"""What every test may ask for: a clock, an empty database, the application, the fixed cast, a client."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.wiring import open_application
from service.settings import ZONE, Settings
from service.store.db import Database
from service.store.models import User
from tests.workers import (
    pytest_collection_modifyitems,
    pytest_runtest_protocol,
    pytest_xdist_make_scheduler,
)

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_protocol", "pytest_xdist_make_scheduler"]

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
"""A workday with nothing special about it: where every test's clock starts."""

PASSWORD = "correct horse"
CAST: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    # name: shown as, department, groups
    "linyue": ("林悦", "市场部", ("市场部",)),
    "shenlan": ("沈岚", "市场部", ("市场部", "总监")),
    "zhouheng": ("周衡", "法务部", ("法务部",)),
    "xunuo": ("许诺", "财务部", ("财务部",)),
    "liangxiao": ("梁骁", "技术部", ("技术部",)),
    "ouwen": ("欧文", "客服部", ("客服部",)),
    "admin": ("管理员", "信息部", ("admin",)),
}
"""林悦 plans campaigns, 沈岚 heads her department; 周衡 legal, 许诺 finance, 梁骁 tech, 欧文 outsider."""

HIRING = frozenset({"cast", "any_company"})
"""What a test asks for that comes with the cast."""

POSTGRESQL = os.environ.get(
    "COUNTERSIGN_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)

REDIS = os.environ.get("COUNTERSIGN_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
REDIS_DATABASES = range(1, 16)
LEASE_SECONDS = 3600
"""After that a database that a killed run did not give back is free again."""


class Clock:
    """The time of a test: stands still until it is turned."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> datetime:
        """Move on by e.g. `days=1` and return the new time."""
        self.now += timedelta(**amount)
        return self.now

    def set(self, moment: datetime) -> datetime:
        """Move to a moment."""
        self.now = moment
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _migrated_postgresql() -> Iterator[str]:
    """The name of a migrated database that others are copied from. Skips where no server answers."""
    name = f"countersign_test_{uuid.uuid4().hex[:12]}"
    try:
        _on_server(f'CREATE DATABASE "{name}"')
    except sa.exc.OperationalError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRESQL}: {type(error.orig).__name__}")
    _migrate(_postgresql_url(name))
    yield name
    _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _hired_sqlite(
    tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, _cheap_passwords: None
) -> Path:
    """A database in which the cast has been hired already, for tests that ask for the cast."""
    folder = tmp_path_factory.mktemp("hired")
    path = Path(shutil.copy(_migrated_sqlite, folder / "countersign.db"))
    app = open_application(_settings(folder, f"sqlite:///{path}"), clock=Clock())
    hire_cast(app)
    app.close()
    return path


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh SQLite database with all tables."""
    is_hired = not HIRING.isdisjoint(request.fixturenames)
    made = request.getfixturevalue("_hired_sqlite" if is_hired else "_migrated_sqlite")
    return f"sqlite:///{shutil.copy(made, tmp_path / 'countersign.db')}"


@pytest.fixture(scope="session")
def _lent_postgresql(_migrated_postgresql: str) -> Iterator[Lent]:
    """A migrated database that one test after the other gets, emptied."""
    lent = Lent(_migrated_postgresql)
    yield lent
    lent.drop()


@pytest.fixture
def postgresql_url(_lent_postgresql: Lent) -> Iterator[str]:
    """A PostgreSQL database with all tables and nothing in them."""
    yield _lent_postgresql.url
    _lent_postgresql.take_back()


@pytest.fixture(scope="session")
def _redis_database() -> Iterator[str]:
    """A database of Redis that no other run of the tests uses. Skips where no server answers."""
    redis = pytest.importorskip("redis")
    server, holder = redis.Redis.from_url(REDIS), f"countersign tests {uuid.uuid4().hex}"
    try:
        number = next(
            each for each in REDIS_DATABASES if server.set(_lease(each), holder, nx=True, ex=LEASE_SECONDS)
        )
    except redis.exceptions.ConnectionError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Redis at {REDIS}")
    yield f"{REDIS.rsplit('/', 1)[0]}/{number}"
    server.delete(_lease(number))


def _lease(number: int) -> str:
    return f"countersign-tests-use-database-{number}"


@pytest.fixture
def redis_url(_redis_database: str) -> Iterator[str]:
    """An empty database of Redis, emptied again afterwards."""
    import redis

    server = redis.Redis.from_url(_redis_database)
    server.flushdb()
    yield _redis_database
    server.flushdb()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database: the test runs on SQLite and again on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A database of each kind, migrated and empty."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def make_app(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Application]]:
    """Opens applications on a database URL; closes them at the end."""
    opened: list[Application] = []

    def make(url: str, **changes: Any) -> Application:
        opened.append(open_application(_settings(tmp_path, url, **changes), clock=clock))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def app(make_app: Callable[..., Application], sqlite_url: str) -> Application:
    """The application on an empty SQLite database. Nothing is deployed, nobody has an account."""
    return make_app(sqlite_url)


@pytest.fixture
def any_app(make_app: Callable[..., Application], database_url: str) -> Application:
    """The application on an empty database: the test runs on SQLite and again on PostgreSQL."""
    return make_app(database_url)


@dataclass
class Cast:
    """The fixed cast as people who ask: `cast.linyue`, `cast.admin`…"""

    app: Application

    def __getattr__(self, name: str) -> Actor:
        if name not in CAST:
            raise AttributeError(name)
        return identity.actor(self.app, name)


def hire_cast(app: Application, names: Mapping[str, Any] = CAST) -> Cast:
    """Give the cast their accounts, all with PASSWORD, and make 沈岚 the head of 市场部."""
    for name in names:
        shown, department, groups = CAST[name]
        identity.create_user(
            app,
            SYSTEM,
            name,
            display_name=shown,
            password=PASSWORD,
            groups=groups,
            department=department,
        )
    identity.set_head(app, SYSTEM, "市场部", "shenlan")
    return Cast(app)


def cast_of(app: Application) -> Cast:
    """Return the cast, hired now where the database was made without."""
    with app.db.read() as session:
        are_hired = session.scalar(sa.select(User.id).where(User.name == "linyue")) is not None
    return Cast(app) if are_hired else hire_cast(app)


@pytest.fixture
def cast(app: Application, _cheap_passwords: None) -> Cast:
    """The fixed cast on `app`. Asked for before anything is deployed, or after: both work."""
    return cast_of(app)


@pytest.fixture(scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords with few rounds: a cast of seven would cost half a second a test."""
    from service.runtime.identity import passwords

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "METHOD", "scrypt:512:8:1")
        yield


@pytest.fixture
def deploy(app: Application) -> Callable[..., Any]:
    """Deploys files given as {name: bytes or text} and returns the deployment."""

    def run(files: Mapping[str, bytes | str], **options: Any) -> Any:
        encoded = {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}
        return deployments.deploy(app, SYSTEM, encoded, **options)

    return run


@pytest.fixture
def client_for(app: Application, cast: Cast) -> Callable[..., Any]:
    """Returns an HTTP client signed in as a user by bearer token; without a name nobody is."""
    from service.app import create_app
    from tests.api.client import Client

    flask_app = create_app(app.settings, application=app)

    def connect(name: str | None = None) -> Client:
        token = identity.create_token(app, SYSTEM, name).token if name else None
        return Client(flask_app, token)

    return connect


class Lent:
    """A database that is emptied, which takes a hundredth of making another. Unless a test left its mark."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._make()

    def take_back(self) -> None:
        """Make it as if it were new. Where a test changed its tables, a new one takes its place."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                self._empty(connection)
                is_as_made = _schema(connection) == self._schema
        finally:
            engine.dispose()
        if not is_as_made:
            self.drop()
            self._make()

    def drop(self) -> None:
        _on_server(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _make(self) -> None:
        self.name = f"countersign_test_{uuid.uuid4().hex[:12]}"
        _on_server(f'CREATE DATABASE "{self.name}" TEMPLATE "{self._template}"')
        self.url = _postgresql_url(self.name)
        engine = sa.create_engine(self.url)
        with engine.connect() as connection:
            self._schema = _schema(connection)
        engine.dispose()

    @staticmethod
    def _empty(connection: sa.Connection) -> None:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        counts = _names(connection, "S")
        undo = [f"ALTER SEQUENCE {name} RESTART" for name in counts]
        undo += [f"DELETE FROM {name}" for name in _names(connection, "r") if name != "alembic_version"]
        # In that role no foreign key asks which table goes first.
        connection.exec_driver_sql(
            f"SET session_replication_role = replica; BEGIN; {'; '.join(undo)}; COMMIT"
        )


def _names(connection: sa.Connection, kind: str) -> Sequence[str]:
    return (
        connection.exec_driver_sql(
            "SELECT quote_ident(relname) FROM pg_class"
            f" WHERE relnamespace = 'public'::regnamespace AND relkind = '{kind}'"
        )
        .scalars()
        .all()
    )


def _schema(connection: sa.Connection) -> Sequence[Any]:
    """Return what makes two databases equal but for their rows."""
    return connection.exec_driver_sql(
        "SELECT relname, relkind, relnatts, (SELECT version_num FROM alembic_version)"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
    ).all()


def _settings(data: Path, url: str, **changes: Any) -> Settings:
    given = {"queue_url": "memory://", "secret_key": "a secret of the tests", **changes}
    return Settings(data=data, database_url=url, **given)


def _migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    database.close()


def _postgresql_url(name: str) -> str:
    return sa.engine.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)


def _on_server(statement: str) -> None:
    engine = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
