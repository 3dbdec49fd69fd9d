"""Background work over each kind of queue, in threads of this process and in a worker of its own."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huey.exceptions import HueyException
from sqlalchemy import select

from service import jobs
from service.store.models import ProcessInstance
from tests.runtime.drawings import sending

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=["sqlite", "memory", "redis", "postgresql"])
def queue_url(request, tmp_path):
    """A queue of each kind."""
    if request.param in ("postgresql", "redis"):
        return request.getfixturevalue(f"{request.param}_url")
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'queue.db'}"


@pytest.fixture
def working(company, queue_url):
    """The company with its queue attached; workers are stopped at the end."""
    company.app.settings = dataclasses.replace(company.app.settings, queue_url=queue_url)
    attached = jobs.attach(company.app)
    attached.queue.flush()
    yield company, attached
    attached.stop()
    attached.queue.flush()


@pytest.fixture
def make_settings_for_queue(company):
    return lambda url: dataclasses.replace(company.app.settings, queue_url=url)


def begun(app, seconds=8.0):
    """Return whose cases the message has begun, as soon as there is one."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with app.db.read() as session:
            query = select(ProcessInstance.applicant).where(ProcessInstance.definition == "q")
            names = list(session.scalars(query))
        if names:
            return names
        time.sleep(0.02)
    return []


def test_what_a_step_leaves_to_be_done_is_done_by_the_embedded_worker(working):
    company, attached = working
    company.deploy(sending())
    attached.start_embedded()

    company.start("p")

    assert begun(company.app) == ["linyue"]


def test_what_was_left_lying_is_found_when_the_worker_starts(working):
    company, attached = working
    company.deploy(sending())
    company.app.dispatch = None  # nobody sends: as if the process had died after its commit
    company.start("p")
    company.app.dispatch = attached.send

    attached.start_embedded()

    assert begun(company.app) == ["linyue"]


def test_a_queue_that_does_not_answer_fails_no_step(company, monkeypatch):
    company.deploy(sending())
    attached = jobs.attach(company.app)

    def unreachable(*_args, **_options):
        raise HueyException("connection refused")

    monkeypatch.setattr(attached.queue, "enqueue", unreachable)
    case = company.start("p")
    company.app.clock.forward(minutes=5)

    company.run_due()

    assert company.active(case) == ["rest"]
    assert begun(company.app) == ["linyue"]


def test_what_falls_due_later_than_the_next_sweep_is_not_sent_yet(company, clock):
    attached = jobs.attach(company.app)

    attached.send("wake", "a", clock.now.replace(hour=23))
    assert attached.queue.pending_count() == 0
    attached.send("wake", "b", clock.now.replace(second=30))
    assert attached.queue.pending_count() == 1


def test_a_worker_of_its_own_ends_gracefully_when_told_to(company, tmp_path):
    company.deploy(sending())
    company.start("p")
    environment = {
        **os.environ,
        "COUNTERSIGN_DATA": str(tmp_path / "worker"),
        "COUNTERSIGN_DATABASE_URL": company.app.settings.database_url,
        "COUNTERSIGN_SECRET_KEY": "a secret of the tests",
    }
    command = [sys.executable, "-m", "service.cli", "worker"]

    worker = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        names = begun(company.app, seconds=20)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    finally:
        worker.kill()

    assert names == ["linyue"]


def test_processes_that_start_together_make_the_queue_tables_once(postgresql_url, make_settings_for_queue):
    settings = make_settings_for_queue(postgresql_url)

    with ThreadPoolExecutor(8) as together:
        queues = list(together.map(lambda _: jobs.make_queue(settings), range(8)))

    assert all(queue.pending_count() == 0 for queue in queues)
