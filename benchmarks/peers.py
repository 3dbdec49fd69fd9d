"""The same twelve steps in another system, over HTTP, in turns with Countersign and the floor.

Viewflow (Django; flows in Python, not BPMN) is installed by `--install` into an environment of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

from benchmarks import installation
from benchmarks.completing import FILES, OverHttp
from benchmarks.measure import Report, paired

_HERE = Path(__file__).parent
_ENVIRONMENT = _HERE.parent / "var" / "viewflow"
_PACKAGES = ("django>=5.2,<6", "django-viewflow>=2.4,<3", "waitress>=3")


class Viewflow:
    """POST of a task's own page, signed in by session, with the token against forged requests."""

    def __init__(self, client: installation.Client) -> None:
        self._client = client
        client.headers["X-CSRFToken"] = client.get("/sign-in")["csrf"]

    def __call__(self) -> float:
        task = self._client.get("/waiting")["task"]
        if task is None:
            self._client.post_form("/flow/start/")
            task = self._client.get("/waiting")["task"]
        begun = time.perf_counter()
        self._client.post_form(task)
        return time.perf_counter() - begun


def install() -> None:
    venv.create(_ENVIRONMENT, with_pip=True)
    subprocess.run([_python(), "-m", "pip", "install", "-q", *_PACKAGES], check=True)


def _python() -> str:
    folder = "Scripts" if sys.platform == "win32" else "bin"
    return str(_ENVIRONMENT / folder / "python")


def compare(report: Report, folder: Path) -> None:
    """Complete tasks on three servers in turns."""
    ours = installation.environment(folder / "ours", port=installation.free_port())
    with installation.opened(ours, FILES):
        pass
    ports = [installation.free_port() for _ in range(2)]
    with (
        installation.process("benchmarks.floor", str(folder / "floor.db"), str(ports[0])),
        installation.process(
            "viewflow_peer", str(folder / "viewflow.db"), str(ports[1]), python=_python(), folder=_HERE
        ),
        installation.served(ours) as client,
    ):
        floor, viewflow = (installation.Client(port) for port in ports)
        for each in (floor, viewflow):
            each.wait_for("/readyz")
        body: dict[str, Any] = {"version": 1, "answers": {}}
        timings = paired(
            {
                "bare Flask commit": lambda: floor.post("/rows", body),
                "Countersign": OverHttp(client),
                "Viewflow": Viewflow(viewflow),
            },
            rounds=report.rounds(500),
            warm_up=20,
        )
    report.show("A task of twelve, over HTTP, on SQLite", timings, floor="bare Flask commit")


def main() -> None:
    report = Report("Beside a peer", {"--install": "install the peer first"})
    if report.options.install:
        install()
    if not Path(_python()).exists():
        print("skipped: Viewflow is not installed; run again with --install")
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(report, Path(folder))
    report.close()


if __name__ == "__main__":
    main()
