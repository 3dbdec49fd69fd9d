"""Notifications: what the process told me, and the way from there to the task or the case."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from service.errors import Conflict, NotFound, Unavailable
from service.runtime.effects import notifications
from service.runtime.effects.notifications import NotificationView
from service.runtime.tasks import user_tasks
from service.web.asking import application, me, signed_in_only
from service.web.i18n import safe_path

blueprint = signed_in_only(Blueprint("notifications", __name__, url_prefix="/notifications"))

PAGE = 50
TONES = {"remind": "warn", "alert": "warn", "escalate": "bad", "pause": "bad"}


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
    """Return the word for a kind of notification."""
    words = {
        "remind": _("reminder"),
        "alert": _("alert"),
        "escalate": _("escalation"),
        "pause": _("pause at once"),
        "task": _("task"),
        "copy": _("copy"),
    }
    return words.get(kind, _("notification"))


def kind_tone(kind: str) -> str:
    """Return the badge class for a kind of notification."""
    return TONES.get(kind, "")


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
