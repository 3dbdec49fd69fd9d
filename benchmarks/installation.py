"""Countersign itself, set up in a folder of its own: in this process, or served in another."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from service.errors import Conflict
from service.runtime import identity
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.wiring import open_application
from service.settings import Settings

USER, PASSWORD = "bench", "correct horse battery"
SECRET = "for measuring only, never elsewhere"
_ROOT = Path(__file__).resolve().parents[1]
_PATIENCE_SECONDS = 60


def environment(data: Path, *, port: int = 0, **settings: str) -> dict[str, str]:
    """Return the variables of an installation in `data`; `settings` are names without prefix."""
    given = {"DATA": str(data), "SECRET_KEY": SECRET, "PORT": str(port), **settings}
    return {f"COUNTERSIGN_{name}": value for name, value in given.items()}


@contextlib.contextmanager
def opened(variables: Mapping[str, str], files: Mapping[str, bytes]) -> Iterator[Application]:
    """Yield an application whose tables exist, with `files` live and one user, an admin."""
    app = open_application(Settings.from_env(variables))
    try:
        app.db.migrate()
        if files:
            deployments.deploy(app, SYSTEM, files)
        with contextlib.suppress(Conflict):
            identity.create_user(app, SYSTEM, USER, password=PASSWORD, groups=("admin",))
        yield app
    finally:
        app.close()


def actor(app: Application) -> Actor:
    return identity.actor(app, USER)


@contextlib.contextmanager
def process(
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    python: str = sys.executable,
    folder: Path = _ROOT,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module in a process of its own; it is ended with the block."""
    child = subprocess.Popen(
        [python, "-m", *arguments],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def served(variables: Mapping[str, str], *options: str, user: str = USER) -> Iterator[Client]:
    """Serve an installation by its own command; yield a client signed in with the session cookie."""
    port = int(variables["COUNTERSIGN_PORT"])
    with process("service.cli", "serve", *options, variables=variables) as child:
        client = Client(port, pid=child.pid)
        client.wait_for("/readyz")
        client.sign_in(user)
        yield client


class Client:
    """One connection kept alive, one request at a time."""

    def __init__(self, port: int, *, pid: int = 0) -> None:
        self.pid = pid
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        self._cookies: dict[str, str] = {}
        # Sent with every request.
        self.headers: dict[str, str] = {}

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, json.dumps(body).encode(), "application/json")

    def post_form(self, path: str, form: bytes = b"") -> Any:
        return self._ask("POST", path, form, "application/x-www-form-urlencoded")

    def sign_in(self, user: str = USER) -> None:
        form = urlencode({"username": user, "password": PASSWORD}).encode()
        self.post_form("/login", form)
        if "countersign_session" not in self._cookies:
            raise RuntimeError("the user could not sign in")

    def wait_for(self, path: str) -> None:
        """Return once `path` answers 200."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers(path):
            if time.monotonic() > until:
                raise TimeoutError(f"{path} does not answer")
            time.sleep(0.01)

    def _answers(self, path: str) -> bool:
        try:
            self.get(path)
        except (OSError, http.client.HTTPException, RuntimeError):
            self._connection.close()
            return False
        return True

    def status_of(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Return the status of an answer and what it says, whatever that is."""
        content = None if body is None else json.dumps(body).encode()
        return self._answered(method, path, content, "application/json")

    def send(self, path: str, body: bytes, media_type: str) -> int:
        """POST any content; return the status of the answer, whatever that is."""
        return self._answered("POST", path, body, media_type)[0]

    def _ask(self, method: str, path: str, body: bytes | None = None, media_type: str = "") -> Any:
        status, answer = self._answered(method, path, body, media_type)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {str(answer)[:300]}")
        return answer

    def _answered(self, method: str, path: str, body: bytes | None, media_type: str) -> tuple[int, Any]:
        headers = dict(self.headers)
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = media_type
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, secret = value.partition(";")[0].partition("=")
                self._cookies[cookie] = secret
        is_json = (response.headers.get("Content-Type") or "").startswith("application/json")
        return response.status, json.loads(content) if is_json else content


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used; 0.0 where the system does not tell (not Linux)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
