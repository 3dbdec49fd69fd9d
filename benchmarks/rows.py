"""Very many open tasks, as rows: what the runtime wrote for one case is copied by the database itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.runtime.step.context import Application
from service.store.models import (
    TASKS,
    ActivityHistory,
    AuditEntry,
    Case,
    Incident,
    Participant,
    ProcessInstance,
    TaskCandidate,
    Timer,
)

TASKS_PER_CASE = 10
_TEXT_ID = {"sqlite": "printf('%032x', {})", "postgresql": "lpad(to_hex(CAST({} AS bigint)), 32, '0')"}
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', {start}, '+' || ({seconds}) || ' seconds')",
    "postgresql": "CAST({start} AS timestamptz) + ({seconds}) * interval '1 second'",
}
# A prime: the order of due dates has nothing to do with the order of ids.
_SHUFFLE = "(n.i * 7919) % 1000003"


def multiply_tasks(app: Application, instance_id: str, groups: Sequence[str], count: int) -> None:
    """Copy the open task of a case until there are `count`, ten to a case, offered to the groups in turn."""
    with app.db.begin() as session:
        cases = count // TASKS_PER_CASE
        _copy(session, ProcessInstance, cases, {"id": _case(session, "n.i")}, f"t.id = '{instance_id}'")
        for number, group in enumerate(groups):
            _add_tasks(session, instance_id, group, number, len(groups), count)


def copy_case(session: Session, instance_id: str, count: int, first: int) -> None:
    """Copy a whole case `count` times, numbered from `first`: what it is found by, and its record."""
    number, instance = f"(n.i + {first})", _case(session, f"n.i + {first}")
    mine, key = f"t.instance_id = '{instance_id}'", f"'B' || {number}"
    task = _task(session, number)
    of_tasks = f"t.task_id IN (SELECT id FROM user_task WHERE {mine.replace('t.', '')})"
    _copy(session, ProcessInstance, count, {"id": instance, "business_key": key}, f"t.id = '{instance_id}'")
    _copy(
        session, Case, count, {"number": key, "main_instance": instance}, f"t.main_instance = '{instance_id}'"
    )
    own = {"instance_id": instance}
    _copy(session, TASKS, count, {**own, "id": task}, mine)
    _copy(session, TaskCandidate, count, {"task_id": task}, of_tasks)
    _copy(session, Participant, count, own, mine)
    _copy(session, Incident, count, {**own, "id": _id(session, number, 3 * 10**15)}, mine)
    # A case has fewer lines than that.
    _copy(session, ActivityHistory, count, {**own, "seq": f"t.seq + 1000 * {number}"}, mine)
    _copy(session, AuditEntry, count, {"chain": instance}, f"t.chain = '{instance_id}'")


def multiply_timers(app: Application, instance_id: str, count: int) -> None:
    """Copy a case that waits for a timer `count` times."""
    with app.db.begin() as session:
        case = _case(session, "n.i")
        _copy(session, ProcessInstance, count, {"id": case}, f"t.id = '{instance_id}'")
        _copy(session, Timer, count, {"instance_id": case}, f"t.instance_id = '{instance_id}'")


def refresh_statistics(app: Application) -> None:
    """Let the database look at its tables, as it does by itself in the course of a day."""
    with app.db.engine.connect() as connection:
        connection.execute(sa.text("ANALYZE"))
        connection.commit()


def _add_tasks(session: Session, instance_id: str, group: str, first: int, step: int, count: int) -> None:
    number = f"(n.i * {step} + {first})"
    due = _moment(session, "'2027-01-01 00:00:00'", _SHUFFLE)
    own = count // step
    task, case = (
        _task(session, number),
        _case(session, f"{number} / {TASKS_PER_CASE} % {count // TASKS_PER_CASE} + 1"),
    )
    groups = f"'[\"{group}\"]'"
    _copy(
        session,
        TASKS,
        own,
        {"id": task, "instance_id": case, "due_at": due, "due_order": due, "candidate_groups": groups},
        f"t.instance_id = '{instance_id}'",
    )
    places = {"task_id": task, "principal": f"'group:{group}'", "due_order": due}
    _copy(
        session,
        TaskCandidate,
        own,
        places,
        f"t.task_id IN (SELECT id FROM user_task WHERE instance_id = '{instance_id}')",
    )
    seers = {"instance_id": case, "principal": f"'group:{group}'"}
    _copy(
        session,
        Participant,
        own,
        seers,
        f"t.instance_id = '{instance_id}' AND t.principal LIKE 'group:%'",
        "ON CONFLICT DO NOTHING",
    )


def _copy(
    session: Session, model: Any, count: int, changed: dict[str, str], where: str, tail: str = ""
) -> None:
    table = getattr(model, "__table__", model)
    names = [column.name for column in table.columns]
    values = [changed.get(name, f"t.{name}") for name in names]
    session.execute(
        sa.text(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
            f'INSERT INTO "{table.name}" ({", ".join(names)}) '
            f'SELECT {", ".join(values)} FROM n CROSS JOIN "{table.name}" t WHERE {where} {tail}'
        )
    )


def _case(session: Session, number: str) -> str:
    return _id(session, number, 10**15)


def _task(session: Session, number: str) -> str:
    return _id(session, number, 2 * 10**15)


def _id(session: Session, number: str, base: int) -> str:
    return _TEXT_ID[session.get_bind().dialect.name].format(f"{base} + {number}")


def _moment(session: Session, start: str, seconds: str) -> str:
    return _MOMENT[session.get_bind().dialect.name].format(start=start, seconds=seconds)
