"""The heaviest things one person may ask of a service: the largest upload, check, export and search."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

from benchmarks import drawings
from benchmarks.installation import Client

TABLES, RULES = 8, 300
"""What a check is handed: as many tables, with as many rules that have to be held against each other."""

_BOUNDARY = "heavy-7d1c"
_LARGEST = 20 * 1024 * 1024 - 1
Ask = Callable[[Client], int]


def upload(client: Client) -> int:
    """Bring the largest file that is taken."""
    return client.send(
        "/api/v1/attachments", *_parts({"file": ("all.pdf", b"%PDF-1.4\n" + bytes(_LARGEST - 9))})
    )


def check(client: Client) -> int:
    """Have large tables checked as a deployment."""
    files = {
        f"wide_{number}.dmn": drawings.wide_table(RULES).replace(b"wide", b"wide_%d" % number)
        for number in range(TABLES)
    }
    return client.send(
        "/api/v1/deployments/check", *_parts({name: (name, text) for name, text in files.items()})
    )


def export(client: Client) -> int:
    """Take the audit record with you."""
    return client.status_of("GET", "/admin/audit.csv")[0]


def search(client: Client) -> int:
    """Look for words that many cases hold, and for such as none does."""
    found = [
        client.status_of("GET", f"/api/v1/{path}={quote(words)}&limit=200")[0]
        for path in ("process-instances?q", "tasks?q")
        for words in ("a", "没有这样的活动")
    ]
    return max(found)


KINDS: Mapping[str, Ask] = {"upload": upload, "check": check, "export": export, "search": search}


class Heavy(threading.Thread):
    """One person who asks for one heavy thing after the other until told to stop; `asked` counts answers."""

    def __init__(self, port: int) -> None:
        super().__init__(name="heavy", daemon=True)
        self._client, self._stopped = Client(port), threading.Event()
        self.asked: dict[tuple[str, int], int] = {}
        self.longest: dict[str, float] = dict.fromkeys(KINDS, 0.0)
        self.broken = ""

    def run(self) -> None:
        try:
            self._client.sign_in()
            for name in itertools.cycle(KINDS):
                if self._stopped.is_set():
                    return
                began = time.perf_counter()
                status = KINDS[name](self._client)
                self.longest[name] = max(self.longest[name], time.perf_counter() - began)
                self.asked[name, status] = self.asked.get((name, status), 0) + 1
        except Exception as error:
            # Told at the end, whatever it was.
            self.broken = f"{type(error).__name__}: {error}"

    def stop(self) -> None:
        """Let the thing under way be the last one, and wait for it."""
        self._stopped.set()
        self.join()


def _parts(files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """Return files as the body of a form and its type; several go under `files`."""
    field = "file" if len(files) == 1 else "files"
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files.values()
    ]
    return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()]), f"multipart/form-data; boundary={_BOUNDARY}"
