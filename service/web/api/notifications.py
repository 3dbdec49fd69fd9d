"""What the process told one: reminders, alerts, escalations; and how one is told outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from service.runtime.effects import health, notifications, preferences
from service.runtime.effects.health import TellingView
from service.runtime.effects.notifications import NotificationView
from service.runtime.effects.preferences import SettingsView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.web.api.section import Body, ListOf, Query, Section

section = Section("Notifications")


class Told(Query):
    """Which notifications to list."""

    unread: bool = Field(False, description="only those one has not read yet")


class ChangedSettings(Body):
    """How one wants to be told. What is left out stays."""

    addresses: dict[str, str | None] = Field({}, description="channel → where it finds one; null for nowhere")
    modes: dict[str, dict[str, str]] = Field({}, description="channel → kind of notice → now, digest or off")
    quiet_from: str | None = Field(None, description="22:00, with quiet_to; both null: told at any hour")
    quiet_to: str | None = None


@dataclass(frozen=True)
class ReadAllView(View):
    """How many notifications were marked."""

    marked: int


@section.get("/notifications", returns=ListOf(NotificationView), query=Told)
def list_notifications(app: Application, actor: Actor, query: Told) -> Page[NotificationView]:
    """List what one was told, newest first."""
    return notifications.find(app, actor, unread=query.unread, **query.page())


@section.post("/notifications/<notification_id>/read", returns=NotificationView, errors=(404,))
def read_notification(app: Application, actor: Actor, notification_id: str) -> NotificationView:
    """Mark a notification as read. The time it was first read stays."""
    return notifications.read(app, actor, notification_id)


@section.post("/notifications/read-all", returns=ReadAllView)
def read_all_notifications(app: Application, actor: Actor) -> ReadAllView:
    """Mark everything one was told as read."""
    return ReadAllView(notifications.read_all(app, actor))


@section.get("/notification-settings", returns=SettingsView)
def get_notification_settings(app: Application, actor: Actor) -> SettingsView:
    """Show by which channels one is told of what, and when not."""
    return preferences.get(app, actor)


@section.patch("/notification-settings", returns=SettingsView, body=ChangedSettings, errors=(422,))
def change_notification_settings(app: Application, actor: Actor, body: ChangedSettings) -> SettingsView:
    """Change how one is told: what is given, and nothing else."""
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    return preferences.change(app, actor, **given)


@section.get("/channels", returns=TellingView, errors=(403,))
def get_channels(app: Application, actor: Actor) -> TellingView:
    """Show how the channels fare: the last success, the last error, what waits and what was given up."""
    return health.find(app, actor)
