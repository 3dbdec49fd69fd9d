"""Web servers and workers on several machines, killed at random under load: nothing lost, nothing twice."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service import jobs
from service.runtime import identity
from service.runtime.keeping import verifying
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Application
from service.runtime.wiring import open_application
from service.settings import Settings
from service.store.models import (
    TASKS,
    ActivityHistory,
    Incident,
    Notification,
    Outbox,
    ProcessInstance,
    Timer,
)
from tests.conftest import hire_cast
from tests.engine import diagrams as d
from tests.resilience.cluster import SECRET, Cluster, cluster
from tests.runtime.drawings import ORGANISATION

SEED = 20261123
WAY = ["begin", "tell", "first", "pause", "begin_child", "last", "done"]


def drawings() -> dict[str, bytes]:
    """Tell, ask, wait two seconds, start a child, ask again."""
    parent = d.process(
        d.start(),
        d.service("tell", "notify.alert", {"users": '=["zhouheng"]', "text": "看一下"}),
        d.user("first"),
        d.catch("pause", d.timer("duration", "PT2S")),
        d.service("begin_child", "process.start", {"process": "child"}),
        d.user("last"),
        d.end(),
        d.path(*WAY),
        key="parent",
    )
    child = d.process(d.start(), d.end(), d.path("begin", "done"), key="child")
    return {"parent.bpmn": parent, "child.bpmn": child, "organisation.yaml": ORGANISATION}


class Client:
    """A person's program: it sends everything until it is answered, to whichever server comes."""

    def __init__(self, servers: Cluster, token: str, number: int, deadline: float) -> None:
        self.servers, self.deadline = servers, deadline
        self.chance = random.Random(SEED + number)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.answers: Counter[int] = Counter()
        self.last: tuple[Any, ...] = ()

    def carry(self, key: str) -> None:
        """Take a case from its start to its end. AssertionError when the time is up."""
        instance = self._start(key)
        for activity in ("first", "last"):
            self._answer(instance, activity)

    def _answer(self, instance: str, activity: str) -> None:
        while True:
            page = self._send("GET", f"/api/v1/tasks?instance={instance}")
            open_tasks = page[1]["items"] if page and page[0] == 200 else []
            for task in open_tasks:
                if task["activity_id"] == activity:
                    self._send("POST", f"/api/v1/tasks/{task['id']}/complete", {"version": task["version"]})
            if open_tasks and open_tasks[0]["activity_id"] != activity:
                return
            if not open_tasks and self._is_past(instance, activity):
                return
            self._pause()

    def _is_past(self, instance: str, activity: str) -> bool:
        page = self._send("GET", f"/api/v1/process-instances/{instance}/history")
        lines = page[1]["items"] if page and page[0] == 200 else []
        return any(line["activity_id"] == activity and line["event"] == "left" for line in lines)

    def _start(self, key: str) -> str:
        """Send the start until it is known what it made. A claim nobody ever carried out is left behind."""
        path, attempt, cut_off = "/api/v1/process-definitions/parent/start", 1, 0.0
        while True:
            key_of_request = {"Idempotency-Key": f"{key} {attempt}"}
            status, answer = self._send("POST", path, {"business_key": key}, **key_of_request) or (0, {})
            if status == 201:
                return answer["id"]
            found = self._find(key)
            if found is not None:
                return found
            if status == 0:
                cut_off = time.monotonic()
            # The server that had claimed the key is dead and has committed nothing: nothing can come of it.
            if "still being carried out" in answer.get("detail", "") and time.monotonic() > cut_off + 2:
                attempt += 1
            self._pause()

    def _find(self, key: str) -> str | None:
        page = self._send("GET", f"/api/v1/process-instances?business_key={key}&definition=parent")
        items = page[1]["items"] if page and page[0] == 200 else []
        return items[0]["id"] if items else None

    def _send(self, method: str, path: str, body: object = None, **headers: str):
        try:
            port = self.servers.any_port(self.chance)
            answer = self.servers.request(port, method, path, body, **self.headers, **headers)
        except (OSError, http.client.HTTPException):
            return None
        self.answers[answer[0]] += 1
        self.last = (method, path, *answer)
        return answer

    def _pause(self) -> None:
        assert time.monotonic() < self.deadline, f"the time is up; the last answer was {self.last}"
        time.sleep(0.05)


@pytest.fixture
def company(postgresql_url, tmp_path, _cheap_passwords):
    """The company on PostgreSQL, by the real clock."""
    settings = Settings(tmp_path / "data", postgresql_url, "memory://", SECRET)
    settings.data.mkdir()
    app = open_application(settings)
    hire_cast(app)
    deployments.deploy(app, SYSTEM, drawings())
    yield app
    app.close()


def run_under_fire(
    app: Application, servers: Cluster, *, cases: int, clients: int, kills: int, every: float
) -> Counter[int]:
    """Carry cases by several clients while processes die; return how often which status was answered."""
    token = identity.create_token(app, SYSTEM, "zhouheng").token
    keys, lock, failures = [f"K{number}" for number in range(cases)], threading.Lock(), []
    deadline = time.monotonic() + 90
    people = [Client(servers, token, number, deadline) for number in range(clients)]

    def work(person: Client) -> None:
        while True:
            with lock:
                if not keys:
                    return
                key = keys.pop()
            try:
                person.carry(key)
            except AssertionError as error:
                failures.append(f"{key}: {error}")

    threads = [threading.Thread(target=work, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    chance, queue = random.Random(SEED), sender(app, servers.queue_url)
    while any(thread.is_alive() for thread in threads):
        time.sleep(every)
        if servers.kills < kills:
            servers.kill_one(chance)
        _send_again(app, queue)
    assert failures == []
    return sum((person.answers for person in people), Counter())


def _send_again(app: Application, queue: jobs.Jobs) -> None:
    """Send what a killed worker took with it, as the sweep does once a lease has run out: after minutes."""
    now = datetime.now(UTC)
    overdue = now - timedelta(seconds=3)
    with app.db.read() as session:
        wakes = session.scalars(select(Timer.instance_id).where(Timer.due_at < overdue)).all()
        pending = select(Outbox.id).where(Outbox.state == "pending", Outbox.available_at < overdue)
        effects = session.scalars(pending).all()
    for kind, ids in (("wake", wakes), ("deliver", effects)):
        for row_id in ids:
            queue.send(kind, row_id, now)


def sender(app: Application, queue_url: str) -> jobs.Jobs:
    """Return the cluster's queue, to send messages from here."""
    return jobs.Jobs(replace(app, settings=replace(app.settings, queue_url=queue_url)))


def settle(app: Application, queue_url: str, seconds: float = 30) -> None:
    """Wait until nothing is left to be done."""
    until, queue = time.monotonic() + seconds, sender(app, queue_url)
    while time.monotonic() < until:
        with app.db.read() as session:
            active = select(ProcessInstance.id).where(ProcessInstance.state == "active")
            pending = select(Outbox.id).where(Outbox.state == "pending")
            if session.scalar(active.limit(1)) is None and session.scalar(pending.limit(1)) is None:
                return
        _send_again(app, queue)
        time.sleep(0.5)


def assert_nothing_lost_nothing_twice(app: Application, cases: int) -> None:
    with app.db.read() as session:
        rows = session.execute(select(ProcessInstance.definition, ProcessInstance.state)).all()
        assert Counter(map(tuple, rows)) == {("parent", "completed"): cases, ("child", "completed"): cases}
        ways: dict[str, list[str]] = {}
        entered = select(ActivityHistory).where(ActivityHistory.event == "entered")
        for line in session.scalars(entered.order_by(ActivityHistory.seq)):
            ways.setdefault(line.instance_id, []).append(line.activity_id)
        assert Counter(map(tuple, ways.values())) == {tuple(WAY): cases, ("begin", "done"): cases}
        done = session.execute(select(TASKS.c.activity_id, TASKS.c.state)).all()
        assert Counter(map(tuple, done)) == {("first", "completed"): cases, ("last", "completed"): cases}
        effects = session.execute(select(Outbox.kind, Outbox.state)).all()
        assert Counter(map(tuple, effects)) == {("process.start", "done"): cases}
        told = session.scalars(select(Notification.instance_id).where(Notification.text == "看一下")).all()
        assert len(told) == len(set(told)) == cases
        assert session.scalars(select(Timer)).all() == []
        assert session.scalars(select(Incident.message)).all() == []
    assert verifying.verify(app).problems == ()


@pytest.mark.slow
def test_three_servers_and_three_workers_over_redis(company, redis_url, tmp_path):
    url = company.settings.database_url
    with cluster(tmp_path, url, redis_url, web=3, workers=3) as servers:
        answers = run_under_fire(company, servers, cases=14, clients=6, kills=7, every=1.2)
        settle(company, redis_url)

    assert servers.kills >= 5
    assert_nothing_lost_nothing_twice(company, 14)
    assert answers[500] == 0, [member.log.read_text()[-3000:] for member in servers.members]


@pytest.mark.slow
def test_two_servers_and_two_workers_over_postgresql_alone(company, tmp_path):
    url = company.settings.database_url
    queue_url = url.replace("postgresql+psycopg", "postgresql")
    with cluster(tmp_path, url, queue_url, web=2, workers=2) as servers:
        answers = run_under_fire(company, servers, cases=10, clients=3, kills=4, every=1.5)
        settle(company, queue_url)

    assert servers.kills >= 2
    assert_nothing_lost_nothing_twice(company, 10)
    assert answers[500] == 0, [member.log.read_text()[-3000:] for member in servers.members]
