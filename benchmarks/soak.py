"""A company at work for a while: simulated staff at real servers, and what is left of it in the record.

    python -m benchmarks.soak                        # 50 people, 10 minutes on SQLite, 10 on PostgreSQL
    python -m benchmarks.soak --quick                # 30 seconds on each database that is there
    python -m benchmarks.soak --staff 200 --minutes 60 --database postgresql

Everybody opens their list, opens a task, and answers it with the form finance reviews a budget with; whoever
finds nothing to do starts another case. In the second half somebody else asks beside them for the heaviest
things they may: the largest upload, check, export and search, one after the other. SQLite is served by one
process with its worker, PostgreSQL by two web processes and two workers. Only this machine is reached. It
ends with 1 when a request was answered 5xx, a completed task is not in the record, that does not verify,
memory goes on growing, or the others' p95 in the second half is more than twice that of the first.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from benchmarks import answers, drawings, installation, postgresql
from benchmarks.heavy import Heavy
from benchmarks.installation import Client
from service import resources
from service.runtime import identity
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM, Application
from service.store.models import TASKS, Submission

KEY = "soak"
GROUPS = ("市场部", "法务部", "财务部", "技术部")
STEPS = 8
BUDGET_LINES = 10
_ORGANISATION = "groups: {" + ", ".join(f"{name}: department" for name in GROUPS) + "}\n"
_SAMPLE_SECONDS = 5.0
Answers = Mapping[str, Any]
WORST = 2.0
"""By how much the p95 of the others may grow while somebody asks for heavy things."""

GROWTH, GROWTH_MEGABYTES = 1.5, 150.0
"""By how much a process may grow from the second quarter to the last: its caches are full by then."""

_OURS = ("GET list", "GET task", "GET form", "POST complete", "POST start")


@dataclass
class Record:
    """What the staff met. Times in seconds."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in _OURS})
    statuses: Counter[int] = field(default_factory=Counter)
    completed: set[str] = field(default_factory=set)
    memory: dict[int, list[float]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    # How many of each kind there were when somebody began to ask for heavy things.
    alone: dict[str, int] = field(default_factory=dict)
    heavy: Heavy | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, status: int) -> None:
        with self.lock:
            self.seconds[what].append(seconds)
            self.statuses[status] += 1

    def split(self) -> None:
        """What comes from now on, comes beside heavy things."""
        with self.lock:
            self.alone = {name: len(found) for name, found in self.seconds.items()}

    def p95(self, beside: bool) -> float:
        """Return what 95 of 100 requests took at most, seconds, beside heavy things or before; 0.0: none."""
        halves = ((self.alone.get(name, len(found)), found) for name, found in self.seconds.items())
        taken = [each for at, found in halves for each in (found[at:] if beside else found[:at])]
        return quantiles(taken, n=100)[94] if len(taken) > 1 else 0.0


@dataclass(frozen=True)
class Plan:
    """How many people work for how long, and how long they think between two requests."""

    staff: int
    seconds: float
    think_seconds: float


class Person(threading.Thread):
    """Somebody at work until the time is over."""

    def __init__(
        self, name: str, port: int, plan: Plan, record: Record, until: float, said: tuple[Answers, Answers]
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._client = Client(port)
        self._plan, self._record, self._until = plan, record, until
        self._chance = random.Random(name)
        self._review, self._budget = said

    def run(self) -> None:
        try:
            self._client.sign_in(self.name)
            while time.monotonic() < self._until:
                self._work()
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            with self._record.lock:
                self._record.broken.append(f"{self.name}: {error}")

    def _work(self) -> None:
        self._asked("GET list", "GET", "/tasks")
        tasks = self._asked("GET list", "GET", "/api/v1/tasks?mine=true&limit=20") or {"items": []}
        if not tasks["items"] or self._chance.random() < 0.05:
            body = {"answers": self._budget}
            self._asked("POST start", "POST", f"/api/v1/process-definitions/{KEY}/start", body)
            return
        task = self._chance.choice(tasks["items"])
        self._asked("GET task", "GET", f"/tasks/{task['id']}")
        self._asked("GET form", "GET", f"/api/v1/tasks/{task['id']}/form")
        self._think()
        body = {"version": task["version"], "answers": self._review}
        if self._asked("POST complete", "POST", f"/api/v1/tasks/{task['id']}/complete", body) is not None:
            with self._record.lock:
                self._record.completed.add(task["id"])
        self._think()

    def _asked(self, what: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the answer; None where somebody was faster or the service refused."""
        began = time.perf_counter()
        status, answer = self._client.status_of(method, path, body)
        self._record.note(what, time.perf_counter() - began, status)
        return answer if status < 400 else None

    def _think(self) -> None:
        time.sleep(self._chance.expovariate(1 / self._plan.think_seconds))


def files() -> dict[str, bytes]:
    """Return what is deployed: a chain of reviews that goes round the departments, and installed forms."""
    forms = {name: text for name, text in resources.manifest_files().items() if name.endswith(".form")}
    drawing = drawings.chain_with_form(KEY, STEPS).decode()
    for number in range(STEPS):
        group = GROUPS[number % len(GROUPS)]
        drawing = drawing.replace('candidateGroups="admin"', f'candidateGroups="{group}"', 1)
    return {**forms, f"{KEY}.bpmn": drawing.encode(), "organisation.yaml": _ORGANISATION.encode()}


@contextlib.contextmanager
def served(folder: Path, url: str | None) -> Iterator[tuple[Application, list[int], list[int]]]:
    """Yield an application on the database, the ports of its servers, and the ids of all its processes."""
    settings = {} if url is None else {"DATABASE_URL": url, "QUEUE_URL": url.replace("+psycopg", "")}
    with contextlib.ExitStack() as running:
        variables = installation.environment(folder, **settings)
        app = running.enter_context(installation.opened(variables, files()))
        ports, pids = [], []
        for _ in range(1 if url is None else 2):
            port = installation.free_port()
            options = [] if url is None else ["--no-worker"]
            own = installation.environment(folder, port=port, **settings)
            child = running.enter_context(
                installation.process("service.cli", "serve", *options, variables=own)
            )
            ports.append(port)
            pids.append(child.pid)
        for _ in range(0 if url is None else 2):
            child = running.enter_context(installation.process("service.cli", "worker", variables=variables))
            pids.append(child.pid)
        for port in ports:
            Client(port).wait_for("/readyz")
        yield app, ports, pids


def work(app: Application, ports: Sequence[int], pids: Sequence[int], plan: Plan) -> Record:
    """Let the staff work and return what they met."""
    record = Record(memory={pid: [] for pid in pids})
    names = [f"staff{number}" for number in range(plan.staff)]
    for name, group in zip(names, itertools.cycle(GROUPS), strict=False):
        identity.create_user(
            app, SYSTEM, name, password=installation.PASSWORD, groups=(group,), department=group
        )
    said = answers.of("finance_review"), answers.budget(BUDGET_LINES)
    until = time.monotonic() + plan.seconds
    staff = [
        Person(name, port, plan, record, until, said)
        for name, port in zip(names, itertools.cycle(ports), strict=False)
    ]
    for person in staff:
        person.start()
    half = time.monotonic() + plan.seconds / 2
    while any(person.is_alive() for person in staff):
        for pid in pids:
            record.memory[pid].append(megabytes(pid))
        if record.heavy is None and time.monotonic() > half:
            record.split()
            record.heavy = Heavy(ports[0])
            record.heavy.start()
        time.sleep(min(_SAMPLE_SECONDS, plan.seconds / 12))
    if record.heavy is not None:
        record.heavy.stop()
    return record


def grows(found: Sequence[float]) -> bool:
    """Say whether a process goes on growing, by the megabytes it held from time to time."""
    quarter = len(found) // 4
    if not quarter:
        return False
    early, late = median(found[quarter : 2 * quarter]), median(found[-quarter:])
    return late > max(early * GROWTH, early + GROWTH_MEGABYTES)


def megabytes(pid: int) -> float:
    """Return what a process holds in memory; 0.0 where the system does not tell (not Linux)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next((line for line in status.read_text().splitlines() if line.startswith("VmRSS:")), "VmRSS: 0")
    return int(line.split()[1]) / 1024


def lost(app: Application, completed: set[str]) -> set[str]:
    """Return which tasks were answered with success and are not in the record, once and completed."""
    with app.db.read() as session:
        done = set(session.scalars(select(TASKS.c.id).where(TASKS.c.state == "completed")))
        handed_in = Counter(session.scalars(select(Submission.task_id)))
    return {task for task in completed if task not in done or handed_in[task] != 1}


def tell(name: str, app: Application, plan: Plan, record: Record) -> bool:
    """Print what came of it; return whether all is well."""
    missing, report = lost(app, record.completed), verifying.verify(app)
    failed = sum(count for status, count in record.statuses.items() if status >= 500)
    print(f"\n{name}: {plan.staff} people, {plan.seconds:.0f} s")
    print(f"  {len(record.completed) / plan.seconds:8.1f} steps/s, {len(record.completed)} tasks completed")
    for what, seconds in record.seconds.items():
        if len(seconds) > 1:
            cuts = quantiles(seconds, n=100)
            spread = ", ".join(f"p{at} {cuts[at - 1] * 1000:.0f} ms" for at in (50, 95, 99))
            print(f"  {what:<14}{len(seconds):>7} x  {spread}")
    for pid, found in record.memory.items():
        shown = found[:: max(1, len(found) // 6)]
        print(f"  process {pid}: {' → '.join(f'{each:.0f}' for each in shown)} MB")
    print(
        f"  answers: {', '.join(f'{status}: {count}' for status, count in sorted(record.statuses.items()))}"
    )
    print(f"  5xx {failed}, people who could not go on {len(record.broken)}, lost {len(missing)}")
    print(f"  audit: {report.chains} chains, {report.entries} entries, {len(report.problems)} problems")
    is_fair = tell_beside(record)
    growing = [pid for pid, found in record.memory.items() if grows(found)]
    print(f"  processes that go on growing: {len(growing)}")
    for each in (*record.broken[:5], *sorted(missing)[:5], *(p.message for p in report.problems[:5])):
        print(f"    {each}")
    is_well = not (failed or missing or report.problems or record.broken or growing)
    return is_well and is_fair and bool(record.completed)


def tell_beside(record: Record) -> bool:
    """Print what heavy things did to the others; return whether they were answered and the others spared."""
    heavy = record.heavy
    if heavy is None:
        return True
    alone, beside = record.p95(beside=False), record.p95(beside=True)
    print(f"  p95 {alone * 1000:.0f} ms; beside heavy things {beside * 1000:.0f} ms, × {beside / alone:.2f}")
    for (name, status), count in sorted(heavy.asked.items()):
        print(f"    {name:<10}{count:>5} x  {status}, the longest {heavy.longest[name]:.1f} s")
    if heavy.broken:
        print(f"    could not go on: {heavy.broken}")
    is_answered = not heavy.broken and all(status < 500 for _, status in heavy.asked)
    return is_answered and beside <= WORST * alone


def main(arguments: Sequence[str] | None = None) -> int:
    """Let a company work on each database asked for; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--staff", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--think", type=float, default=1.0, metavar="SECONDS", help="between two requests")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--quick", action="store_true", help="30 seconds on each database")
    options = parser.parse_args(arguments)
    plan = Plan(options.staff, 30.0 if options.quick else options.minutes * 60, options.think)
    is_well = True
    for name in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        if name == "postgresql" and not postgresql.is_there():
            print(f"\nPostgreSQL does not answer at {postgresql.SERVER}: not measured")
            is_well = is_well and options.database == "both"
            continue
        with contextlib.ExitStack() as place:
            folder = Path(place.enter_context(tempfile.TemporaryDirectory()))
            url = None if name == "sqlite" else place.enter_context(postgresql.database())
            app, ports, pids = place.enter_context(served(folder, url))
            is_well = tell(name, app, plan, work(app, ports, pids, plan)) and is_well
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
