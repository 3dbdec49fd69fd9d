"""What timers cost: very many asleep, and very many due at the same moment.

On PostgreSQL, with its queue and two worker processes; skipped where no server answers.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks import drawings, installation, postgresql, rows
from benchmarks.completing import KEY, OverHttp, Runtime
from benchmarks.measure import Report, Timing, paired
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM, Application
from service.runtime.time import timers
from service.store.models import ActivityHistory, ProcessInstance, Timer

SLEEPER = "measured_sleeper"
WORKERS = 2
_FILES = {f"{KEY}.bpmn": drawings.chain(KEY), f"{SLEEPER}.bpmn": drawings.sleeper(SLEEPER)}
_PATIENCE_SECONDS = 900


def sleeping(report: Report, folder: Path) -> None:
    """Compare the sweep and a completion with no timers and with 100 000 asleep."""
    count = 1000 if report.options.quick else 100_000
    with (
        _application(folder / "none") as without,
        _application(folder / "many") as crowded,
    ):
        _sleep(crowded, count, asleep_since=datetime.now(UTC))
        timings = paired(
            {
                "sweep, no timers": lambda: timers.sweep(without),
                f"sweep, {count} asleep": lambda: timers.sweep(crowded),
            },
            rounds=report.rounds(100),
        )
        report.show("The sweep of every minute", timings, floor="sweep, no timers")
        timings = paired(
            {"completing, no timers": Runtime(without), f"completing, {count} asleep": Runtime(crowded)},
            rounds=report.rounds(300),
        )
    report.show("Completing a task beside sleeping timers", timings, floor="completing, no timers")


def due(report: Report, folder: Path) -> None:
    """Let 10 000 timers fall due at once while somebody completes tasks over HTTP."""
    count = 500 if report.options.quick else 10_000
    with postgresql.database() as url:
        variables = installation.environment(
            folder, port=installation.free_port(), DATABASE_URL=url, QUEUE_URL=url
        )
        with installation.opened(variables, _FILES) as app:
            # Half an hour of sleep that began an hour ago.
            _sleep(app, count, asleep_since=datetime.now(UTC) - timedelta(hours=1))
            with installation.served(variables, "--no-worker") as client:
                person = OverHttp(client)
                before = Timing.of([person() for _ in range(report.rounds(300))][10:])
                with _workers(variables):
                    during, seconds = _until_drained(app, person)
            timings = {"before": before, "during the drain": during}
            report.show("Completing over HTTP while timers are worked off", timings, floor="before")
            report.say("p95 during ÷ before", during.p95 / before.p95)
            report.say("timers fired a second", count / seconds)
            _account_for(app, report, count)


def _until_drained(app: Application, person: OverHttp) -> tuple[Timing, float]:
    """Complete tasks until no timer is left; return what that cost, and the seconds the drain took."""
    taken: list[float] = []
    begun, until = 0.0, time.monotonic() + _PATIENCE_SECONDS
    first = _waiting(app)
    while (left := _waiting(app)) and time.monotonic() < until:
        if left < first:
            begun = begun or time.monotonic()
            taken += [person() for _ in range(5)]
        time.sleep(0.02)
    return Timing.of(taken or [0.0]), time.monotonic() - begun


def _account_for(app: Application, report: Report, count: int) -> None:
    """Say whether every timer fired, each once."""
    with app.db.read() as session:
        asked = sa.select(sa.func.count()).select_from(ActivityHistory)
        asked = asked.where(ActivityHistory.activity_id == "sleep", ActivityHistory.event == "left")
        fired = session.scalar(asked)
        ended = session.scalar(
            sa.select(sa.func.count())
            .select_from(ProcessInstance)
            .where(ProcessInstance.definition == SLEEPER, ProcessInstance.state == "completed")
        )
    # One more: the case the others were copied from.
    report.say("missed", count + 1 - (ended or 0))
    report.say("fired twice", (fired or 0) - (ended or 0))


def _waiting(app: Application) -> int:
    with app.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Timer)) or 0


@contextlib.contextmanager
def _application(data: Path) -> Iterator[Application]:
    with (
        postgresql.database() as url,
        installation.opened(installation.environment(data, DATABASE_URL=url), _FILES) as app,
    ):
        yield app


@contextlib.contextmanager
def _workers(variables: dict[str, str]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(WORKERS):
            stack.enter_context(installation.process("service.cli", "worker", variables=variables))
        yield


def _sleep(app: Application, count: int, *, asleep_since: datetime) -> None:
    """Put `count` + 1 cases to sleep at that moment."""
    present = app.clock
    app.clock = lambda: asleep_since
    try:
        made = instances.start(app, SYSTEM, SLEEPER)
    finally:
        app.clock = present
    rows.multiply_timers(app, made.id, count)
    rows.refresh_statistics(app)


def main() -> None:
    report = Report("What timers cost")
    if not postgresql.is_there():
        print("skipped: no PostgreSQL answers")
        return
    for part in report.parts({"sleeping": sleeping, "due": due}):
        with tempfile.TemporaryDirectory() as folder:
            part(report, Path(folder))
    report.close()


if __name__ == "__main__":
    main()
