"""A program that is killed at a chosen commit, again and again, each time in a fresh process.

    python -m tests.runtime.crashing DATABASE_URL DATA_FOLDER KEY:COMMIT:MOMENT…

For every argument it forks, takes the case with business key KEY as far as it goes, and kills itself
(SIGKILL) at the COMMIT-th commit: `before` it, or `after` it and before anything else happens. Prints one
line per argument: `killed`, or `survived` when there were fewer commits.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.runtime import identity, wiring
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM, Application
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from service.settings import ZONE, Settings

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


def open_application(url: str, data: Path) -> Application:
    settings = Settings(
        data=data, database_url=url, queue_url="memory://", secret_key="a secret of the tests"
    )
    return wiring.open_application(settings, clock=lambda: MORNING)


def take_on(app: Application, key: str) -> None:
    """Do what is still to be done: answer the first task, start the sender, carry out what is due."""
    for task in user_tasks.find(app, SYSTEM, business_key=key).items:
        if task.activity_id == "first":
            user_tasks.complete(app, identity.actor(app, "zhouheng"), task.id, task.version, {})
    if not instances.find(app, SYSTEM, business_key=key, definition="sender").items:
        instances.start(app, identity.actor(app, "linyue"), "sender", business_key=key)
    timers.run_due(app)


def kill_at(app: Application, number: int, moment: str) -> None:
    """Kill this process at its `number`-th commit from now on."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if moment == "before":
        sa.event.listen(app.db.engine, "commit", count)
    else:
        sa.event.listen(Session, "after_commit", count)


def main(url: str, data: str, *points: str) -> None:
    for point in points:
        key, number, moment = point.split(":")
        child = os.fork()
        if child == 0:
            app = open_application(url, Path(data))
            kill_at(app, int(number), moment)
            take_on(app, key)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "survived", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
