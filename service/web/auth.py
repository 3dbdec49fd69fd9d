"""Who is asking: a bearer token, else the session cookie. Every request knows before its view runs."""

from __future__ import annotations

import secrets

from flask import Flask, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from service.errors import NotSignedIn
from service.runtime import identity
from service.runtime.step.context import Actor, Application

COOKIE = "countersign_session"
DEVICE_COOKIE = "countersign_device"
_DEVICE_SECONDS = 180 * 86400
# Probes and files need nobody: they must not cost a query.
_ANONYMOUS = ("/static/", "/healthz", "/readyz", "/metrics")


def install(app: Flask) -> None:
    """Have every request of `app` find out who is asking."""
    app.before_request(_identify)


def login(username: str, password: str) -> str:
    """Return the secret of a new session. NotSignedIn or Throttled as `identity.authenticate`."""
    address, device = request.remote_addr or "", _device_of(username)
    return open_session(
        identity.authenticate(_application(), username, password, address=address, device=device)
    )


def open_session(actor: Actor) -> str:
    """Return the secret of a new session of somebody whose password was just checked."""
    agent = request.headers.get("User-Agent", "")
    return identity.sign_in(_application(), actor, address=request.remote_addr or "", user_agent=agent)


def sign_in_response(response: Response, secret: str, username: str) -> Response:
    """Add to a response the cookie of a new session, and the one by which this browser is known later."""
    settings = _application().settings
    device = _device_of(username) or secrets.token_hex(8)
    known = _signer().dumps([username.strip(), device])
    for name, value, seconds in (
        (COOKIE, secret, settings.session_seconds),
        (DEVICE_COOKIE, known, _DEVICE_SECONDS),
    ):
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            secure=(settings.public_url or "").startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return response


def sign_out_response(response: Response) -> Response:
    """End the session of this request and take its cookie back."""
    secret = request.cookies.get(COOKIE)
    if secret:
        identity.sign_out(_application(), secret)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


def current_actor() -> Actor | None:
    """Return who is asking, None when nobody is signed in."""
    actor: Actor | None = g.get("actor")
    return actor


def require_actor() -> Actor:
    """Return who is asking. NotSignedIn when nobody is."""
    actor = current_actor()
    if actor is None:
        raise NotSignedIn()
    return actor


def bearer_token() -> str | None:
    """Return the bearer token of this request; "" when the header has none to give."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _device_of(username: str) -> str | None:
    """Return the name of this browser if it has signed this person in before, else None."""
    try:
        name, device = _signer().loads(request.cookies.get(DEVICE_COOKIE, ""), max_age=_DEVICE_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(device) if name == username.strip() else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="countersign device")


def _identify() -> None:
    g.actor = None
    if request.path.startswith(_ANONYMOUS):
        return
    token, secret = bearer_token(), request.cookies.get(COOKIE)
    if token is not None:
        # A token that is not valid is nobody: falling back to the cookie would hide it.
        g.actor = identity.actor_for_token(_application(), token)
    elif secret:
        g.actor = identity.actor_for_session(_application(), secret)


def _application() -> Application:
    application: Application = current_app.extensions["countersign"]
    return application
