"""Names of people on a page, looked up once per request."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from service.runtime import identity
from service.runtime.step.context import SYSTEM
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("people", __name__))

FOUND = 8
INSTALLER = "installer"
"""Who has deployed what came with the program; nobody signs in by this name."""


@blueprint.get("/people")
def search() -> AnyResponse:
    """Find colleagues by a part of their name or department, to choose from; as JSON with oneself."""
    q = request.args.get("q", "").strip()
    as_json = request.accept_mimetypes.best == "application/json"
    found = identity.colleagues(application(), me(), q=q, limit=FOUND, with_oneself=as_json)
    if as_json:
        return jsonify(
            items=[{"display_name": each.display_name, "department": each.department} for each in found]
        )
    return make_response(render_template("_people.html", found=found, q=q))


def remember(names: Iterable[str | None]) -> dict[str, str]:
    """Look up the display names of these users in one go; return all that are known by now."""
    known: dict[str, str] = g.setdefault("display_names", {})
    unknown = sorted({name for name in names if name} - known.keys())
    if unknown:
        app = current_app.extensions["countersign"]
        with app.db.read() as session:
            found = identity.display_names(session, unknown)
        known.update({name: found.get(name, name) for name in unknown})
    return known


def shown_name(name: str | None) -> str:
    """Return the display name of a user name; "—" for nobody."""
    if not name:
        return "—"
    if name == SYSTEM.name:
        return _("the system")
    if name == INSTALLER:
        return _("the installation")
    return remember([name])[name]
