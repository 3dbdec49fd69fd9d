"""A year of figures: 200 campaigns, 10 channels, 30 metrics. What answers about one and about all cost."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import drawings, installation, postgresql, rows
from benchmarks.completing import KEY
from benchmarks.measure import Report, paired
from service.domain.figures import MEASURED
from service.runtime.cases import instances
from service.runtime.step.context import Application

CAMPAIGNS, CHANNELS, METRICS = 200, 10, 30
ORDINARY_DAYS, YEAR_DAYS = 36, 365
"""A campaign runs five weeks; one of them runs the whole year."""
_API = "/api/v1"
_PATHS = {
    "by day": "/campaigns/{}/metrics?by=day",
    "by channel": "/campaigns/{}/metrics?by=channel",
    "its meeting": "/campaigns/{}/meeting?day=2026-02-01",
    "its board": "/dashboards/execution?campaign={}",
}
_OF_ALL = {
    "the executives' board of a year": "/dashboards/executive?from=2026-01-01&to=2026-12-31",
    "the board of all campaigns, 30 days": "/dashboards/execution?from=2026-01-01&to=2026-01-30",
}
_FILES = {
    f"{KEY}.bpmn": drawings.chain(KEY),
    "organisation.yaml": "groups: {法务部: department}".encode(),
}
_DAY = {
    "sqlite": "date('2026-01-01', '+' || d.i || ' days')",
    "postgresql": "DATE '2026-01-01' + d.i",
}


def on_sqlite(report: Report, folder: Path) -> None:
    """Ask for a campaign's figures by day and by channel, on SQLite."""
    _asked(report, folder, "SQLite", f"sqlite:///{folder / 'figures.db'}")


def on_postgresql(report: Report, folder: Path) -> None:
    """The same on PostgreSQL, where a server answers."""
    if not postgresql.is_there():
        report.say("figures on PostgreSQL", "skipped: no server answers")
        return
    with postgresql.database() as url:
        _asked(report, folder, "PostgreSQL", url)


def _asked(report: Report, folder: Path, database: str, url: str) -> None:
    with _served(report, folder, url) as (client, ordinary, long):
        things: dict[str, Any] = {}
        for name, number in (("five weeks", ordinary), ("a year", long)):
            for what, path in _PATHS.items():
                whole = _API + path.format(number)
                things[f"{name}, {what}"] = lambda whole=whole: client.get(whole)
        for what, path in _OF_ALL.items():
            things[what] = lambda path=path: client.get(_API + path)
        timings = paired(things, rounds=report.rounds(20))
    report.show(f"GET, {database}", timings, floor="five weeks, by day")


@contextlib.contextmanager
def _served(report: Report, folder: Path, url: str) -> Iterator[tuple[installation.Client, str, str]]:
    variables = installation.environment(folder, port=installation.free_port(), DATABASE_URL=url)
    with installation.opened(variables, _FILES) as app:
        actor = installation.actor(app)
        ordinary, long = (str(instances.start(app, actor, KEY).business_key) for _ in range(2))
        count = _fill(app, ordinary, long)
        rows.refresh_statistics(app)
    report.say("figures", count)
    with installation.served(variables) as client:
        yield client, ordinary, long


def _fill(app: Application, ordinary: str, long: str) -> int:
    """Write the year: the first five weeks of all campaigns, and all days of the long one."""
    names = (*MEASURED, *(f"further_{place}" for place in range(METRICS - len(MEASURED))))
    listed = ", ".join(f"({place}, '{name}')" for place, name in enumerate(names))
    with app.db.begin() as session:
        day = _DAY[session.get_bind().dialect.name]
        for place in range(CAMPAIGNS - 2):
            session.execute(
                sa.text(
                    'INSERT INTO "case" (number, title, applicant, department, main_instance, opened_at) '
                    f"SELECT 'M-{place}', title, applicant, department, main_instance, opened_at "
                    'FROM "case" WHERE number = :number'
                ),
                {"number": ordinary},
            )
        session.execute(
            sa.text(
                f"""
                WITH RECURSIVE d(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM d WHERE i < {YEAR_DAYS - 1}),
                  k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < {CHANNELS - 1}),
                  m(i, name) AS (VALUES {listed})
                INSERT INTO figure (number, day, channel, metric, value, source, "by", at)
                SELECT c.number, {day}, 'channel ' || k.i, m.name, (d.i + m.i) * 100, 'x', 'x', c.opened_at
                FROM "case" c CROSS JOIN d CROSS JOIN k CROSS JOIN m
                WHERE d.i < {ORDINARY_DAYS} OR c.number = :long
                """
            ),
            {"long": long},
        )
        columns = ", ".join(f"MAX(CASE WHEN metric = '{name}' THEN value END)" for name in MEASURED)
        session.execute(
            sa.text(
                f"INSERT INTO channel_day (number, day, channel, {', '.join(MEASURED)}) "
                f"SELECT number, day, channel, {columns} FROM figure GROUP BY number, day, channel"
            )
        )
        return int(session.scalar(sa.text("SELECT COUNT(*) FROM figure")) or 0)


def main() -> None:
    report = Report("A year of figures")
    for part in report.parts({"sqlite": on_sqlite, "postgresql": on_postgresql}):
        with tempfile.TemporaryDirectory() as folder:
            part(report, Path(folder))
    report.close()


if __name__ == "__main__":
    main()
