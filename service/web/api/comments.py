"""Comments on cases, and who is asked for an opinion."""

from __future__ import annotations

from flask import url_for
from pydantic import Field

from service.runtime.cases import comments
from service.runtime.cases.comments import CommentView, RequestView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page
from service.web.api.section import Body, Created, ListOf, Section, Slice

section = Section("Comments")


class Said(Body):
    """What one has to say, and whom it is for beside the applicant, by user name."""

    text: str = Field(min_length=1, max_length=comments.LONGEST)
    mentions: list[str] = Field(default_factory=list, max_length=50)
    attachments: list[str] = Field(default_factory=list, max_length=20)


@section.get(
    "/process-instances/<instance_id>/comments", returns=ListOf(CommentView), query=Slice, errors=(404,)
)
def get_comments(app: Application, actor: Actor, instance_id: str, query: Slice) -> Page[CommentView]:
    """List what was said of a case, oldest first."""
    return query.cut(comments.find(app, actor, instance_id), lambda each: each.id)


@section.post(
    "/process-instances/<instance_id>/comments",
    returns=CommentView,
    status=201,
    body=Said,
    errors=(404, 422),
)
def add_comment(app: Application, actor: Actor, instance_id: str, body: Said) -> Created:
    """Say something of a case one sees. It stays in the record, and blocks nothing."""
    view = comments.add(app, actor, instance_id, body.text, mentions=body.mentions, files=body.attachments)
    return Created(view, url_for("api.get_comments", instance_id=instance_id))


@section.get(
    "/process-instances/<instance_id>/comment-requests",
    returns=ListOf(RequestView),
    query=Slice,
    errors=(404,),
)
def get_comment_requests(app: Application, actor: Actor, instance_id: str, query: Slice) -> Page[RequestView]:
    """List which groups are asked what they think, of what and until when; and who has answered."""
    found = comments.requests(app, actor, instance_id)
    return query.cut(found, lambda each: f"{each.asked_at.isoformat()} {each.activity_name} {each.group}")
