"""A robot of a messenger that lives here, and does what a test tells it to."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 0.6
"""Longer than a test lets a receiver take."""


class Robot(ThreadingHTTPServer):
    """Keeps what it is sent. `answers`: what it does next, (status, JSON), "slow" or "reset"; then `well`."""

    daemon_threads = True

    def __init__(self, well):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.well, self.answers, self.sent = well, [], []

    @property
    def host(self):
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self):
        return f"http://{self.host}/robot/send?access_token=a-secret"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append((self.path, self.headers, body))
        answer = self.server.answers.pop(0) if self.server.answers else (200, self.server.well)
        if answer == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        if answer == "slow":
            time.sleep(SLOW_SECONDS)
            answer = (200, self.server.well)
        self._say(*answer)

    def _say(self, status, said, headers=()):
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def running(well) -> Iterator[Robot]:
    """Run a robot that says `well` when all is well."""
    robot = Robot(well)
    thread = threading.Thread(target=robot.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield robot
    finally:
        robot.shutdown()
        thread.join()
        robot.server_close()
