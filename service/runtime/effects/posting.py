"""Posting to an address of the settings: one attempt, bounded in time and size, never led elsewhere."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from service.errors import Undeliverable
from service.runtime.effects.channel import Paused
from service.wording import Text

SECONDS = 5.0
"""So long a receiver may take for its whole answer."""
MOST_BYTES = 64 * 1024
PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 3600.0
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses by which a network without IPv4 reaches those of IPv4."""


class NotAnswered(Exception):
    """The receiver could not take it now: try again. The address is a secret, so only its host is named."""


@dataclass(frozen=True)
class Answer:
    """What a receiver said, at most MOST_BYTES of it."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], within: Collection[str]) -> Answer:
    """Post JSON and return an answer of the 2xx kind.

    `within` names the hosts (with their port) that may stand in the company's own network; every other has to
    have a public address, whatever its name leads to at that moment. Undeliverable where it has none or the
    receiver refuses it for good (4xx, or it leads elsewhere), Paused where it is too much at once (429),
    NotAnswered where it fails, is too slow or hangs up.
    """
    parts = urlsplit(url)
    try:
        said = {"Content-Type": "application/json; charset=utf-8", **headers}
        answer, retry_after = _send(url, body, said, is_anywhere=parts.netloc in within)
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


def _send(
    url: str, body: bytes, headers: Mapping[str, str], *, is_anywhere: bool
) -> tuple[Answer, str | None]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    until = time.monotonic() + SECONDS
    connection = kind(str(parts.hostname), parts.port, timeout=SECONDS)
    try:
        connection.sock = _connected(parts, connection.port, is_anywhere=is_anywhere)
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, _read(response, until)), response.getheader("Retry-After")
    finally:
        connection.close()


def _connected(parts: SplitResult, port: int, *, is_anywhere: bool) -> socket.socket:
    """Return a connection to the host, at the very address that was judged: asked twice, its name may lie."""
    host = str(parts.hostname)
    found = [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [each for each in dict.fromkeys(found) if is_anywhere or is_public(each)]
    if not allowed:
        raise Undeliverable(
            Text("{host} stands in a private network: name it in COUNTERSIGN_CHANNEL_HOSTS.", host=host)
        )
    connection = _first_of(allowed, port)
    if parts.scheme != "https":
        return connection
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _first_of(addresses: Sequence[str], port: int) -> socket.socket:
    for each in addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((each, port), timeout=SECONDS)
    return socket.create_connection((addresses[-1], port), timeout=SECONDS)


def is_public(address: str) -> bool:
    """Say whether an address is one of the whole world, also where IPv6 wraps one of IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _TRANSLATED:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        else:
            found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


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
