"""The composition root of the web: settings in, a WSGI application out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from service.runtime.step.context import Application
from service.runtime.wiring import open_application
from service.settings import Settings
from service.web import auth, compression, errors, probes, screens, security
from service.web.api import routes
from service.web.proxies import FromProxies


def create_app(settings: Settings | None = None, *, application: Application | None = None) -> Flask:
    """Return the Flask application. Its tables must be migrated; workers are started by the caller.

    `application` is used as it is when given, so that a test can bring its own clock and database.
    """
    settings = settings or Settings.from_env()
    app = _Flask(
        "service",
        template_folder="web/templates",
        static_folder="static",
        static_url_path="/static",
    )
    app.extensions["countersign"] = application or open_application(settings)
    app.secret_key = hashlib.sha256(f"pages {settings.secret_key}".encode()).digest()
    app.json = _Json(app)
    # First of all, so that it comes last: an answer is compressed when nobody changes it any more.
    compression.install(app)
    # Errors first: what the others refuse is answered by them.
    errors.install(app)
    security.install(app, settings)
    auth.install(app)
    probes.install(app)
    routes.install(app)
    screens.install(app)
    app.wsgi_app = FromProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


class _Flask(Flask):
    """Flask whose views are plain functions, all of them: it need not ask each with every request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class _Json(DefaultJSONProvider):
    """JSON as people read it: Chinese as Chinese, fields in the order they were given."""

    ensure_ascii = False
    sort_keys = False
