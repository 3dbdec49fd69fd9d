"""What admins open over 100 000 instances with 2 000 incidents in a company of 1 000 people, page by page.

Every page is asked of the application in this process, signed in, and written out whole.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
import yaml

from benchmarks import drawings, installation, postgresql
from benchmarks.measure import Report, paired
from benchmarks.rows import copy_case, refresh_statistics
from service import resources
from service.app import create_app
from service.domain.workdays import local_day
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.step.context import SYSTEM, Application
from service.store.base import new_id
from service.store.models import User, UserGroup
from service.store.writing import table_of

CASES, STOPPED, PEOPLE = 100_000, 2_000, 1_000
RUNS, STOPS = "measured_chain", "measured_stop"
GOAL_MS = 500


def on_sqlite(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _measure(report, "SQLite", installation.environment(Path(folder)))


def on_postgresql(report: Report) -> None:
    if not postgresql.is_there():
        print(f"PostgreSQL: nobody answers at {postgresql.SERVER}")
        return
    with postgresql.database() as url, tempfile.TemporaryDirectory() as folder:
        _measure(report, "PostgreSQL", installation.environment(Path(folder), DATABASE_URL=url))


def _measure(report: Report, name: str, variables: dict[str, str]) -> None:
    shipped = yaml.safe_load((resources.processes() / "organisation.yaml").read_bytes())
    # Follow-ups name processes that are not measured here.
    kept = {section: words for section, words in shipped.items() if section != "follow_ups"}
    files = {
        f"{RUNS}.bpmn": drawings.chain(RUNS, 3),
        f"{STOPS}.bpmn": drawings.stopping(STOPS),
        "organisation.yaml": yaml.safe_dump(kept, allow_unicode=True).encode(),
    }
    with installation.opened(variables, files) as app:
        running, stopped = instances.start(app, SYSTEM, RUNS), instances.start(app, SYSTEM, STOPS)
        share = 50 if report.options.quick else 1
        _hire(app, PEOPLE // share)
        with app.db.begin() as session:
            copy_case(session, running.id, CASES // share, 0)
            copy_case(session, stopped.id, STOPPED // share, CASES)
        refresh_statistics(app)
        pages = dict(_pages(app, running, stopped))
        timings = paired(pages, rounds=report.rounds(7), warm_up=1)
    report.show(f"Pages of admins, {name}", timings, floor="/healthz")
    late = [page for page, timing in timings.items() if timing.median > GOAL_MS]
    report.say(f"{name}: pages above {GOAL_MS} ms", ", ".join(late) or "none")


def _pages(
    app: Application, running: InstanceView, stopped: InstanceView
) -> Iterator[tuple[str, Callable[[], object]]]:
    client = create_app(app.settings, application=app).test_client()
    given = {"username": installation.USER, "password": installation.PASSWORD}
    client.post("/login", data=given)
    today = local_day(app.clock()).isoformat()
    found = f"/admin/instances/{running.id}"
    paths = (
        *("/healthz", "/tasks", "/cases", "/notifications", "/start", "/processes"),
        *("/admin/instances", "/admin/instances?q=measured", f"/admin/instances?q={running.business_key}"),
        *("/admin/instances?q=nothing-like-this", "/admin/instances?state=completed"),
        *("/admin/instances?stalled=1", "/admin/instances?waiting_for=admin"),
        *("/admin/instances?activity=step0", f"/admin/instances?started_from={today}"),
        *("/admin/instances?incident=expression&activity=sum", found, f"/admin/instances/{stopped.id}"),
        *("/admin/condition", "/admin/jobs", "/admin/audit", "/admin/audit?action=task.completed"),
        *(f"/admin/audit?instance={running.business_key}", f"/admin/audit?actor={installation.USER}"),
        *("/admin/company", "/admin/company/people", "/admin/company/people?q=p0010"),
        *("/admin/company/people/p0010", "/admin/company/groups", "/admin/company/calendar"),
    )
    for path in paths:

        def ask(path: str = path) -> None:
            answer = client.get(path)
            if answer.status_code not in (200, 422):
                raise RuntimeError(f"{path}: {answer.status_code}")
            answer.get_data()

        yield path, ask


def _hire(app: Application, count: int) -> None:
    """Write so many people, a hundred to a department."""
    departments = (
        "市场部",
        "法务部",
        "财务部",
        "技术部",
        "销售部",
        "设计部",
        "客服部",
        "审计部",
        "总裁办",
        "信息部",
    )
    now, people = app.clock(), [(new_id(), number) for number in range(count)]
    with app.db.begin() as session:
        session.execute(
            sa.insert(table_of(User)),
            [
                {
                    "id": key,
                    "name": f"p{number:04}",
                    "display_name": f"员工{number}",
                    "department": departments[number % 10],
                    "is_active": True,
                    "created_at": now,
                }
                for key, number in people
            ],
        )
        session.execute(
            sa.insert(table_of(UserGroup)),
            [{"user_id": key, "group_name": departments[number % 10]} for key, number in people],
        )


def main() -> None:
    report = Report("Pages of admins")
    with contextlib.suppress(KeyboardInterrupt):
        for part in report.parts({"sqlite": on_sqlite, "postgresql": on_postgresql}):
            part(report)
    report.close()


if __name__ == "__main__":
    main()
