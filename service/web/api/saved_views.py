"""Saved views: what one looks for in a list, under a name."""

from __future__ import annotations

from typing import Literal

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from service.runtime.identity import saved_views
from service.runtime.identity.saved_views import SavedViewView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import Body, Created, ListOf, Section

section = Section("Account")

Which = Literal["tasks", "cases", "instances", "audit"]


class Wanted(BaseModel):
    """Of which list; of all without one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: Which | None = None


class NewView(Body):
    """What is looked for in a list, as the address of its page says it, and what it is called."""

    list: Which
    name: str = Field(min_length=1, max_length=saved_views.LONGEST_NAME)
    query: str = Field(min_length=1, max_length=saved_views.LONGEST_QUERY)


@section.get("/saved-views", returns=ListOf(SavedViewView), query=Wanted)
def list_saved_views(app: Application, actor: Actor, query: Wanted) -> Page[SavedViewView]:
    """List one's saved views."""
    return Page(saved_views.find(app, actor, query.list))


@section.post("/saved-views", returns=SavedViewView, status=201, body=NewView, errors=(422,))
def save_view(app: Application, actor: Actor, body: NewView) -> Created:
    """Save a view for oneself; one of the same name of the same list is replaced."""
    saved = saved_views.save(app, actor, body.list, body.name, body.query)
    return Created(saved, url_for("api.list_saved_views"))


@section.delete("/saved-views/<view_id>", returns=None, status=204, errors=(404,))
def delete_saved_view(app: Application, actor: Actor, view_id: str) -> None:
    """Delete one of one's saved views."""
    saved_views.delete(app, actor, view_id)
