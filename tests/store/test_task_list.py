from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, text

from service.store import cursor, task_list
from service.store.models import NEVER, TASKS, TaskCandidate, TaskRow, new_id
from tests.conftest import MONDAY
from tests.store.rows import add_instance, add_task

LEGAL, FINANCE, ZHOU = "group:法务部", "group:财务部", "user:zhouheng"


def names(tasks):
    return [task.name for task in tasks]


def test_the_list_is_ordered_by_due_date_and_tasks_without_one_come_last(db):
    with db.begin() as session:
        case = add_instance(session)
        add_task(session, case, LEGAL, name="whenever")
        add_task(session, case, LEGAL, name="tomorrow", due=MONDAY + timedelta(days=1))
        add_task(session, case, ZHOU, name="today", due=MONDAY)
        add_task(session, case, FINANCE, name="not mine", due=MONDAY)

    with db.read() as session:
        found = task_list.open_tasks(session, principals=[LEGAL, ZHOU])

    assert names(found) == ["today", "tomorrow", "whenever"]


def test_a_task_offered_twice_is_listed_once(db):
    with db.begin() as session:
        add_task(session, add_instance(session), LEGAL, ZHOU, name="once", assignee="zhouheng")

    with db.read() as session:
        found = task_list.open_tasks(session, principals=[LEGAL, ZHOU], assignees=["zhouheng"])
        count = task_list.count_open(session, principals=[LEGAL, ZHOU], assignees=["zhouheng"])

    assert names(found) == ["once"]
    assert count == 1


def test_what_a_colleague_holds_is_left_out_when_asked(db):
    with db.begin() as session:
        case = add_instance(session)
        add_task(session, case, LEGAL, name="free")
        add_task(session, case, LEGAL, name="taken", assignee="wangwu")

    with db.read() as session:
        found = task_list.open_tasks(
            session, principals=[LEGAL], assignees=["zhouheng"], unassigned_only=True
        )

    assert names(found) == ["free"]


def test_a_search_finds_the_name_of_the_task_or_of_its_case(db):
    with db.begin() as session:
        spring = add_instance(session, search_text="春季新品 hd-1")
        autumn = add_instance(session, search_text="秋季直播")
        add_task(session, spring, LEGAL, name="法务会签")
        add_task(session, autumn, LEGAL, name="春季复核")
        add_task(session, autumn, LEGAL, name="100%")

    with db.read() as session:
        by_case = task_list.open_tasks(session, principals=[LEGAL], q="HD-1")
        by_either = task_list.open_tasks(session, principals=[LEGAL], q="春季")
        nothing = task_list.open_tasks(session, principals=[LEGAL], q="_")

    assert names(by_case) == ["法务会签"]
    assert set(names(by_either)) == {"法务会签", "春季复核"}
    assert names(nothing) == []


def test_pages_join_without_gap_or_repetition_also_within_one_due_date(db):
    with db.begin() as session:
        case = add_instance(session)
        for number in range(12):
            due = None if number % 4 == 3 else MONDAY + timedelta(days=number % 4)
            principals = [LEGAL, FINANCE] if number % 2 else [LEGAL]
            add_task(session, case, *principals, name=str(number), due=due)

    seen, after = [], None
    with db.read() as session:
        while page := task_list.open_tasks(session, principals=[LEGAL, FINANCE], limit=5, after=after):
            seen += page
            after = cursor.decode(cursor.encode(page[-1].due_order, page[-1].id), datetime, str)

    assert len(seen) == 12
    assert [(task.due_order, task.id) for task in seen] == sorted((task.due_order, task.id) for task in seen)
    assert {task.name for task in seen} == {str(number) for number in range(12)}


def test_my_list_is_read_off_an_index_without_sorting(sqlite_db):
    with sqlite_db.read() as session:
        for branch in task_list._branches(
            [LEGAL], ["zhouheng"], True, {LEGAL: ["zhouheng"]}, (MONDAY, ""), None
        ):
            compiled = branch.limit(50).compile(sqlite_db.engine, compile_kwargs={"literal_binds": True})
            plan = " ".join(row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))

            assert "USE TEMP B-TREE" not in plan
            assert "SCAN user_task" not in plan
            assert "SCAN task_candidate" not in plan


@pytest.mark.slow
def test_a_page_of_my_list_stays_fast_with_very_many_tasks(sqlite_db):
    with sqlite_db.begin() as session:
        case = add_instance(session)
        for _ in range(20):
            ids = [new_id() for _ in range(5000)]
            session.execute(insert(TASKS), [_row(case.id, each, n) for n, each in enumerate(ids)])
            session.execute(
                insert(TaskCandidate),
                [
                    {"principal": f"group:{n % 20}", "task_id": each, "due_order": NEVER}
                    for n, each in enumerate(ids)
                ],
            )
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with sqlite_db.read() as session:
        session.connection().connection.driver_connection.set_progress_handler(count, 1000)
        found = task_list.open_tasks(
            session, principals=["group:1", "group:2"], assignees=["x"], unassigned_only=True
        )

    assert len(found) == 50
    # 100 000 tasks: reading or sorting them all would take well over a million steps of SQLite's machine.
    assert steps < 50


def _row(instance_id, task_id, number):
    return vars(TaskRow(task_id, instance_id, "t", "a", "a", "d", str(number), MONDAY))
