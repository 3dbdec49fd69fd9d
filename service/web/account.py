"""My account: where I am signed in, and my API tokens."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import InvalidInput
from service.runtime import identity
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("account", __name__, url_prefix="/account"))

LIFETIMES_DAYS = (30, 90, 365)


@blueprint.get("")
def show(new_token: str | None = None) -> str:
    app, actor = application(), me()
    return render_template(
        "account.html",
        sessions=identity.sessions(app, actor),
        tokens=identity.tokens(app, actor),
        lifetimes=LIFETIMES_DAYS,
        new_token=new_token,
    )


@blueprint.post("/tokens")
def create_token() -> str:
    """Make a token and show it, this once."""
    title = request.form.get("title", "").strip()
    days = request.form.get("days", LIFETIMES_DAYS[1], type=int)
    if not title or days not in LIFETIMES_DAYS:
        raise InvalidInput(_("Say what the token is for, and how long it may live."))
    new = identity.create_token(application(), me(), me().name, title=title, days=days)
    return show(new.token)


@blueprint.post("/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> Response:
    identity.revoke_token(application(), me(), token_id)
    return _back(_("The token no longer works."))


@blueprint.post("/sessions/<session_id>/revoke")
def revoke_session(session_id: str) -> Response:
    identity.revoke_session(application(), me(), session_id)
    return _back(_("That browser is signed out."))


@blueprint.post("/password")
def change_password() -> Response:
    new, again = request.form.get("new", ""), request.form.get("again", "")
    if new != again:
        raise InvalidInput(_("The two new passwords are not the same."))
    identity.set_password(application(), me(), me().name, new, current=request.form.get("current", ""))
    return _back(_("Your password has been changed."))


def _back(text: str) -> Response:
    flash(text, "good")
    return redirect(url_for("account.show"), 303)
