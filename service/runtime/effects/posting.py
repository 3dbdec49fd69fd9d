"""Posting to an address of the settings: one attempt, bounded in time and size, never led elsewhere."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.errors import Undeliverable
from service.runtime.effects.channel import Paused
from service.wording import Text

SECONDS = 5.0
"""So long a receiver may take for its whole answer."""
MOST_BYTES = 64 * 1024
PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 3600.0


class NotAnswered(Exception):
    """The receiver could not take it now: try again. The address is a secret, so only its host is named."""


@dataclass(frozen=True)
class Answer:
    """What a receiver said, at most MOST_BYTES of it."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post JSON and return an answer of the 2xx kind.

    Undeliverable where the receiver refuses it for good (4xx, or it leads elsewhere), Paused where it is too
    much at once (429), NotAnswered where it fails, is too slow or hangs up.
    """
    parts = urlsplit(url)
    try:
        answer, retry_after = _send(url, body, {"Content-Type": "application/json; charset=utf-8", **headers})
    except (OSError, http.client.HTTPException) as error:
        # Chained it would show in a log what it was asked for: the address has the secret.
        raise NotAnswered(f"{parts.hostname}: {type(error).__name__}") from None
    if answer.status == http.client.TOO_MANY_REQUESTS:
        raise Paused(_seconds(retry_after))
    if answer.status >= 500 or answer.status == http.client.REQUEST_TIMEOUT:
        raise NotAnswered(f"{parts.hostname}: {answer.status}")
    if not 200 <= answer.status < 300:
        raise Undeliverable(
            Text("{host} refuses what it is told ({status}).", host=str(parts.hostname), status=answer.status)
        )
    return answer


def _send(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[Answer, str | None]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    until = time.monotonic() + SECONDS
    connection = kind(str(parts.hostname), parts.port, timeout=SECONDS)
    try:
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, _read(response, until)), response.getheader("Retry-After")
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    """Return the answer, piece by piece: each piece alone could take the whole time."""
    found = b""
    while len(found) < MOST_BYTES and (piece := response.read1(MOST_BYTES - len(found))):
        found += piece
        if time.monotonic() > until:
            raise TimeoutError
    return found


def _seconds(retry_after: str | None) -> float:
    told = (retry_after or "").strip()
    seconds = float(told) if told.isascii() and told.isdecimal() else PAUSE_SECONDS
    return min(max(seconds, 1.0), _LONGEST_PAUSE_SECONDS)
