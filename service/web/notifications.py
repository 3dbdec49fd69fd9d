"""Notifications: what the process told me, and the way from there to the task or the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from service.engine.organisation import Event
from service.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable
from service.runtime.effects import notifications, preferences
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


@blueprint.get("/settings")
def settings(problems: Sequence[FieldError] = ()) -> str:
    """Show how I am told outside: by which channels of what, and when not."""
    found = preferences.get(application(), me())
    kinds = list(dict.fromkeys(kind for each in found.channels for kind in each.modes))
    return render_template("notification_settings.html", settings=found, kinds=kinds, problems=problems)


@blueprint.post("/settings")
def change_settings() -> Response | tuple[str, int]:
    """Keep what I have chosen; what cannot be is said on the page."""
    form, app = request.form, application()
    before = preferences.get(app, me())
    modes = {
        each.name: {kind: form[f"{each.name}.{kind}"] for kind in each.modes if f"{each.name}.{kind}" in form}
        for each in before.channels
    }
    is_quiet = bool(form.get("is_quiet"))
    try:
        preferences.change(
            app,
            me(),
            addresses={
                each.name: form.get(f"address.{each.name}") for each in before.channels if each.wants_address
            },
            modes=modes,
            quiet_from=form.get("quiet_from") if is_quiet else None,
            quiet_to=form.get("quiet_to") if is_quiet else None,
        )
    except InvalidInput as error:
        return settings(error.errors), 422
    flash(_("Your notification settings are saved."), "good")
    return redirect(url_for("notifications.settings"), 303)


def channel_word(name: str) -> str:
    """Return what people call a channel."""
    words = {
        "mail": _("Mail"),
        "dingtalk": _("DingTalk"),
        "feishu": _("Feishu"),
        "wecom": _("WeCom"),
        "webhook": _("Webhook"),
    }
    return words.get(name, name)


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
        "notice": _("news"),
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
