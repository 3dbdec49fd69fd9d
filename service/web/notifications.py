"""Notifications: what the process told me, and the way from there to the task or the case."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from service.engine.organisation import Event
from service.errors import Conflict, NotFound, Unavailable
from service.runtime.effects import notifications
from service.runtime.effects.notifications import NotificationView
from service.runtime.tasks import user_tasks
from service.web import people
from service.web.asking import application, me, signed_in_only
from service.web.i18n import language_tag, safe_path

blueprint = signed_in_only(Blueprint("notifications", __name__, url_prefix="/notifications"))

PAGE = 50
TONES = {"remind": "warn", "alert": "warn", "consult": "warn", "escalate": "bad", "pause": "bad"}


@blueprint.get("")
def index() -> str:
    """List what I was told, newest first; `shown=unread` leaves out what I have read."""
    shown = request.args.get("shown", "")
    page = notifications.find(
        application(),
        me(),
        unread=shown == "unread",
        limit=PAGE,
        cursor=request.args.get("cursor") or None,
    )
    people.remember(each.on_behalf_of for each in page.items)
    return render_template("notifications.html", notifications=page.items, next=page.next, shown=shown)


@blueprint.get("/<notification_id>")
def follow(notification_id: str) -> Response:
    """Go to what a notification is about; so it has been read."""
    app, actor = application(), me()
    told = notifications.get(app, actor, notification_id)
    # Who may only look needs no database that can be written to.
    with suppress(Unavailable, Conflict):
        notifications.read(app, actor, notification_id)
    return redirect(_place(told), 303)


@blueprint.post("/<notification_id>/read")
def read(notification_id: str) -> Response:
    notifications.read(application(), me(), notification_id)
    return redirect(safe_path(request.form.get("next"), url_for("notifications.index")), 303)


@blueprint.post("/read-all")
def read_all() -> Response:
    count = notifications.read_all(application(), me())
    text = ngettext("%(num)d notification marked as read.", "%(num)d notifications marked as read.", count)
    flash(text, "good")
    return redirect(url_for("notifications.index"), 303)


def kind_word(kind: str) -> str:
    """Return the word for a kind of notification: that of the organisation, where it is one of its events."""
    event = _declared().get(kind)
    if event is not None and event.name:
        return event.name_en or event.name if language_tag() == "en" else event.name
    words = {
        "task": _("new task"),
        "opinion": _("opinion"),
        "returned": _("sent back"),
        "withdrawn": _("withdrawn"),
        "incident": _("problem"),
        "comment": _("comment"),
        "remind": _("reminder"),
        "alert": _("alert"),
        "escalate": _("escalation"),
        "pause": _("pause at once"),
        "copy": _("copy"),
        "consult": _("opinion wanted"),
    }
    return words.get(kind, _("notification"))


def kind_tone(kind: str) -> str:
    """Return the badge class for a kind of notification."""
    event = _declared().get(kind)
    return event.tone if event is not None and event.tone else TONES.get(kind, "")


def _declared() -> Mapping[str, Event]:
    """Return the events that the live organisation declares."""
    found: Mapping[str, Event] | None = g.get("declared_events")
    if found is None:
        found = g.declared_events = _live_events()
    return found


def _live_events() -> Mapping[str, Event]:
    try:
        return application().live().model.organisation.notices
    except NotFound:  # nothing is deployed yet
        return {}


def unread_count() -> int:
    """Return how many notifications the reader has not read, for the bell."""
    return notifications.unread_count(application(), me())


def _place(told: NotificationView) -> str:
    """Return where a notification leads: to the task while the reader may see it, else to the case."""
    if told.task_id:
        with suppress(NotFound):
            user_tasks.get(application(), me(), told.task_id)
            return url_for("tasks.show", task_id=told.task_id)
    if told.instance_id:
        return url_for("cases.show", instance_id=told.instance_id)
    return url_for("notifications.index")
