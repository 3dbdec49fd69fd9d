"""Phrases one often writes in opinions."""

from __future__ import annotations

from flask import url_for
from pydantic import Field

from service.runtime.identity import phrases
from service.runtime.identity.phrases import PhraseView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import Body, Created, ListOf, Section, Slice

section = Section("Account")


class NewPhrase(Body):
    """What one often writes."""

    text: str = Field(min_length=1, max_length=phrases.LONGEST)


@section.get("/phrases", returns=ListOf(PhraseView), query=Slice)
def list_phrases(app: Application, actor: Actor, query: Slice) -> Page[PhraseView]:
    """List one's phrases."""
    return query.cut(phrases.find(app, actor), lambda each: each.id)


@section.post("/phrases", returns=PhraseView, status=201, body=NewPhrase, errors=(422,))
def add_phrase(app: Application, actor: Actor, body: NewPhrase) -> Created:
    """Keep a phrase for oneself."""
    return Created(phrases.add(app, actor, body.text), url_for("api.list_phrases"))


@section.delete("/phrases/<phrase_id>", returns=None, status=204, errors=(404,))
def delete_phrase(app: Application, actor: Actor, phrase_id: str) -> None:
    """Delete one of one's phrases."""
    phrases.delete(app, actor, phrase_id)
