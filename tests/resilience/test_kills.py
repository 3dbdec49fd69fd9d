"""kill -9 at every commit, inside, before and after it: afterwards each case is as if it had not been."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from service.store.models import (
    TASKS,
    AuditEntry,
    Incident,
    Notification,
    Outbox,
    ProcessInstance,
    Submission,
    Timer,
)
from tests.resilience.killing import COMMITS, Journey, drawings

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = ("inside", "before", "after")
POINTS = [f"K{number}{moment}:{number}:{moment}" for number in range(1, COMMITS + 1) for moment in MOMENTS]
UNDISTURBED = "K0"


@pytest.fixture
def carried_on(any_company, tmp_path):
    """Every case carried on by a process killed at its point, then by one that was not."""
    company = any_company
    company.deploy(drawings())
    (tmp_path / "token").write_text(identity.create_token(company.app, SYSTEM, "linyue").token)
    url = company.app.settings.database_url
    command = [sys.executable, "-m", "tests.resilience.killing", url, str(tmp_path), *POINTS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == ["killed"] * len(POINTS), done.stdout + done.stderr
    journey = Journey(url, tmp_path)
    for key in [UNDISTURBED, *(point.split(":")[0] for point in POINTS)]:
        journey.carry_on(key)
    journey.app.close()
    return company


def story(session, app, key):
    """Return everything a case has left behind, without ids and times."""
    query = select(ProcessInstance).where(ProcessInstance.business_key == key)
    cases = session.scalars(query.order_by(ProcessInstance.definition)).all()
    return [_of_instance(session, app, case) for case in cases]


def _of_instance(session, app, case):
    def rows(columns, *names):
        query = select(*(getattr(columns, name) for name in names)).where(columns.instance_id == case.id)
        return sorted(tuple(row) for row in session.execute(query))

    history = instances.history(app, SYSTEM, case.id)
    audited = select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.chain == case.id)
    return {
        "case": (case.definition, case.state, case.variables.get("amount"), case.open_incidents),
        "history": [(line.event, line.activity_id, line.by) for line in history],
        "tasks": rows(TASKS.c, "activity_id", "state", "completed_by", "version"),
        "answers": [answers for (answers,) in rows(Submission, "content_hash")],
        "outbox": rows(Outbox, "kind", "state"),
        "told": rows(Notification, "user_name", "text"),
        "timers": rows(Timer, "attempts"),
        "incidents": rows(Incident, "code"),
        "audit": [tuple(row) for row in session.execute(audited.order_by(AuditEntry.seq))],
    }


def test_after_a_kill_at_any_commit_the_case_is_as_if_nothing_had_happened(carried_on):
    app = carried_on.app
    with app.db.read() as session:
        expected = story(session, app, UNDISTURBED)
        assert [each["case"] for each in expected] == [
            ("child", "completed", None, 0),
            ("parent", "completed", 42, 0),
        ]
        for point in POINTS:
            assert story(session, app, point.split(":")[0]) == expected, point
    assert [each["told"].count(("zhouheng", "看一下")) for each in expected] == [1, 1], "told once each"
    assert verifying.verify(app).problems == ()


def test_a_request_sent_twice_is_carried_out_once_on_either_database(any_company, tmp_path):
    company = any_company
    company.deploy(drawings())
    (tmp_path / "token").write_text(identity.create_token(company.app, SYSTEM, "linyue").token)
    journey = Journey(company.app.settings.database_url, tmp_path)

    answers = [journey.web.post("/process-definitions/parent/start", key="once") for _ in range(2)]

    journey.app.close()
    assert answers[0].json == answers[1].json
    assert len(instances.find(company.app, SYSTEM).items) == 1
