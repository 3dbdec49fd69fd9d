"""A request as the application meets it behind proxies."""

from __future__ import annotations

from service.web.proxies import FromProxies


def answered_for(trusted, peer, forwarded, *, proto="", host=""):
    """Return the environment the application sees."""
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inside"}
    headers = {"FOR": forwarded, "PROTO": proto, "HOST": host}
    environ |= {f"HTTP_X_FORWARDED_{name}": value for name, value in headers.items() if value}
    FromProxies(application, trusted)(environ, lambda *_: None)
    return seen
