"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import NotSignedIn, Throttled
from service.web import auth
from service.web.i18n import safe_path

blueprint = Blueprint("login", __name__)


@blueprint.get("/")
def home() -> Response:
    return redirect("/tasks", 303)


@blueprint.get("/login")
def form() -> Response | str:
    """Show the sign-in page; somebody already signed in goes on."""
    if g.get("actor"):
        return redirect(safe_path(request.args.get("next")), 303)
    return _page()


@blueprint.post("/login")
def sign_in() -> Response | tuple[str, int] | str:
    username = request.form.get("username", "").strip()
    try:
        secret = auth.login(username, request.form.get("password", ""))
    except NotSignedIn:
        return _page(_("The user name or the password is not right."), username), NotSignedIn.status
    except Throttled as error:
        return _page(_throttled(error), username), Throttled.status
    return auth.sign_in_response(redirect(safe_path(request.form.get("next")), 303), secret, username)


@blueprint.post("/logout")
def sign_out() -> Response:
    return auth.sign_out_response(redirect("/login", 303))


def _throttled(error: Throttled) -> str:
    seconds = int(error.detail.get("retry_after_seconds") or 60)
    minutes = max(1, -(-seconds // 60))
    return _("Too many attempts. Please try again in %(minutes)d min.", minutes=minutes)


def _page(problem: str = "", username: str = "") -> str:
    wish = request.form.get("next") or request.args.get("next")
    return render_template("login.html", problem=problem, username=username, next=safe_path(wish))
