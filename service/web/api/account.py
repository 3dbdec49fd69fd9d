"""One's own account: who am I, and my tokens."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from service.runtime import identity
from service.runtime.identity import TokenView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.web.api.section import Body, ListOf, Section, Slice

section = Section("Account")


class NewTokenBody(Body):
    """What the token is for, and how long it lives."""

    title: str = Field("", max_length=100)
    days: int = 90


@dataclass(frozen=True)
class MeView(View):
    """Who is asking."""

    name: str
    display_name: str
    department: str | None
    groups: tuple[str, ...]
    is_admin: bool


@dataclass(frozen=True)
class CreatedTokenView(View):
    """A new token. `token` is shown this once."""

    token: str
    about: TokenView


@section.get("/me", returns=MeView)
def who_am_i(app: Application, actor: Actor) -> MeView:
    """Tell who is asking."""
    groups = tuple(sorted(actor.groups))
    return MeView(actor.name, actor.display_name, actor.department, groups, actor.is_admin)


@section.get("/tokens", returns=ListOf(TokenView), query=Slice)
def list_tokens(app: Application, actor: Actor, query: Slice) -> Page[TokenView]:
    """List one's tokens; admins see everybody's."""
    return query.cut(identity.tokens(app, actor), lambda token: token.id)


@section.post(
    "/tokens", returns=CreatedTokenView, status=201, body=NewTokenBody, is_secret=True, errors=(422,)
)
def create_token(app: Application, actor: Actor, body: NewTokenBody) -> CreatedTokenView:
    """Make a token that acts as oneself."""
    made = identity.create_token(app, actor, actor.name, title=body.title, days=body.days)
    return CreatedTokenView(made.token, made.view)


@section.post("/tokens/<token_id>/revoke", returns=None, status=204, errors=(404,))
def revoke_token(app: Application, actor: Actor, token_id: str) -> None:
    """End a token at once."""
    identity.revoke_token(app, actor, token_id)
