"""Walks the journeys of `tests/walks/journeys` and tells what each uncovered.

    python -m tests.walks                             # all of them, on SQLite
    python -m tests.walks change stop                 # those whose names hold one of these
    python -m tests.walks --database postgresql       # on PostgreSQL

The exit code is 1 when a journey did not come out, or the record of all of them does not verify.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import postgresql
from service.runtime.identity import passwords
from service.runtime.keeping import verifying
from service.runtime.scenarios.world import VirtualClock
from service.runtime.wiring import open_application
from service.settings import Settings
from tests.conftest import MONDAY
from tests.walks.journeys import JOURNEYS
from tests.walks.people import Company


@contextlib.contextmanager
def opened(url: str | None) -> Iterator[Company]:
    """Yield the demo company on an empty database; on one of its own where none is given."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(
            data=data,
            database_url=url or f"sqlite:///{data / 'countersign.db'}",
            queue_url="memory://",
            secret_key="for walking only",
        )
        clock = VirtualClock(MONDAY)
        app = open_application(settings, clock=clock)
        try:
            app.db.migrate()
            yield Company(app, clock)
        finally:
            app.close()


def walked(company: Company, name: str) -> bool:
    """Walk one journey, on a morning of its own, and tell how it came out."""
    company.next_morning()
    began = time.monotonic()
    try:
        JOURNEYS[name](company)
    except Exception as error:
        line = next(
            each
            for each in reversed(traceback.extract_tb(error.__traceback__))
            if "journeys" in each.filename
        )
        print(f"✗ {name}  (line {line.lineno}) {type(error).__name__}: {str(error)[:900]}", flush=True)
        return False
    print(f"✓ {name}  {time.monotonic() - began:.1f} s", flush=True)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk the journeys asked for; 1 when anything did not come out."""
    parser = argparse.ArgumentParser(prog="python -m tests.walks")
    parser.add_argument("names", nargs="*", help="parts of names; all journeys without any")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args(arguments)
    chosen = [each for each in JOURNEYS if not options.names or any(part in each for part in options.names)]
    # What is walked is not how well passwords are kept.
    passwords.METHOD = "scrypt:512:8:1"
    with contextlib.ExitStack() as place:
        url = place.enter_context(postgresql.database()) if options.database == "postgresql" else None
        company = place.enter_context(opened(url))
        failed = [name for name in chosen if not walked(company, name)]
        report = verifying.verify(company.app)
    print(f"{len(chosen) - len(failed)} of {len(chosen)} journeys came out")
    print(f"the record: {report.chains} chains, {report.entries} entries, {len(report.problems)} problems")
    for problem in report.problems[:5]:
        print(f"  {problem.message}")
    return 1 if failed or report.problems or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
