"""kill -9 at every commit: after the restart each case ends as if nothing had happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.runtime.cases import instances
from service.runtime.keeping import verifying
from service.store.models import CaseApplication, CaseFact, MessageBuffer, Outbox, ProcessInstance
from tests.engine import diagrams as d
from tests.runtime.cases.test_messages import NOTICE, WAITING, ends, sender
from tests.runtime.crashing import take_on

ROOT = Path(__file__).resolve().parents[3]
COMMITS = 4  # answer, start of the sender, delivery of its message, going on of the sender
POINTS = [
    f"K{number}{moment}:{number}:{moment}"
    for number in range(1, COMMITS + 1)
    for moment in ("before", "after")
]


APPLYING = {
    "case.yaml": b"main: p\nfacts: {amount: {kind: number, label: amount}}\n",
    "p.bpmn": d.process(
        d.start(),
        d.user("first"),
        d.catch("wait", d.message("notice"), amount="case.amount"),
        d.user("last"),
        d.end(),
        d.path("begin", "first", "wait", "last", "done"),
        declared=NOTICE,
    ),
    "phase.bpmn": d.process(
        d.start(**{"case.amount": "=42"}), d.end("proposed"), d.path("begin", "proposed"), key="phase"
    ),
    "sender.bpmn": d.process(
        d.start(),
        d.call("propose", "phase"),
        d.service("tell", "case.apply", {"message": "notice"}),
        d.end(),
        d.path("begin", "propose", "tell", "done"),
        key="sender",
    ),
}
"""The same with facts: the sender proposes one, and applies it with its message."""


@pytest.fixture(params=["message", "facts"])
def killed(any_company, tmp_path, request):
    """Every case taken on by a process that was killed at its point."""
    company = any_company
    company.deploy(WAITING | (sender() if request.param == "message" else APPLYING))
    for point in POINTS:
        company.start("p", business_key=point.split(":")[0])
    command = [sys.executable, "-m", "tests.runtime.crashing", company.app.settings.database_url]
    done = subprocess.run(
        [*command, str(tmp_path), *POINTS], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == ["killed"] * len(POINTS), done.stdout + done.stderr
    return company


def test_after_a_kill_at_any_commit_everything_has_happened_exactly_once(killed):
    company, app = killed, killed.app

    for point in POINTS:
        take_on(app, point.split(":")[0])

    for point in POINTS:
        key = point.split(":")[0]
        case, telling = instances.find(app, company.cast.admin, business_key=key).items[::-1]
        entered = [
            line.activity_id
            for line in instances.history(app, company.cast.admin, case.id)
            if line.event == "entered"
        ]
        assert entered == ["begin", "first", "wait", "last"], key
        assert company.get(case).variables["amount"] == 42, key
        assert ends(company, telling) == ["done"], key
    with app.db.read() as session:
        assert set(session.scalars(select(Outbox.state))) == {"done"}
        assert session.scalar(select(func.count()).select_from(MessageBuffer)) == 0
        assert session.scalar(select(func.count()).select_from(ProcessInstance)) == 2 * len(POINTS)
        facts = session.scalars(select(CaseFact).where(CaseFact.state == "applied")).all()
        applied = session.scalars(select(CaseApplication.number)).all()
    if facts or applied:
        numbers = sorted(point.split(":")[0] for point in POINTS)
        assert sorted(fact.number for fact in facts) == sorted(applied) == numbers
    assert verifying.verify(app).problems == ()
