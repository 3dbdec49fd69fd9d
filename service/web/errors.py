"""Errors as responses: problem+json for programs, a page for people, sign-in for those who are not."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Flask, g, redirect, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from service.errors import FieldError, InvalidDeployment, InvalidInput, NotSignedIn, ServiceError
from service.feel.forms import FormError
from service.runtime.step.views import to_json
from service.store.base import new_id
from service.web import i18n
from service.wording import Text

PROBLEM = "application/problem+json"
_log = logging.getLogger("countersign.web")


def install(app: Flask) -> None:
    """Answer every error of `app`."""
    app.before_request(_number_request)
    app.after_request(_name_request)
    app.after_request(_tell_where_to)
    app.register_error_handler(ServiceError, service_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected_error)


def service_error(error: ServiceError) -> Response:
    """Answer an error the service raised on purpose."""
    if isinstance(error, NotSignedIn) and not wants_problem():
        return _to_sign_in()
    if error.status >= 500:
        _log.error("request %s: %s: %s", g.get("request_id"), type(error).__name__, error.message)
    told = {name: to_json(error.detail[name]) for name in error.told}
    response = _respond(error.status, error.title, error.message, _fields(error), told)
    if "retry_after_seconds" in error.detail:
        response.headers["Retry-After"] = str(error.detail["retry_after_seconds"])
    if isinstance(error, NotSignedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def http_error(error: HTTPException) -> Response:
    """Answer what Flask itself refused; redirects of the router pass through."""
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        return unexpected_error(error.original_exception)
    response = _respond(error.code, error.name, error.description or "", None)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def unexpected_error(error: BaseException) -> Response:
    """Answer what nobody foresaw: told by its number only, written to the log in full."""
    _log.error("request %s failed", g.get("request_id"), exc_info=error)
    message = f"Something went wrong on our side. Request {g.get('request_id')} is in the log."
    return _respond(500, "Internal error", message, None)


def wants_problem() -> bool:
    """Say whether a program is asking: below /api, or anything that does not accept a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", PROBLEM], default="text/html"
    )
    return best != "text/html"


def _respond(
    status: int,
    title: str,
    message: str,
    errors: list[dict[str, Any]] | None,
    told: Mapping[str, Any] | None = None,
) -> Response:
    if not wants_problem():
        page = render_template(
            "error.html",
            status=status,
            title=title,
            message=message,
            errors=errors or [],
            request_id=g.get("request_id"),
        )
        return Response(page, status, content_type="text/html; charset=utf-8")
    title, message = i18n.for_programs([Text(title), message])
    problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": message}
    problem |= told or {}
    if errors is not None:
        problem["errors"] = errors
    return Response(json.dumps(problem, ensure_ascii=False), status, content_type=PROBLEM)


def _fields(error: ServiceError) -> list[dict[str, Any]] | None:
    if isinstance(error, InvalidInput):
        found = [_in_their_language(each).as_json() for each in error.errors]
    elif isinstance(error, InvalidDeployment):
        found = [each.as_json() for each in error.findings]
    else:
        return None
    told: list[dict[str, Any]] = i18n.for_programs(found)
    return told


def _in_their_language(error: FieldError) -> FieldError:
    """Return a refused answer in the language a browser asks for; programs that ask for none get English."""
    if not i18n.names_a_language() or not isinstance(error, FormError):
        return error
    return error.localized(gettext)


def _to_sign_in() -> Response:
    # htmx would put the sign-in page into the middle of another page: it follows this header instead.
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": "/login"})
    came_from = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"/login?next={quote(came_from)}", 303)


def _tell_where_to(response: Response) -> Response:
    """Tell a form that stays on its page while it is refused where to go, instead of sending it there."""
    if request.headers.get("X-Stay") and response.status_code in (302, 303) and response.location:
        told = Response(json.dumps({"next": response.location}), content_type="application/json")
        for cookie in response.headers.getlist("Set-Cookie"):
            told.headers.add("Set-Cookie", cookie)
        return told
    return response


def _number_request() -> None:
    g.request_id = new_id()


def _name_request(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    return response
