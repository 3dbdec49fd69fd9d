"""Copies one was sent: GET. They are sent as an action on a task."""

from __future__ import annotations

from service.runtime.cases import copies
from service.runtime.cases.copies import CopyView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import ListOf, Query, Section

section = Section("Copies")


class Copies(Query):
    """Which copies to list."""

    unread: bool = False


@section.get("/copies", returns=ListOf(CopyView), query=Copies)
def list_copies(app: Application, actor: Actor, query: Copies) -> Page[CopyView]:
    """List the copies one was sent, newest first; reading the case marks them as read."""
    return copies.find(app, actor, unread=query.unread, **query.page())
