from __future__ import annotations

import pytest

from service.store.db import Database


@pytest.fixture
def sqlite_db(sqlite_url):
    database = Database(sqlite_url)
    yield database
    database.close()
