from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from service.errors import Conflict, StaleVersion
from service.store.db import Database, FairLock, after_commit
from service.store.models import (
    NEVER,
    TASKS,
    Base,
    DepartmentAllowance,
    ProcessInstance,
    TaskCandidate,
    User,
    new_id,
)
from tests.conftest import MONDAY
from tests.store.rows import add_instance, add_task


def test_the_migrated_tables_are_those_of_the_models(db):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_a_migrated_database_changes_nothing(db):
    with db.begin() as session:
        add_instance(session)

    db.migrate()

    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(ProcessInstance)) == 1


def test_several_processes_may_migrate_at_once(tmp_path):
    databases = [Database(f"sqlite:///{tmp_path / 'new' / 'a.db'}") for _ in range(3)]
    errors: list[Exception] = []

    def migrate(database: Database) -> None:
        try:
            database.migrate()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=migrate, args=(each,)) for each in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []


def test_an_error_rolls_everything_back(db):
    def fail() -> None:
        with db.begin() as session:
            add_instance(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with db.read() as session:
        assert session.scalars(select(ProcessInstance)).all() == []


def test_the_after_commit_call_comes_once_and_sees_what_was_committed(db):
    seen = []

    with db.begin() as session:
        instance = add_instance(session)

        def look() -> None:
            with db.read() as reader:
                seen.append(reader.get(ProcessInstance, instance.id).state)

        after_commit(session, look)

    assert seen == ["active"]


def test_the_after_commit_call_never_comes_after_a_rollback(db):
    seen = []

    def fail() -> None:
        with db.begin() as session:
            after_commit(session, lambda: seen.append(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert seen == []


def test_a_reader_cannot_write(db):
    with db.read() as session, pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM user_task"))


def test_a_reader_sees_one_moment_whatever_is_committed_meanwhile(db):
    count = select(func.count()).select_from(ProcessInstance)
    with db.read() as reader:
        before = reader.scalar(count)
        with db.begin() as session:
            add_instance(session)
        during = reader.scalar(count)
    with db.read() as reader:
        after = reader.scalar(count)

    assert (before, during, after) == (0, 0, 1)


def test_a_write_inside_a_write_of_the_same_thread_is_refused(db):
    with db.begin(), pytest.raises(RuntimeError, match="already open"), db.begin():
        pass


def test_a_case_written_from_an_old_version_is_stale(db):
    with db.begin() as session:
        case_id = add_instance(session).id

    def rename(wait: float, outcome: list) -> None:
        try:
            with db.begin() as session:
                case = session.get(ProcessInstance, case_id)
                time.sleep(wait)
                case.title = f"{case.title}新"
            outcome.append("ok")
        except (StaleVersion, Conflict) as error:
            outcome.append(type(error).__name__)

    outcome: list[str] = []
    threads = [threading.Thread(target=rename, args=(0.2, outcome)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.read() as session:
        version = session.get(ProcessInstance, case_id).version
    # SQLite serves them one after the other, so both see a fresh row; PostgreSQL refuses the second.
    assert version == 1 + outcome.count("ok")
    assert len(outcome) == 2


def test_an_instance_counts_its_changes_by_itself(db):
    with db.begin() as session:
        instance_id = add_instance(session).id
    with db.begin() as session:
        session.get(ProcessInstance, instance_id, with_for_update=True).title = "春季新品"

    with db.read() as session:
        assert session.get(ProcessInstance, instance_id).version == 2


def test_a_task_of_no_instance_is_refused(db):
    with db.begin() as session:
        instance = add_instance(session)
    with pytest.raises(IntegrityError), db.begin() as session:
        add_task(session, instance, instance_id=new_id())


def test_removing_a_case_takes_its_tasks_along(db):
    with db.begin() as session:
        instance = add_instance(session)
        add_task(session, instance, "group:法务部")
    with db.begin() as session:
        session.delete(session.get(ProcessInstance, instance.id))

    with db.read() as session:
        assert session.scalars(select(TaskCandidate)).all() == []


def test_moments_come_back_equal_and_in_utc(db):
    shanghai = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with db.begin() as session:
        instance_id = add_instance(session, started_at=shanghai).id

    with db.read() as session:
        restored = session.get(ProcessInstance, instance_id).started_at
    assert restored == shanghai
    assert restored.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(db):
    with pytest.raises(StatementError), db.begin() as session:
        add_instance(session, started_at=datetime(2026, 3, 2))  # noqa: DTZ001


def test_values_keep_their_types_and_order(db):
    variables = {"b": Decimal("1.10"), "a": [MONDAY.date(), None], "c": {"x": True}}
    with db.begin() as session:
        instance_id = add_instance(session, variables=variables).id

    with db.read() as session:
        restored = session.get(ProcessInstance, instance_id).variables
    assert list(restored.items()) == list(variables.items())


def test_money_adds_up_exactly_in_sql(db):
    with db.begin() as session:
        for month in range(10):
            session.add(DepartmentAllowance(department="市场部", period=str(month), granted=Decimal("0.10")))

    with db.read() as session:
        # ten times 0.10 is 1.00
        assert session.scalar(select(func.sum(DepartmentAllowance.granted))) == Decimal("1.00")


def test_an_amount_below_a_fen_is_refused(db):
    with pytest.raises(StatementError), db.begin() as session:
        session.add(DepartmentAllowance(department="市场部", period="2026Q1", granted=Decimal("0.001")))


def test_chinese_names_survive_and_stay_unique(db):
    with db.begin() as session:
        session.add(User(name="linyue", display_name="林悦", created_at=MONDAY))
    with pytest.raises(IntegrityError), db.begin() as session:
        session.add(User(name="linyue", display_name="又一个", created_at=MONDAY))


def test_never_is_a_moment_both_databases_can_keep(db):
    with db.begin() as session:
        task_id = add_task(session, add_instance(session)).id

    with db.read() as session:
        assert session.scalar(select(TASKS.c.due_order).where(TASKS.c.id == task_id)) == NEVER


def test_ids_made_later_sort_later():
    ids = [new_id() for _ in range(5000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 5000
    assert {len(each) for each in ids} == {32}


def test_writers_are_served_in_the_order_they_came():
    lock, order = FairLock(), []

    def wait(number: int) -> None:
        with lock.held(5):
            order.append(number)

    with lock.held(5):
        threads = []
        for number in range(8):
            thread = threading.Thread(target=wait, args=(number,))
            thread.start()
            threads.append(thread)
            while len(lock._waiting) < number + 1:
                time.sleep(0.001)
    for thread in threads:
        thread.join()

    assert order == list(range(8))


def test_a_writer_whose_turn_does_not_come_in_time_gives_up_and_harms_nobody():
    lock, refused = FairLock(), []

    def impatient() -> None:
        try:
            with lock.held(0.01):
                pass
        except Conflict:
            refused.append(True)

    with lock.held(1):
        thread = threading.Thread(target=impatient)
        thread.start()
        thread.join()
    with lock.held(0.1):
        pass

    assert refused == [True]


def test_many_writers_lose_no_update(db):
    with db.begin() as session:
        instance_id = add_instance(session, open_incidents=0).id

    def raise_it() -> None:
        for _ in range(10):
            with db.begin() as session:
                session.get(ProcessInstance, instance_id, with_for_update=True).open_incidents += 1

    threads = [threading.Thread(target=raise_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.read() as session:
        # 8 threads × 10
        assert session.get(ProcessInstance, instance_id).open_incidents == 80


@pytest.mark.parametrize(("is_durable", "synchronous"), [(True, 2), (False, 0)])
def test_only_what_may_be_lost_does_not_wait_for_the_disk(
    sqlite_url: str, is_durable: bool, synchronous: int
) -> None:
    database = Database(sqlite_url, is_durable=is_durable)

    with database.begin() as session:
        assert session.scalar(text("PRAGMA synchronous")) == synchronous

    database.close()
