"""Saved views on the pages of lists: those there are, and saving what is looked for."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import InvalidInput
from service.runtime.identity import saved_views
from service.web.asking import application, me, signed_in_only
from service.web.i18n import worded

blueprint = signed_in_only(Blueprint("saved_views", __name__, url_prefix="/views"))

_PAGES = {
    "tasks": "tasks.index",
    "cases": "cases.index",
    "instances": "instances.index",
    "audit": "mending.entries",
}


@dataclass(frozen=True)
class Shelf:
    """The saved views of a list. `query` is what is looked for now, `shown` the view that looks for that."""

    views: tuple[saved_views.SavedViewView, ...]
    query: str
    shown: saved_views.SavedViewView | None


def shelf(which: str) -> Shelf:
    """Return one's saved views of a list, beside what its page looks for now."""
    query = saved_views.wanted(request.query_string.decode(errors="replace"))
    views = saved_views.find(application(), me(), which)
    return Shelf(views, query, next((each for each in views if each.query == query), None))


def address(which: str, query: str) -> str:
    """Return where a list is that looks for this."""
    page = url_for(_PAGES[which])
    return f"{page}?{query}" if query else page


@blueprint.post("")
def save() -> Response:
    which, query = request.form.get("list", ""), request.form.get("query", "")
    try:
        saved_views.save(application(), me(), which, request.form.get("name", ""), query)
    except InvalidInput as error:
        if which not in _PAGES:
            raise
        flash(" ".join(worded(each.message) for each in error.errors), "bad")
        return redirect(address(which, saved_views.wanted(query)), 303)
    flash(_("Saved: it stands above this list from now on."), "good")
    return redirect(address(which, saved_views.wanted(query)), 303)


@blueprint.post("/<view_id>/delete")
def delete(view_id: str) -> Response:
    which = saved_views.delete(application(), me(), view_id)
    flash(_("The view is deleted; nothing else is."), "good")
    return redirect(address(which, ""), 303)
