"""Who a request comes from where proxies stand between: believed is only what a trusted one says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from service.settings import Network

WSGI: TypeAlias = Any

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class FromProxies:
    """Sets the client's address, scheme and host from the headers of trusted proxies; drops all others'.

    Each proxy adds to X-Forwarded-For whom it was asked by. Read from its end, the first address that is no
    trusted proxy is the client: whatever stands before it anybody could have written.
    """

    def __init__(self, app: WSGI, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        forwarded = {name: environ.pop(name, "") for name in _FORWARDED}
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._client(environ["REMOTE_ADDR"], forwarded["HTTP_X_FORWARDED_FOR"])
            scheme = _last(forwarded["HTTP_X_FORWARDED_PROTO"])
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
            if host := _last(forwarded["HTTP_X_FORWARDED_HOST"]):
                environ["HTTP_HOST"] = host
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

    def _client(self, peer: str, forwarded: str) -> str:
        client = peer
        for text in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
            address = _address(text)
            if address is None:
                break
            client = address
            if not self._is_trusted(address):
                break
        return client

    def _is_trusted(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(ipaddress.ip_address(address) in each for each in self._trusted)


def _address(text: str) -> str | None:
    """Return an address as it is written once, without a port; None for what is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def _last(header: str) -> str:
    return header.rpartition(",")[2].strip()
