"""Several web servers and workers as processes of their own, to be killed and started again."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the tests"


@dataclass
class Member:
    """One process; `port` for web servers only. `log` is what it said."""

    name: str
    command: list[str]
    log: Path
    port: int | None = None
    process: subprocess.Popen | None = None


@dataclass
class Cluster:
    """Web servers and workers on one database and one queue."""

    folder: Path
    database_url: str
    queue_url: str
    members: list[Member] = field(default_factory=list)
    kills: int = 0

    def add_web(self, count: int) -> None:
        for number in range(count):
            port = _free_port()
            command = ["serve", "--no-worker", "--host", "127.0.0.1", "--port", str(port)]
            self._add(f"web{number}", command, port)

    def add_workers(self, count: int) -> None:
        for number in range(count):
            self._add(f"worker{number}", ["worker"])

    def _add(self, name: str, command: list[str], port: int | None = None) -> None:
        member = Member(name, command, self.folder / f"{name}.log", port)
        self.members.append(member)
        self._start(member)

    def _start(self, member: Member) -> None:
        environment = {
            **os.environ,
            "COUNTERSIGN_DATA": str(self.folder / "data"),
            "COUNTERSIGN_DATABASE_URL": self.database_url,
            "COUNTERSIGN_QUEUE_URL": self.queue_url,
            "COUNTERSIGN_SECRET_KEY": SECRET,
        }
        command = [sys.executable, "-m", "service.cli", *member.command]
        with member.log.open("ab") as log:
            member.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def wait_until_ready(self, seconds: float = 120) -> None:
        """Wait until every web server answers and every worker works."""
        until = time.monotonic() + seconds
        for member in self.members:
            while not self._is_ready(member):
                assert time.monotonic() < until, f"{member.name}: {member.log.read_text()[-2000:]}"
                time.sleep(0.1)

    def _is_ready(self, member: Member) -> bool:
        if member.port is None:
            return b"working" in member.log.read_bytes()
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.request(member.port, "GET", "/readyz")[0] == 200
        return False

    def kill_one(self, chance: random.Random) -> str:
        """Kill a process without warning and start it again; return its name."""
        member = chance.choice(self.members)
        self._kill(member)
        self._start(member)
        self.kills += 1
        return member.name

    def any_port(self, chance: random.Random) -> int:
        """Return the port of some web server, as a load balancer would."""
        return chance.choice([member.port for member in self.members if member.port])

    @staticmethod
    def request(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request; return status and JSON. OSError or HTTPException when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        with contextlib.closing(connection):
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")

    def stop(self) -> None:
        for member in self.members:
            self._kill(member)

    @staticmethod
    def _kill(member: Member) -> None:
        if member.process is not None:
            member.process.send_signal(signal.SIGKILL)
            member.process.wait()


@contextlib.contextmanager
def cluster(folder: Path, database_url: str, queue_url: str, *, web: int, workers: int) -> Iterator[Cluster]:
    """Yield a running cluster; it is gone afterwards."""
    made = Cluster(folder, database_url, queue_url)
    try:
        made.add_web(web)
        made.add_workers(workers)
        made.wait_until_ready()
        yield made
    finally:
        made.stop()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
