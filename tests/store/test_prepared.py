"""What goes to the driver as it is says and does the same as what goes through SQLAlchemy."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import Unavailable
from service.store.db import Database
from service.store.models import TASKS, ProcessInstance, TaskCandidate
from service.store.prepared import Prepared
from service.store.writing import table_of
from tests.conftest import MONDAY
from tests.store.rows import add_instance, add_task

CANDIDATES = table_of(TaskCandidate)
TASK = Prepared(select(TASKS).where(TASKS.c.id == bindparam("task")))
CLOSE = Prepared(update(TASKS).where(TASKS.c.id == bindparam("task"), TASKS.c.state == "open"))
OFFER = Prepared(insert(CANDIDATES))


def test_values_come_back_as_they_went_in(db):
    values = {"due": MONDAY, "candidate_groups": ("法务部",), "inputs": {"when": MONDAY.date(), "none": None}}
    with db.begin() as session:
        task = add_task(session, add_instance(session), **values)

        [found] = TASK.rows(session, {"task": task.id})

    assert found == db.ask(TASK, {"task": task.id})[0]
    assert (found.due_at, found.claimed_at) == (MONDAY, None)
    assert (found.candidate_groups, found.inputs) == (("法务部",), {"when": MONDAY.date(), "none": None})


def test_columns_of_one_name_stand_in_their_order(db):
    pairs = Prepared(
        select(TASKS.c.id, ProcessInstance.id).join(ProcessInstance).where(TASKS.c.state == "open")
    )
    with db.begin() as session:
        instance = add_instance(session)
        task = add_task(session, instance)

    assert list(map(tuple, db.ask(pairs, {}))) == [(task.id, instance.id)]


def test_a_change_sets_what_it_is_given_and_tells_how_many_rows_it_met(db):
    with db.begin() as session:
        task = add_task(session, add_instance(session))
        closing = {"task": task.id, "completed_at": MONDAY, "state": "completed"}

        assert [CLOSE.write(session, closing), CLOSE.write(session, closing)] == [1, 0]
        assert CLOSE.write(session, {"task": task.id, "lane": "法务部"}) == 0

    [found] = db.ask(TASK, {"task": task.id})
    assert (found.state, found.completed_at, found.lane) == ("completed", MONDAY, None)


def test_many_rows_are_written_together_in_whatever_order_they_name_their_columns(db):
    with db.begin() as session:
        task = add_task(session, add_instance(session))
        OFFER.write_all(session, [])
        OFFER.write_all(
            session,
            [
                {"task_id": task.id, "principal": "user:linyue", "due_order": MONDAY},
                {"principal": "group:法务部", "due_order": MONDAY, "task_id": task.id},
            ],
        )

    with db.read() as session:
        assert {*session.scalars(select(CANDIDATES.c.principal))} == {"user:linyue", "group:法务部"}


def test_it_is_part_of_the_transaction(db):
    withdraw = Prepared(delete(CANDIDATES).where(CANDIDATES.c.task_id == bindparam("task")))
    with db.begin() as session:
        task = add_task(session, add_instance(session), "user:linyue")

    def fail() -> None:
        with db.begin() as session:
            withdraw.write(session, {"task": task.id})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(CANDIDATES)) == 1


def test_a_refused_row_is_told_as_sqlalchemy_tells_it_without_its_values(db):
    with pytest.raises(IntegrityError) as refused, db.begin() as session:
        OFFER.write(session, {"task_id": "nobody's", "principal": "user:linyue", "due_order": MONDAY})

    assert "linyue" not in str(refused.value.params)


def test_a_connection_that_is_gone_means_the_database_is_away(postgresql_url):
    db = Database(postgresql_url)
    end = Prepared(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(Unavailable), db.begin() as session:
        end.rows(session, {})

    assert db.ask(TASK, {"task": "nobody's"}) == []
    db.close()
