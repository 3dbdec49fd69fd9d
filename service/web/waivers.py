"""Pages of what takes a second admin: a request with its dry run done anew, and the answers to it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.errors import Conflict
from service.runtime.cases import instances
from service.runtime.identity import rights
from service.runtime.mending import confirming
from service.runtime.promises import waivers
from service.runtime.promises.waivers import WaiverView
from service.web import people
from service.web.asking import application, me, signed_in_only
from service.web.i18n import worded

blueprint = signed_in_only(Blueprint("waivers", __name__, url_prefix="/admin/waivers"))


@blueprint.get("/<waiver_id>")
def show(waiver_id: str) -> str:
    """Show a request, and what it would do as its case stands now."""
    app, actor = application(), me()
    waiver = waivers.get(app, actor, waiver_id)
    remember([waiver])
    able = waivers.who_can_answer(app, waiver.instance_id, waiver.asked_by)
    people.remember(able)
    return render_template(
        "waiver.html",
        waiver=waiver,
        case=instances.get(app, actor, waiver.instance_id),
        present=confirming.present(app, actor, waiver_id),
        able=able,
    )


@blueprint.post("/<waiver_id>/confirm")
def confirm(waiver_id: str) -> Response:
    try:
        confirming.confirm(application(), me(), waiver_id, reason=request.form.get("reason", ""))
    except Conflict as error:
        return _back(waiver_id, worded(error.message), "bad")
    return _back(waiver_id, _("Agreed to and done. The case is marked for good."))


@blueprint.post("/<waiver_id>/decline")
def decline(waiver_id: str) -> Response:
    confirming.decline(application(), me(), waiver_id, reason=request.form.get("reason", ""))
    return _back(waiver_id, _("Declined. Whoever asked for it is told."))


@blueprint.post("/<waiver_id>/withdraw")
def withdraw(waiver_id: str) -> Response:
    waivers.withdraw(application(), me(), waiver_id, reason=request.form.get("reason", ""))
    return _back(waiver_id, _("Taken back. Nothing was done."))


def asked_of_me() -> tuple[WaiverView, ...]:
    """Return the open requests that wait for an admin, to admins; the others see none."""
    if not rights.may(me(), waivers.RIGHT):
        return ()
    found = waivers.find(application(), me())
    remember(found)
    return found


def of_case(instance_id: str) -> tuple[WaiverView, ...]:
    """Return what was asked for in a case and is open, or was done: what its pages show for good."""
    found = waivers.find(application(), me(), instance=instance_id, state=None)
    shown = tuple(each for each in found if each.state in (waivers.OPEN, waivers.CONFIRMED))
    remember(shown)
    return shown


def asked(waiver: WaiverView) -> Response:
    """Go to a request that an act has become."""
    flash(_("A second admin has to agree: it is asked for, and nothing has been changed yet."), "warn")
    return redirect(url_for("waivers.show", waiver_id=waiver.id), 303)


def remember(found: Iterable[WaiverView]) -> None:
    people.remember(name for each in found for name in (each.asked_by, each.answered_by))


def _back(waiver_id: str, text: str, tone: str = "good") -> Response:
    flash(text, tone)
    return redirect(url_for("waivers.show", waiver_id=waiver_id), 303)
