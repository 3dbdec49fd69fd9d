"""How cost grows: with a case's age, the number of open tasks, the drawings, the form, and use."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from benchmarks import answers, drawings, installation, postgresql, rows
from benchmarks.completing import BUDGET_LINES, KEY, EngineOnly, Runtime
from benchmarks.measure import Report, paired
from service import resources
from service.engine.check import check
from service.engine.decisions import read_dmn
from service.engine.definition import Model
from service.errors import Conflict
from service.feel import FEEL
from service.handlers import HANDLERS
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM, Application

GROUPS = ("市场部", "法务部", "财务部", "技术部", "销售部", "设计部", "客服部", "审计部")
MEMBER = "member"
_FILES = {
    f"{KEY}.bpmn": drawings.chain(KEY),
    "measured_loop.bpmn": drawings.loop(),
    "organisation.yaml": yaml.safe_dump(
        {"groups": dict.fromkeys(GROUPS, "department")}, allow_unicode=True
    ).encode(),
}


def turns(report: Report, folder: Path) -> None:
    """Compare turn 10 with turn 10 000 of a loop: the engine, the whole step, the bytes it stores."""
    old_turn = 500 if report.options.quick else 10_000
    engines = {"turn 10": _engine_at(10), f"turn {old_turn}": _engine_at(old_turn)}
    for name, engine in engines.items():
        report.say(f"snapshot at {name}", len(engine.snapshot), "bytes")
    timings = paired({f"engine, {name}": each for name, each in engines.items()}, rounds=report.rounds(500))
    report.show("The engine in a loop", timings, floor="engine, turn 10")
    variables = installation.environment(folder)
    with installation.opened(variables, _FILES) as app:
        young, old = (Runtime(app, "measured_loop") for _ in range(2))
        _turn(young, 10)
        _turn(old, 90)
        before = _stored(folder)
        _turn(old, old_turn - 100)
        report.say(
            "stored per step, all tables and indexes", (_stored(folder) - before) / (old_turn - 100), "bytes"
        )
        _turn(old, 10)
        timings = paired({"step, turn 10": young, f"step, turn {old_turn}": old}, rounds=report.rounds(500))
    report.show("The whole step in a loop", timings, floor="step, turn 10")


def inbox(report: Report, folder: Path) -> None:
    """Compare lists over 1 000 and 1 000 000 open tasks, on SQLite."""
    urls = [f"sqlite:///{folder / name}.db" for name in ("few", "many")]
    _inbox(report, folder, "SQLite", urls)


def inbox_postgresql(report: Report, folder: Path) -> None:
    """The same on PostgreSQL, where a server answers."""
    if not postgresql.is_there():
        report.say("inbox on PostgreSQL", "skipped: no server answers")
        return
    with postgresql.database() as few, postgresql.database() as many:
        _inbox(report, folder, "PostgreSQL", [few, many])


def checking(report: Report, _folder: Path) -> None:
    """Time parse and check of the whole lifecycle: in processes of their own, and again in this one."""
    files = resources.manifest_files()

    def parse() -> None:
        Model.load(files)

    def parse_and_check() -> None:
        Model.load(files)
        check(files, topics=HANDLERS)

    report.say("files", len(files))
    first = sorted(_first_check() for _ in range(report.rounds(9)))
    report.say("parse + check, first in its process: best", first[0], "s")
    report.say("parse + check, first in its process: median", first[len(first) // 2], "s")
    timings = paired({"parse": parse, "parse + check": parse_and_check}, rounds=report.rounds(30), warm_up=0)
    report.show("The whole lifecycle", timings, floor="parse")


def _first_check() -> float:
    """Return the seconds of parse and check in a new process, without its imports."""
    code = (
        "import time; from service import resources; from service.engine.check import check; "
        "from service.engine.definition import Model; from service.handlers import HANDLERS; "
        "files = resources.manifest_files(); begun = time.perf_counter(); Model.load(files); "
        "check(files, topics=HANDLERS); print(time.perf_counter() - begun)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def tables(report: Report, _folder: Path) -> None:
    """Time the check of decision tables of 1 000 and 5 000 rows: text, and a band of numbers of its own."""
    for count in (1_000, 5_000):
        begun = time.perf_counter()
        found = read_dmn(f"{count}.dmn", drawings.wide_table(count)).findings
        report.say(
            f"a table of {count} rows, read and checked ({len(found)} gaps shown)",
            time.perf_counter() - begun,
            "s",
        )


def form(report: Report, _folder: Path) -> None:
    """Time the check of a budget form of 30 lines, beside one of 1 line."""
    schema = json.loads((resources.forms() / "budget.form").read_bytes())

    def filled(lines: int) -> Any:
        given = answers.budget(lines)

        def run() -> None:
            FEEL.check_form(schema, given, {"urgency": "normal"}, now=answers.NOW)

        return run

    timings = paired(
        {"1 line": filled(1), f"{BUDGET_LINES} lines": filled(BUDGET_LINES)}, rounds=report.rounds(300)
    )
    report.show("A budget form checked by FEEL", timings, floor="1 line")


def memory(report: Report, folder: Path) -> None:
    """Read the memory of a web process that has served every page of the demo company once."""
    variables = installation.environment(folder, port=installation.free_port())
    with installation.process("service.cli", "serve", "--bootstrap", "--no-past", variables=variables):
        installation.Client(int(variables["COUNTERSIGN_PORT"])).wait_for("/readyz")
    with installation.opened(variables, {}):
        pass
    with installation.served(variables) as client:
        report.say("memory before the first page", _memory_mb(client.pid), "MB")
        pages = crawl(client, 40 if report.options.quick else 400)
        report.say("pages fetched", pages)
        report.say("memory after them", _memory_mb(client.pid), "MB")
        _decide_at_once(int(variables["COUNTERSIGN_PORT"]), 2 if report.options.quick else 8)
        report.say("memory after eight people's decisions at once", _memory_mb(client.pid), "MB")


def _decide_at_once(port: int, people: int) -> None:
    """Have FEEL evaluated by as many threads as there are: each may need an isolate of its own."""

    def ask(client: installation.Client) -> None:
        for amount in range(50):
            body = {"variables": {"budget_total": amount * 10_000}}
            client.post("/api/v1/decisions/approval_tier/evaluate", body)

    clients = [installation.Client(port) for _ in range(people)]
    for client in clients:
        client.sign_in()
    with ThreadPoolExecutor(people) as pool:
        list(pool.map(ask, clients))


def crawl(client: installation.Client, most: int) -> int:
    """Fetch the pages that link to each other, at most so many; return how many."""
    waiting, seen = ["/tasks", "/cases", "/instances", "/processes", "/start", "/releases", "/account"], set()
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        with contextlib.suppress(RuntimeError):
            page = client.get(path)
            found = re.findall(rb'href="(/[^"#]*)"', page) if isinstance(page, bytes) else []
            waiting += [
                link.decode() for link in found if not link.startswith((b"/static", b"/log", b"/api"))
            ]
    return len(seen)


def _engine_at(turn: int) -> EngineOnly:
    engine = EngineOnly(_FILES["measured_loop.bpmn"], "measured_loop", {})
    for _ in range(turn - 1):
        engine()
    return engine


def _turn(thing: Any, times: int) -> None:
    for _ in range(times):
        thing()


def _stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("countersign.db*"))


def _inbox(report: Report, folder: Path, database: str, urls: list[str]) -> None:
    counts = (1000, 10_000) if report.options.quick else (1000, 1_000_000)
    with contextlib.ExitStack() as stack:
        few, many = (
            stack.enter_context(_with_tasks(folder / f"{database}{count}", url, count))
            for count, url in zip(counts, urls, strict=True)
        )
        for what, path in {
            "inbox page": "/tasks",
            "API list, mine": "/api/v1/tasks?mine=true",
            "API list, one group": "/api/v1/tasks?group=%E6%B3%95%E5%8A%A1%E9%83%A8",
            "page of cases": "/cases?kind=all",
        }.items():
            timings = paired(
                {
                    f"{counts[0]} tasks": lambda path=path: few.get(path),
                    f"{counts[1]} tasks": lambda path=path: many.get(path),
                },
                rounds=report.rounds(150),
            )
            report.show(f"{what}, {database}", timings, floor=f"{counts[0]} tasks")


@contextlib.contextmanager
def _with_tasks(data: Path, url: str, count: int) -> Iterator[installation.Client]:
    variables = installation.environment(data, port=installation.free_port(), DATABASE_URL=url)
    with installation.opened(variables, _FILES) as app:
        made = instances.start(app, installation.actor(app), KEY)
        rows.multiply_tasks(app, made.id, GROUPS, count)
        rows.refresh_statistics(app)
        _hire_member(app)
    with installation.served(variables, user=MEMBER) as client:
        yield client


def _hire_member(app: Application) -> None:
    with contextlib.suppress(Conflict):
        identity.create_user(
            app,
            SYSTEM,
            MEMBER,
            password=installation.PASSWORD,
            groups=("法务部", "财务部"),
            department="法务部",
        )


def _memory_mb(pid: int) -> float:
    """Return what a process holds in memory. Linux only: elsewhere the part cannot be run."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def main() -> None:
    report = Report("How cost grows")
    parts = {
        "turns": turns,
        "check": checking,
        "tables": tables,
        "form": form,
        "inbox": inbox,
        "inbox-postgresql": inbox_postgresql,
        "memory": memory,
    }
    for part in report.parts(parts):
        with tempfile.TemporaryDirectory() as folder:
            part(report, Path(folder))
    report.close()


if __name__ == "__main__":
    main()
