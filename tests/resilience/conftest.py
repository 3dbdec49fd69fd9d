"""What the tests of faults share: the company of the runtime's tests, and ways to break things."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from service.handlers import Topic
from tests.conftest import _on_server
from tests.runtime.conftest import Company, any_company, company

__all__ = ["Company", "any_company", "company"]


@pytest.fixture
def postgres_company(make_app, postgresql_url, _cheap_passwords) -> Company:
    """The company on PostgreSQL."""
    from tests.conftest import hire_cast

    app = make_app(postgresql_url)
    return Company(app, hire_cast(app))


@contextlib.contextmanager
def refusing(url: str) -> Iterator[None]:
    """End every connection to a PostgreSQL database and let no new one in, inside the block."""
    name = sa.engine.make_url(url).database
    _on_server(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
    try:
        _on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        yield
    finally:
        _on_server(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


@contextlib.contextmanager
def on_every_connection(app, *statements: str, undo: tuple[str, ...] = ()) -> Iterator[None]:
    """Run SQL on each connection the application writes through, inside the block."""

    def prepare(connection, *_):
        for statement in statements:
            connection.execute(statement)

    sa.event.listen(app.db.engine, "checkout", prepare)
    try:
        yield
    finally:
        sa.event.remove(app.db.engine, "checkout", prepare)
        app.db.engine.dispose()


def topic(company: Company, name: str, function) -> None:
    """Add a topic to the application of a company."""
    made = Topic(name, function, is_open=True)
    company.app.handlers = {**company.app.handlers, name: made}
