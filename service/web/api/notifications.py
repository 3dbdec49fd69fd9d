"""What the process told one: reminders, alerts, escalations."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from service.runtime.effects import notifications
from service.runtime.effects.notifications import NotificationView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.web.api.section import ListOf, Query, Section

section = Section("Notifications")


class Told(Query):
    """Which notifications to list."""

    unread: bool = Field(False, description="only those one has not read yet")


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
