"""Names of people on a page, looked up once per request."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, current_app, g, render_template, request
from flask_babel import gettext as _

from service.runtime import identity
from service.runtime.step.context import SYSTEM
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("people", __name__))

FOUND = 8
INSTALLER = "installer"
"""Who has deployed what came with the program; nobody signs in by this name."""


@blueprint.get("/people")
def search() -> str:
    """Find colleagues by a part of their name or department, to choose from."""
    q = request.args.get("q", "").strip()
    return render_template(
        "_people.html", found=identity.colleagues(application(), me(), q=q, limit=FOUND), q=q
    )


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
