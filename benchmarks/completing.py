"""What it costs to complete a user task: the engine, the step with its commit, the whole HTTP request.

Each stands beside what nobody can go below with the same parts: a raw SpiffWorkflow cycle in the same
process, and a bare Flask view with one commit under the same server.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import answers, drawings, installation, spiff
from benchmarks.measure import Report, paired
from service import resources
from service.app import create_app
from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment
from service.feel import FEEL
from service.runtime.cases import instances
from service.runtime.step.context import Application
from service.runtime.tasks import user_tasks

KEY = "measured_chain"
BUDGET_LINES = 30
FILES = {f"{KEY}.bpmn": drawings.chain(KEY)}
# Different enough that packing them is work.
VARIABLES_20_KB = {
    f"field{number}": sha256(str(number).encode()).hexdigest() * 2 + "预算" * 4 for number in range(128)
}


class EngineOnly:
    """Load, complete, snapshot: no database."""

    def __init__(self, drawing: bytes, key: str, variables: Mapping[str, Any]) -> None:
        self._model, self._key, self._variables = Model.load({"drawing.bpmn": drawing}), key, dict(variables)
        self._environment = Environment(
            now=datetime(2026, 3, 2, tzinfo=UTC), dossier=_nothing, call_handler=_nothing, feel=FEEL
        )
        self._begin()

    def __call__(self) -> float:
        begun = time.perf_counter()
        instance = Instance.load(self._model, self.snapshot, self._environment)
        instance.complete(self._token, {})
        progress = instance.progress()
        taken = time.perf_counter() - begun
        self._keep(progress)
        return taken

    def _begin(self) -> None:
        self._keep(Instance.start(self._model, self._key, self._variables, self._environment).progress())

    def _keep(self, progress: Any) -> None:
        if progress.state != "active":
            self._begin()
            return
        self.snapshot = progress.snapshot
        self._token = progress.opened[0].token_id


class Runtime:
    """`runtime.user_tasks.complete`: rights, lock, engine, task list, record, audit, one durable commit."""

    def __init__(
        self,
        app: Application,
        key: str = KEY,
        *,
        given: Mapping[str, Any] | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> None:
        """`given` are the answers a case starts with, `said` those to each of its tasks."""
        self._app, self._key, self._given, self._said = app, key, given, said or {}
        self._actor = installation.actor(app)
        self._task = self._begin()

    def __call__(self) -> float:
        task = self._task
        begun = time.perf_counter()
        done = user_tasks.complete(self._app, self._actor, task.id, task.version, self._said)
        taken = time.perf_counter() - begun
        self._task = done.opened[0] if done.opened else self._begin()
        return taken

    def _begin(self) -> Any:
        made = instances.start(self._app, self._actor, self._key, answers=self._given)
        return user_tasks.find(self._app, self._actor, instance=made.id).items[0]


class OverHttp:
    """POST …/complete on a connection kept alive, signed in by cookie."""

    def __init__(self, client: installation.Client, key: str = KEY, *, ahead: int = 0) -> None:
        """`ahead`: cases started now, so that nothing but completing happens while it is measured."""
        self._client, self._key = client, key
        self._ready = [self._start() for _ in range(ahead)]
        self._task = self._begin()

    def __call__(self) -> float:
        body = {"version": self._task["version"], "answers": {}}
        begun = time.perf_counter()
        done = self._client.post(f"/api/v1/tasks/{self._task['id']}/complete", body)
        taken = time.perf_counter() - begun
        self._task = done["opened"][0] if done["opened"] else self._begin()
        return taken

    def _begin(self) -> dict[str, Any]:
        return self._ready.pop() if self._ready else self._start()

    def _start(self) -> dict[str, Any]:
        made = self._client.post(f"/api/v1/process-definitions/{self._key}/start", {})
        return self._client.get(f"/api/v1/tasks?instance={made['id']}")["items"][0]


def in_process(report: Report, folder: Path) -> None:
    """Compare engine and step with the raw cycle, in turns in this process."""
    spec = spiff.parse(FILES[f"{KEY}.bpmn"], KEY)
    with installation.opened(installation.environment(folder / "ours"), FILES) as app:
        timings = paired(
            {
                "raw cycle": spiff.Cycle(folder / "raw.db", spec, spiff.whole(), {}),
                "raw cycle, drawing kept": spiff.Cycle(
                    folder / "kept.db", spec, spiff.without_drawing(spec), {}
                ),
                "engine alone": EngineOnly(FILES[f"{KEY}.bpmn"], KEY, {}),
                "engine + durable step": Runtime(app),
            },
            rounds=report.rounds(600),
        )
    report.show("Completing a task of twelve, in one process", timings, floor="raw cycle")


def with_form(report: Report, folder: Path) -> None:
    """Compare completing with and without a form: finance reviews a budget."""
    forms = {name: text for name, text in resources.manifest_files().items() if name.endswith(".form")}
    files = {**FILES, **forms, "measured_forms.bpmn": drawings.chain_with_form("measured_forms")}
    with installation.opened(installation.environment(folder / "forms"), files) as app:
        budget, said = answers.budget(BUDGET_LINES), answers.of("finance_review")
        timings = paired(
            {
                "without a form": Runtime(app),
                "with its form": Runtime(app, "measured_forms", given=budget, said=said),
            },
            rounds=report.rounds(600),
        )
    report.show(f"Completing a task, budget of {BUDGET_LINES} lines", timings, floor="without a form")


def over_http(report: Report, folder: Path) -> None:
    """Compare a signed-in HTTP completion with the bare commit, in turns against two servers."""
    ours = installation.environment(folder / "served", port=installation.free_port())
    with installation.opened(ours, FILES):
        pass
    port = installation.free_port()
    with (
        installation.process("benchmarks.floor", str(folder / "floor.db"), str(port)) as bare,
        installation.served(ours) as client,
    ):
        floor = installation.Client(port)
        floor.wait_for("/readyz")
        things: dict[str, Callable[[], Any]] = {
            "bare Flask commit": lambda: floor.post("/rows", {"version": 1, "answers": {}}),
            "completing over HTTP": OverHttp(client, ahead=(report.rounds(1200) + 40) // drawings.STEPS + 1),
        }
        paired(things, rounds=30)
        before = [installation.cpu_seconds(pid) for pid in (bare.pid, client.pid)]
        timings = paired(things, rounds=report.rounds(1200), warm_up=0)
        after = [installation.cpu_seconds(pid) for pid in (bare.pid, client.pid)]
    report.show("Completing a task of twelve, over HTTP", timings, floor="bare Flask commit")
    if all(before):
        spent = [
            (late - early) / report.rounds(1200) * 1000 for early, late in zip(before, after, strict=True)
        ]
        report.say("processor time a request, bare Flask commit", spent[0], "ms")
        report.say("processor time a request, Countersign", spent[1], "ms")
        report.say("processor time, ratio", spent[1] / spent[0])


def statements(report: Report, folder: Path) -> None:
    """Count what one signed-in HTTP completion asks of the database."""
    with installation.opened(installation.environment(folder / "counted"), FILES) as app:
        flask = create_app(app.settings, application=app)
        client = flask.test_client()
        client.post("/login", data={"username": installation.USER, "password": installation.PASSWORD})
        made = client.post(f"/api/v1/process-definitions/{KEY}/start", json={}).json
        task = client.get(f"/api/v1/tasks?instance={made['id']}").json["items"][0]
        with counted(app) as seen:
            client.post(f"/api/v1/tasks/{task['id']}/complete", json={"version": 1, "answers": {}})
    # Several rows of one INSERT are one statement to whoever writes them.
    asked = [text for text, _ in groupby(seen, _without_values) if not text.startswith("PRAGMA")]
    for text in asked:
        print("   ", text[:100])
    report.say("SQL statements per completion", sum(not _is_frame(text) for text in asked))
    report.say("commits per completion", asked.count("COMMIT"))


@contextlib.contextmanager
def counted(app: Application) -> Iterator[list[str]]:
    """Yield a list that fills with every statement; COMMIT stands for a write transaction's commit."""
    seen: list[str] = []

    def listen(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(seen.append)

    # Below SQLAlchemy: what every answer needs goes to the driver as it is.
    engines = (app.db.engine, app.db._reader)
    for engine in engines:
        engine.dispose()
        sa.event.listen(engine, "connect", listen)
    yield seen
    for engine in engines:
        sa.event.remove(engine, "connect", listen)
        engine.dispose()


def _without_values(statement: str) -> str:
    return " ".join(statement.partition(" VALUES ")[0].split())


def _is_frame(statement: str) -> bool:
    return statement.startswith(("BEGIN", "COMMIT"))


def growing_case(report: Report, folder: Path) -> None:
    """Compare a small case with one of 20 KB of variables and one in its 240th turn."""
    loop = {"loop.bpmn": drawings.loop()}
    small = EngineOnly(FILES[f"{KEY}.bpmn"], KEY, {})
    large = EngineOnly(FILES[f"{KEY}.bpmn"], KEY, VARIABLES_20_KB)
    early = EngineOnly(loop["loop.bpmn"], "measured_loop", {})
    late = EngineOnly(loop["loop.bpmn"], "measured_loop", {})
    for _ in range(240):
        late()
    report.say("snapshot, small case", len(small.snapshot), "bytes")
    report.say("snapshot, 20 KB of variables", len(large.snapshot), "bytes")
    report.say("snapshot, 240th turn", len(late.snapshot), "bytes")
    spec = spiff.parse(FILES[f"{KEY}.bpmn"], KEY)
    timings = paired(
        {
            "small case": small,
            "20 KB of variables": large,
            "20 KB of variables, raw cycle": spiff.Cycle(
                folder / "large.db", spec, spiff.whole(), VARIABLES_20_KB
            ),
            "loop, first turns": early,
            "loop, from the 240th turn": late,
        },
        rounds=report.rounds(300),
    )
    report.show("How the engine's part grows with the case", timings, floor="small case")


def starting(report: Report, folder: Path) -> None:
    """Time a start of the service on a prepared folder until /readyz answers 200."""
    variables = installation.environment(folder / "started", port=installation.free_port())
    with installation.opened(variables, {}):
        pass
    with installation.process("service.cli", "serve", "--bootstrap", "--no-past", variables=variables):
        installation.Client(int(variables["COUNTERSIGN_PORT"])).wait_for("/readyz")

    def start(*options: str) -> float:
        begun = time.perf_counter()
        with installation.process("service.cli", "serve", *options, variables=variables):
            installation.Client(int(variables["COUNTERSIGN_PORT"])).wait_for("/readyz")
            return time.perf_counter() - begun

    timings = paired(
        {"serve": start, "serve --bootstrap": lambda: start("--bootstrap", "--no-past")},
        rounds=report.rounds(12),
        warm_up=1,
    )
    report.show("From the command to /readyz, data folder prepared", timings, floor="serve")


def _nothing(_: Any) -> None:
    return None


def main() -> None:
    report = Report("Completing a user task")
    parts = {
        "process": in_process,
        "form": with_form,
        "http": over_http,
        "statements": statements,
        "case": growing_case,
        "start": starting,
    }
    for part in report.parts(parts):
        with tempfile.TemporaryDirectory() as folder:
            part(report, Path(folder))
    report.close()


if __name__ == "__main__":
    main()
