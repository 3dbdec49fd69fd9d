"""What a database's complaint means to whoever asked."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from service.errors import Conflict, StaleVersion, Unavailable
from service.store import faults


def sqlite_error(name: str, message: str = "") -> sqlite3.Error:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = name
    return error


def postgresql_error(
    state: str | None, kind: type[sa.exc.DBAPIError] = sa.exc.OperationalError, *, lost: bool = False
) -> sa.exc.DBAPIError:
    original: Any = Exception("the server's words")
    original.sqlstate = state
    return kind("SELECT 1", {}, original, connection_invalidated=lost)


@pytest.mark.parametrize("name", ["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"])
def test_losing_against_another_writer_of_sqlite_is_a_conflict(name):
    assert type(faults.named(sqlite_error(name))) is Conflict


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("SQLITE_FULL", 30),
        ("SQLITE_READONLY_DIRECTORY", 30),
        ("SQLITE_IOERR_FSYNC", 5),
        ("SQLITE_CANTOPEN", 5),
        ("SQLITE_NOMEM", 5),
    ],
)
def test_a_disk_in_trouble_is_no_answer_for_a_while(name, seconds):
    found = faults.named(sqlite_error(name))

    assert isinstance(found, Unavailable)
    assert found.detail == {"retry_after_seconds": seconds}
    assert ("disk is full" in found.message) is (seconds == 30)


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_losing_against_another_transaction_of_postgresql_is_a_conflict(state):
    assert type(faults.named(postgresql_error(state))) is Conflict


@pytest.mark.parametrize("state", ["08006", "57P01", "57P03", "53300", "25006", "25P03"])
def test_a_server_that_is_away_is_no_answer_for_a_while(state):
    found = faults.named(postgresql_error(state, sa.exc.DatabaseError))

    assert isinstance(found, Unavailable)
    assert found.detail == {"retry_after_seconds": 5}


@pytest.mark.parametrize(
    "error",
    [
        postgresql_error(None),
        postgresql_error(None, sa.exc.InterfaceError),
        postgresql_error("XX000", sa.exc.DatabaseError, lost=True),
        sa.exc.TimeoutError(),
    ],
)
def test_silence_a_lost_connection_and_a_full_pool_are_no_answer_either(error):
    found = faults.named(error)

    assert isinstance(found, Unavailable)
    assert found.detail == {"retry_after_seconds": 5}


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error("SQLITE_ERROR", "no such table: user_task"),
        postgresql_error("42P01", sa.exc.ProgrammingError),
    ],
)
def test_missing_tables_are_told_with_the_command_that_makes_them(error):
    found = faults.named(error)

    assert isinstance(found, Unavailable)
    assert "countersign migrate-database" in found.message


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error("SQLITE_ERROR", "near SELECT: syntax error"),
        sqlite_error("SQLITE_CONSTRAINT_UNIQUE"),
        sqlite3.ProgrammingError("wrong number of parameters"),
        postgresql_error("23505", sa.exc.IntegrityError),
        postgresql_error(None, sa.exc.ProgrammingError),
        postgresql_error("54000"),
        ValueError("not a database's at all"),
    ],
)
def test_a_fault_of_ours_has_no_other_name(error):
    assert faults.named(error) is None


def test_an_old_version_is_told_and_a_wrapped_error_is_looked_into():
    assert isinstance(faults.named(StaleDataError()), StaleVersion)
    wrapped = sa.exc.OperationalError("UPDATE", {}, sqlite_error("SQLITE_BUSY"))
    assert type(faults.named(wrapped)) is Conflict
