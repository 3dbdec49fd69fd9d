"""What every request and response goes through: origin, size, and the headers that keep browsers strict."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from service.errors import Forbidden
from service.settings import Settings
from service.web.auth import bearer_token

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY_BYTES = 4 * 2**20
_FORM_PARTS = 1000

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every response; a view that needs another value sets it itself."""


def install(app: Flask, settings: Settings) -> None:
    """Guard every request of `app` and complete every response."""
    app.config.update(
        MAX_CONTENT_LENGTH=settings.upload_bytes + _BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=_BODY_BYTES,
        MAX_FORM_PARTS=_FORM_PARTS,
        SESSION_COOKIE_NAME="countersign_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=_is_https(settings),
    )
    app.session_interface = _PageSessions()
    app.before_request(_limit_size)
    app.before_request(refuse_unprintable)
    app.before_request(refuse_cross_site)
    app.after_request(complete_headers)


class _PageSessions(SecureCookieSessionInterface):
    """Flask's cookie of what a page tells the next one; its signer is made once, not with every request."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


def refuse_cross_site() -> None:
    """Refuse a change that another site's page asked a browser for.

    Every browser sends Sec-Fetch-Site, or at least Origin, with such requests; programs send neither, and
    have no cookie to be abused. Requests with a bearer token need no check: no page can add one.
    """
    if request.method in _SAFE_METHODS or bearer_token() is not None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("Origin")
    if site is None and (origin is None or _is_own(origin)):
        return
    raise Forbidden("This request came from another site.")


def refuse_unprintable() -> None:
    """Refuse NUL characters in addresses: no name has them and databases choke on them."""
    parameters = (text for pair in request.args.items(multi=True) for text in pair)
    if "\0" in request.path or any("\0" in text for text in parameters):
        raise BadRequest("A NUL character has no place in an address.")


def complete_headers(response: Response) -> Response:
    """Add the security headers a view has not set itself; private answers are not kept anywhere."""
    own = {name.lower() for name, _ in response.headers}
    response.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in own)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "private, no-store")
    if _is_https(current_app.extensions["countersign"].settings):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _limit_size() -> None:
    # Only uploads are large; the limit also stops bodies without a Content-Length.
    if request.mimetype != "multipart/form-data":
        request.max_content_length = _BODY_BYTES


def _is_own(origin: str) -> bool:
    public_url = current_app.extensions["countersign"].settings.public_url
    own = {request.host, urlsplit(public_url).netloc if public_url else request.host}
    return urlsplit(origin).netloc in own


def _is_https(settings: Settings) -> bool:
    return (settings.public_url or "").startswith("https:")
