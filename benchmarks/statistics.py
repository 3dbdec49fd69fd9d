"""Statistics over very many cases: a quarter is to cost what the quarter holds, not what stands beside it.

A quarter of 2 000 cases alone, beside the same quarter among 100 000 cases of years, on SQLite.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from benchmarks import drawings, installation
from benchmarks.completing import KEY
from benchmarks.measure import Report, paired
from benchmarks.rows import refresh_statistics
from service import resources
from service.runtime.cases import instances
from service.runtime.statistics import activities, cycle_times
from service.runtime.step.context import SYSTEM, Application
from service.store.base import new_id
from service.store.models import TASKS, Case, CaseFact, ProcessInstance
from service.store.writing import table_of

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
BEGUN = datetime(2026, 4, 1, 9, tzinfo=UTC)
QUARTER = 2_000
MANY = 100_000
STEPS = 5
_CASE = f"""
main: {KEY}
pace: {{from: submitted_at, to: decided_at, target: [3, 7], tier: tier}}
facts:
  submitted_at: {{kind: datetime, label: submitted, initial: null}}
  decided_at: {{kind: datetime, label: decided, initial: null}}
  tier: {{kind: text, label: tier}}
""".encode()
# Follow-ups name processes that are not measured here.
_SHIPPED = yaml.safe_load((resources.processes() / "organisation.yaml").read_bytes())
_ORGANISATION = yaml.safe_dump(
    {name: section for name, section in _SHIPPED.items() if name != "follow_ups"}, allow_unicode=True
).encode()
_FILES = {
    f"{KEY}.bpmn": drawings.chain(KEY),
    "organisation.yaml": _ORGANISATION,
    "case.yaml": _CASE,
}


def quarter(report: Report, folder: Path) -> None:
    """Compare a quarter alone with the same quarter among very many cases of other times."""
    many = QUARTER * 3 if report.options.quick else MANY
    few_at, many_at = (installation.environment(folder / name) for name in ("few", "many"))
    with installation.opened(few_at, _FILES) as few, installation.opened(many_at, _FILES) as crowded:
        _fill(few, QUARTER, QUARTER)
        _fill(crowded, QUARTER, many)
        days = {"first": FIRST, "last": LAST}
        timings = paired(
            {
                f"cycle times, {QUARTER} cases": lambda: cycle_times.find(few, SYSTEM, **days),
                f"cycle times among {many} cases": lambda: cycle_times.find(crowded, SYSTEM, **days),
                f"activities, {QUARTER} cases": lambda: activities.find(few, SYSTEM, **days),
                f"activities among {many} cases": lambda: activities.find(crowded, SYSTEM, **days),
            },
            rounds=report.rounds(7),
            warm_up=1,
        )
    report.show("A quarter", timings, floor=f"cycle times, {QUARTER} cases")


def _fill(app: Application, within: int, count: int) -> None:
    """Write so many decided cases, the first of them in the quarter and the others before it."""
    case = instances.start(app, SYSTEM, KEY)
    with app.db.begin() as session:
        instance = dict(_one(session, table_of(ProcessInstance), "id", case.id))
        task = dict(_one(session, TASKS, "instance_id", case.id))
        opened = dict(_one(session, table_of(Case), "number", instance["business_key"]))
        for numbers in _batches(count):
            made = [_decided(number, number < within) for number in numbers]
            keyed = [(new_id(), f"B{number}", *moments) for number, *moments in made]
            session.execute(
                sa.insert(table_of(ProcessInstance)),
                [
                    {**instance, "id": key, "business_key": number, "state": "completed"}
                    for key, number, *_ in keyed
                ],
            )
            session.execute(
                sa.insert(table_of(Case)),
                [{**opened, "number": number, "main_instance": key} for key, number, *_ in keyed],
            )
            session.execute(sa.insert(table_of(CaseFact)), [row for each in keyed for row in _facts(*each)])
            session.execute(sa.insert(TASKS), [row for each in keyed for row in _tasks(task, *each)])
    refresh_statistics(app)


def _one(session: Any, table: Any, column: str, value: str) -> Any:
    return session.execute(sa.select(table).where(table.c[column] == value)).mappings().first()


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, 5_000):
        yield range(start, min(start + 5_000, count))


def _decided(number: int, is_within: bool) -> tuple[int, datetime, datetime]:
    """Return when a case was submitted and decided: within the quarter, or in the three years before."""
    days = number * 7919 % 80 if is_within else -90 - number * 7919 % 1000
    begun = BEGUN + timedelta(days=days)
    return number, begun, begun + timedelta(days=1 + number % 9)


def _facts(instance: str, number: str, begun: datetime, decided: datetime) -> Iterator[dict[str, Any]]:
    place = {"instance_id": instance, "definition": KEY, "activity_id": "x", "activity_path": "x"}
    base = {"number": number, "state": "applied", "before": None, "by": "x", "on_behalf_of": None, **place}
    for name, value, at in (
        ("submitted_at", begun, begun),
        ("tier", "head", begun),
        ("decided_at", decided, decided),
    ):
        yield {**base, "name": name, "value": value, "at": at}


def _tasks(
    task: dict[str, Any], instance: str, number: str, begun: datetime, decided: datetime
) -> Iterator[dict[str, Any]]:
    step = (decided - begun) / STEPS
    for place in range(STEPS):
        times = {"opened_at": begun + place * step, "completed_at": begun + (place + 1) * step}
        own = {"id": new_id(), "instance_id": instance, "activity_id": f"a{place}", "state": "completed"}
        yield {**task, **own, **times}


def main() -> None:
    report = Report("Statistics")
    for part in report.parts({"quarter": quarter}):
        with tempfile.TemporaryDirectory() as folder:
            part(report, Path(folder))
    report.close()


if __name__ == "__main__":
    main()
