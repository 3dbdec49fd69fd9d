"""Comments (留言): what people say of a case at any time, and the opinions that were asked for (征询).

A comment is a line of the record: nobody changes or withdraws it, and the audit vouches for it. It blocks
nothing. Who was asked what they think has answered with the next comment of anybody of their group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.organisation import COMMENT
from service.errors import FieldError, InvalidInput
from service.runtime import identity
from service.runtime.cases import attachments
from service.runtime.cases.attachments import AttachmentView
from service.runtime.cases.views import AttachmentRef
from service.runtime.identity.mentions import mentioned
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.runtime.step.transaction import on_instance
from service.runtime.step.views import View
from service.runtime.tasks import candidates
from service.store.models import ActivityHistory, CommentRequest
from service.wording import Text

COMMENTED = "commented"
"""The event of a comment's line in the record."""
ALL_ANSWERED = "comments_given"
"""The message a drawing may wait for: everybody who was asked for an opinion has given one."""
LONGEST = 2000
_ANY_STATE = ("active", "suspended", "completed", "cancelled")


@dataclass(frozen=True)
class CommentView(View):
    """What somebody said of a case."""

    id: str
    author: str
    text: str
    created_at: datetime
    attachments: tuple[AttachmentRef, ...] = ()


@dataclass(frozen=True)
class RequestView(View):
    """A group, or a relation, that is asked what it thinks of an activity; `due_at` until when it counts.

    `is_mine`: the reader is one of the group, not the applicant, and nobody of it has said anything yet.
    """

    group: str
    activity_name: str
    asked_at: datetime
    due_at: datetime | None
    answered_by: str | None
    answered_at: datetime | None
    is_mine: bool


def find(app: Application, actor: Actor, instance_id: str) -> tuple[CommentView, ...]:
    """Return the comments on an instance, the oldest first. NotFound unless the actor sees it."""
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
        lines = select(ActivityHistory).where(
            ActivityHistory.instance_id == instance_id, ActivityHistory.event == COMMENTED
        )
        found = session.scalars(lines.order_by(ActivityHistory.seq)).all()
        files = attachments.views(session, {name for each in found for name in each.files or ()})
        return tuple(_comment(each, files) for each in found)


def _comment(line: ActivityHistory, files: Mapping[str, AttachmentView]) -> CommentView:
    named = [files[each] for each in line.files or () if each in files]
    attached = tuple(AttachmentRef(each.id, each.name, each.size) for each in named)
    return CommentView(str(line.seq), line.actor or "", line.note or "", line.at, attached)


def requests(app: Application, actor: Actor, instance_id: str) -> tuple[RequestView, ...]:
    """Return whom an instance asks for an opinion, the oldest first. NotFound unless the actor sees it."""
    with app.db.read() as session:
        applicant = require_visible(app, session, actor, instance_id).applicant
        groups = frozenset[str]() if actor.name == applicant else actor.groups
        return tuple(_request(each, groups) for each in _requests(session, instance_id))


def add(
    app: Application,
    actor: Actor,
    instance_id: str,
    text: str,
    *,
    mentions: Sequence[str] = (),
    files: Sequence[str] = (),
) -> CommentView:
    """Say something of a case that the actor sees, whatever state it is in; tell those whom it names.

    A drawing that waits for opinions goes on with the last one that was asked for.
    """
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
    said = _checked(text)
    with on_instance(app, instance_id, actor, states=_ANY_STATE) as step:
        step.actor = identity.anew(app, step.session, actor)
        called = mentioned(step.session, said)
        named = identity.able(step.session, tuple(dict.fromkeys((*mentions, *called))), without=())
        if unknown := [each for each in mentions if each not in named]:
            message = Text("There is no user {name}.", name=unknown[0])
            raise InvalidInput(errors=[FieldError("mentions", message)])
        attached = list(dict.fromkeys(files))
        if attached:
            # Only the actor's own, and those of the case; they belong to it from now on.
            step.files.append(("attachments", attached))
        step.line(COMMENTED, said, files=attached or None)
        facts = {"files": attached} if attached else {}
        step.audit("comment.added", text=said, mentions=list(named), **facts)
        _tell(step, said, named)
        _answer(step)
    return next(each for each in reversed(find(app, actor, instance_id)) if each.author == actor.name)


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise InvalidInput(errors=[FieldError("text", Text("Write something."))])
    if len(said) > LONGEST:
        raise InvalidInput(errors=[FieldError("text", Text("At most {most} characters.", most=LONGEST))])
    return said


def _tell(step: Step, said: str, named: tuple[str, ...]) -> None:
    event = step.model.organisation.notices.get(COMMENT)
    others = [
        Audience(name, *candidates.resolve(step, (name,), {}), opens=True)
        for name in (event.tell if event else ())
    ]
    audiences = (Audience("", users=named, opens=True), *others)
    subject = Text("Comment by {who}", who=step.actor.display_name)
    step.tell(News(COMMENT, subject, said, audiences))


def _answer(step: Step) -> None:
    """Note that the actor's groups have said what they were asked; let a drawing that waits for it go on."""
    open_ones = [each for each in _requests(step.session, step.instance.id) if each.answered_at is None]
    answered = [each for each in open_ones if _speaks_for(step, each.group_name)]
    for each in answered:
        each.answered_by, each.answered_at = step.actor.name, step.now
    if not answered or len(answered) < len(open_ones) or step.instance.state != "active":
        return
    if step.engine.awaits(ALL_ANSWERED):
        step.engine.deliver(ALL_ANSWERED, {})
        step.line("message_received", ALL_ANSWERED)


def _speaks_for(step: Step, name: str) -> bool:
    groups, users = candidates.resolve(step, (name,), {})
    return not step.actor.groups.isdisjoint(groups) or step.actor.name in users


def _requests(session: Session, instance_id: str) -> list[CommentRequest]:
    query = select(CommentRequest).where(CommentRequest.instance_id == instance_id)
    return list(session.scalars(query.order_by(CommentRequest.asked_at, CommentRequest.group_name)))


def _request(row: CommentRequest, groups: frozenset[str]) -> RequestView:
    return RequestView(
        group=row.group_name,
        activity_name=row.activity_name,
        asked_at=row.asked_at,
        due_at=row.due_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        is_mine=row.answered_at is None and row.group_name in groups,
    )
