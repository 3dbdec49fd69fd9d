"""A program that carries a case to its end, and is killed on the way.

    python -m tests.resilience.killing DATABASE_URL DATA_FOLDER KEY:COMMIT:MOMENT…

For every argument it forks, carries the case KEY as far as it goes, and kills itself (SIGKILL) at its
COMMIT-th commit: `inside` (after the first change of that transaction), `before` or `after` the commit.
Prints `killed`, or `survived` when there were fewer commits. The same again without a kill ends the case.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.app import create_app
from service.runtime import identity
from service.runtime.step.context import SYSTEM, Application
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from service.runtime.wiring import open_application
from service.settings import ZONE, Settings
from tests.api.client import Client
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
COMMITS = 9
"""Claim of the request's key, start, kept answer; notification; answer; timer; start of the child; what the
child tells; the last answer."""


def drawings() -> dict[str, bytes]:
    """Tell, ask, wait an hour, start a child that tells something too, ask again."""
    tell = {"users": '=["zhouheng"]', "text": "看一下"}
    parent = d.process(
        d.start(),
        d.service("tell", "notify.alert", tell),
        d.user("first", outputs={"amount": "amount"}),
        d.catch("pause", d.timer("duration", "PT1H")),
        d.service("begin_child", "process.start", {"process": "child"}),
        d.user("last"),
        d.end(),
        d.path("begin", "tell", "first", "pause", "begin_child", "last", "done"),
        key="parent",
    )
    child = d.process(
        d.start(),
        d.service("tell_again", "notify.alert", tell),
        d.end(),
        d.path("begin", "tell_again", "done"),
        key="child",
    )
    return {"parent.bpmn": parent, "child.bpmn": child, "organisation.yaml": ORGANISATION}


class Journey:
    """One process that carries cases on, with a clock of its own."""

    def __init__(self, url: str, data: Path) -> None:
        settings = Settings(
            data=data, database_url=url, queue_url="memory://", secret_key="a secret of the tests"
        )
        self.now = MORNING
        self.app = open_application(settings, clock=lambda: self.now)
        web = create_app(settings, application=self.app)
        self.web = Client(web, (data / "token").read_text())

    def carry_on(self, key: str) -> None:
        """Do what is still to be done for a case, as its people, its browser and its worker would."""
        # What was not answered is sent again under the same key; a claim cut off is free after two minutes.
        for minutes in (0, 3):
            self.now = MORNING + timedelta(minutes=minutes)
            self.web.post("/process-definitions/parent/start", {"business_key": key}, key=f"start {key}")
        self.now = MORNING + timedelta(minutes=5)
        timers.run_due(self.app)
        self._answer(key, "first", amount=42)
        self.now = MORNING + timedelta(hours=2)
        timers.run_due(self.app)
        self._answer(key, "last")
        timers.run_due(self.app)

    def _answer(self, key: str, activity: str, **answers: object) -> None:
        for task in user_tasks.find(self.app, SYSTEM, business_key=key).items:
            if task.activity_id == activity:
                person = identity.actor(self.app, "zhouheng")
                user_tasks.complete(self.app, person, task.id, task.version, answers)


def kill_at(app: Application, number: int, moment: str) -> None:
    """Kill this process at its `number`-th commit from now on."""
    seen = 0

    def die_at_its_turn(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def die_inside(connection: Any, *_: object) -> None:
        tell_changes(connection, lambda: seen == number - 1 and os.kill(os.getpid(), signal.SIGKILL))

    if moment == "before":
        sa.event.listen(app.db.engine, "commit", die_at_its_turn)
        return
    sa.event.listen(Session, "after_commit", die_at_its_turn)
    if moment == "inside":
        sa.event.listen(app.db.engine, "checkout", die_inside)


def tell_changes(connection: Any, tell: Callable[[], object]) -> None:
    """Have a driver's connection call `tell` once a transaction has changed something."""
    is_change = re.compile(r"\s*(INSERT|UPDATE|DELETE)").match
    if isinstance(connection, sqlite3.Connection):
        statements: list[str] = []

        def begun(statement: str) -> None:
            # SQLite tells of a statement before it is carried out: of a change at the next one.
            if statements and is_change(statements[-1]):
                tell()
            statements.append(statement)

        connection.set_trace_callback(begun)
        return

    class Telling(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
            super().execute(query, *arguments, **options)
            if is_change(str(query)):
                tell()
            return self

        def executemany(self, query: Any, *arguments: Any, **options: Any) -> None:
            super().executemany(query, *arguments, **options)
            tell()

    connection.cursor_factory = Telling


def main(url: str, data: str, *points: str) -> None:
    for point in points:
        key, number, moment = point.split(":")
        child = os.fork()
        if child == 0:
            journey = Journey(url, Path(data))
            kill_at(journey.app, int(number), moment)
            journey.carry_on(key)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "survived", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
