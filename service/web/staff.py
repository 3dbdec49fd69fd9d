"""For admins: people, one by one and from a table."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from service.errors import Conflict, InvalidInput
from service.runtime import identity
from service.runtime.company import groups, importing, people
from service.runtime.company.people import HasOpenWork
from service.runtime.identity import UserView, rights
from service.web.asking import application, me, signed_in_only
from service.web.download import CSV, as_download

blueprint = signed_in_only(Blueprint("staff", __name__, url_prefix="/admin/company/people"))

SHOWN = ("active", "gone")
MOST = 200
"""So many people are listed; whoever is not among them is found by searching."""


@blueprint.before_request
def _readers_only() -> None:
    rights.require(me(), "user.read")


@blueprint.get("")
def index() -> str:
    """List accounts; `q` is a part of name, account, department or group."""
    q, shown = request.args.get("q", "").strip(), request.args.get("shown", SHOWN[0])
    users = [
        user
        for user in identity.users(application(), me())
        if user.active == (shown != "gone") and _is_found(user, q.casefold())
    ]
    template = "_staff_list.html" if request.headers.get("HX-Request") else "staff.html"
    return render_template(template, users=users[:MOST], left=len(users[MOST:]), q=q, shown=shown)


@blueprint.get("/new")
def new() -> str:
    return _form(None, {"groups": []})


@blueprint.post("/new")
def create() -> AnyResponse | tuple[str, int]:
    """Add an account, with a password that is told once."""
    given = {**_given(), "name": request.form.get("name", "").strip()}
    password = secrets.token_urlsafe(9)
    try:
        made = identity.create_user(application(), me(), **given, password=password)
    except (Conflict, InvalidInput) as error:
        return _form(None, given, error), error.status
    return _with_password(made.name, password, _("The account has been made."))


@blueprint.get("/<user_name>")
def show(user_name: str) -> str:
    user = identity.user(application(), me(), user_name)
    return _form(user, vars(user))


@blueprint.post("/<user_name>")
def change(user_name: str) -> AnyResponse | tuple[str, int]:
    given = _given()
    try:
        people.change(application(), me(), user_name, **given)
    except (Conflict, InvalidInput) as error:
        return _form(identity.user(application(), me(), user_name), given, error), error.status
    flash(_("Saved."), "good")
    return redirect(url_for("staff.show", user_name=user_name), 303)


@blueprint.post("/<user_name>/password")
def password(user_name: str) -> AnyResponse:
    """Give somebody a new password, told once."""
    fresh = secrets.token_urlsafe(9)
    identity.set_password(application(), me(), user_name, fresh)
    return _with_password(user_name, fresh, _("There is a new password; the old one no longer works."))


@blueprint.post("/<user_name>/leave")
def leave(user_name: str) -> AnyResponse | tuple[str, int]:
    """Deactivate somebody, who hands over what waits for them."""
    successor = request.form.get("hand_over_to") or None
    waiting = len(people.open_work(application(), me(), user_name))
    try:
        people.change(application(), me(), user_name, hand_over_to=successor, active=False)
    except (Conflict, InvalidInput) as error:
        user = identity.user(application(), me(), user_name)
        return _form(user, vars(user), error), error.status
    flash(_("The account no longer works; what was done keeps its name."), "good")
    if successor and waiting:
        known = identity.user(application(), me(), successor).display_name
        told = ngettext(
            "%(num)d open task went over to %(name)s.",
            "%(num)d open tasks went over to %(name)s.",
            waiting,
            name=known,
        )
        flash(told, "good")
    return redirect(url_for("staff.show", user_name=user_name), 303)


@blueprint.post("/<user_name>/return")
def come_back(user_name: str) -> AnyResponse:
    people.change(application(), me(), user_name, active=True)
    flash(_("The account works again."), "good")
    return redirect(url_for("staff.show", user_name=user_name), 303)


@blueprint.get("/import")
def table() -> str:
    return render_template("staff_import.html", columns=importing.COLUMNS)


@blueprint.post("/import")
def take() -> str | tuple[str, int]:
    """Look at a table of people first; what was looked at is taken when that is confirmed."""
    sent = request.files.get("file")
    content = sent.read() if sent else base64.b64decode(request.form.get("table", ""))
    context: dict[str, Any] = {"columns": importing.COLUMNS, "table": base64.b64encode(content).decode()}
    try:
        found = importing.take(
            application(),
            me(),
            content,
            dry_run="confirmed" not in request.form,
            passwords="passwords" in request.form,
        )
    except InvalidInput as error:
        return render_template("staff_import.html", error=error, **context), error.status
    return render_template("staff_import.html", found=found, **context)


@blueprint.get("/people.csv")
def export() -> Response:
    """Everybody as a table that can be taken again."""
    # The mark tells spreadsheets that it is UTF-8.
    content = "\ufeff" + importing.export(application(), me())
    return as_download(content.encode(), "people.csv", CSV)


def _is_found(user: UserView, q: str) -> bool:
    told = (user.name, user.display_name, user.department or "", *user.groups)
    return any(q in each.casefold() for each in told)


def _given() -> dict[str, Any]:
    form = request.form
    given: dict[str, Any] = {
        name: form.get(name, "").strip() or None for name in ("department", "email", "superior")
    }
    return {**given, "display_name": form.get("display_name", "").strip(), "groups": form.getlist("groups")}


def _form(user: UserView | None, given: Any, error: Conflict | InvalidInput | None = None) -> str:
    app, actor = application(), me()
    wrong = {each.path: each.message for each in getattr(error, "errors", ())}
    return render_template(
        "staff_person.html",
        user=user,
        given=given,
        error=error,
        wrong=wrong,
        groups=groups.find(app, actor),
        others=[each for each in identity.users(app, actor) if each.active and each != user],
        work=error.detail["tasks"] if isinstance(error, HasOpenWork) else _work(user),
    )


def _work(user: UserView | None) -> Any:
    if user is None or not user.active or not rights.may(me(), "user.manage"):
        return ()
    return people.open_work(application(), me(), user.name)


def _with_password(user_name: str, password: str, text: str) -> AnyResponse:
    """Show somebody's page with the password on it: it is told once, and stands in no address or cookie."""
    user = identity.user(application(), me(), user_name)
    page = render_template(
        "staff_person.html",
        user=user,
        given=vars(user),
        wrong={},
        error=None,
        password=password,
        told=text,
        groups=groups.find(application(), me()),
        others=[each for each in identity.users(application(), me()) if each.active and each != user],
        work=_work(user),
    )
    return Response(page, 200, content_type="text/html; charset=utf-8")
