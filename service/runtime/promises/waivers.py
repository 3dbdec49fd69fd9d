"""Waivers (破例): an act that would set a promise of the company aside is asked for, and another agrees.

Whoever asks says why. Another admin, who is no party to the case, confirms or declines with a reason; what
was set aside stays in the record for good: a line of the timeline, an entry of the audit, and the row
itself, which the audit vouches for. Nothing is done that nobody has agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from service.engine.organisation.rights import ADMIN
from service.engine.progress import Progress
from service.errors import Conflict, Forbidden, NotFound
from service.languages import CHINESE, catalogue
from service.runtime import identity
from service.runtime.identity.rights import may, require
from service.runtime.identity.visibility import require_visible
from service.runtime.promises.judging import PromiseView, sentence_of
from service.runtime.step.context import Actor, Application
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.step.views import View
from service.store.covering import AsRow
from service.store.models import TASKS, ProcessInstance, Waiver, new_id
from service.store.writing import table_of, written
from service.wording import Text, translated

RIGHT = "instance.modify"
"""Who holds it confirms what others ask for."""
OPEN, CONFIRMED, DECLINED, WITHDRAWN, STALE = "open", "confirmed", "declined", "withdrawn", "stale"
STATES = (OPEN, CONFIRMED, DECLINED, WITHDRAWN, STALE)
MOST = 200
_TABLE = table_of(Waiver)


@dataclass(frozen=True)
class WaiverView(View):
    """An act asked for because it sets `promises` aside. `what` says it in words, `given` exactly."""

    id: str
    instance_id: str
    business_key: str
    act: str
    what: str
    given: Mapping[str, Any]
    promises: tuple[PromiseView, ...]
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None


@dataclass
class Agreed:
    """A request that is being carried out: what it may set aside, and what it was found to."""

    row: Waiver
    found: tuple[PromiseView, ...] = field(default=())

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(each["key"] for each in self.row.promises)


def guard(
    step: Step,
    act: str,
    given: Mapping[str, Any],
    what: Text,
    reason: str,
    promises: Sequence[PromiseView],
    agreed: Agreed | None,
) -> WaiverView | None:
    """Return the request an act became, because it sets promises aside; None where it may be done now.

    Conflict where it has been agreed to and would now set more aside than was said then.
    """
    if agreed is None:
        return _ask(step, act, given, what, reason, promises) if promises else None
    beyond = [each.name for each in promises if each.key not in agreed.keys]
    if beyond:
        raise Conflict(
            Text(
                "The case has moved on: this would now set aside “{names}” as well. Ask for it anew.",
                names="”, “".join(beyond),
            )
        )
    agreed.found = tuple(promises)
    return None


def _ask(
    step: Step,
    act: str,
    given: Mapping[str, Any],
    what: Text,
    reason: str,
    promises: Sequence[PromiseView],
) -> WaiverView:
    row = {
        "id": new_id(),
        "instance_id": step.instance.id,
        "business_key": step.case,
        "act": act,
        "given": dict(given),
        "what": what.as_record(),
        "promises": [_stored(each) for each in promises],
        "reason": reason,
        "state": OPEN,
        "asked_by": step.actor.name,
        "asked_at": step.now,
        "answered_by": None,
        "answered_at": None,
        "answer": None,
    }
    step.session.execute(insert(_TABLE).values(**row))
    step.cover("waiver", row)
    said = {"what": what, "promises": _names(promises), "reason": reason}
    text = Text("Asked for: {what}. That would set aside {promises} Reason: {reason}", **said)
    step.line("waiver_asked", _in_chinese(text))
    facts = {"act": act, "given": row["given"], "promises": row["promises"], "reason": reason}
    step.audit("waiver.asked", waiver=row["id"], **facts)
    title = step.instance.title or step.case
    step.tell(
        News(
            "alert",
            Text("A second admin is needed: {title}", title=title),
            Text("{who}: {text}", who=step.actor.display_name, text=text),
            (Audience(ADMIN, groups=(ADMIN,)),),
        )
    )
    return view_of(Waiver(**row))


def take(step: Step, waiver_id: str) -> Agreed:
    """Return an open request of this case, under its lock, for somebody who may answer it."""
    row = step.session.get(Waiver, waiver_id, populate_existing=True)
    if row is None or row.instance_id != step.instance.id:
        raise NotFound(waiver=waiver_id)
    if row.state != OPEN:
        raise AlreadyAnswered(waiver=waiver_id, state=row.state)
    refuse(step.session, row, step.instance, step.actor)
    return Agreed(row)


class AlreadyAnswered(Conflict):
    """This request has been answered already."""


def refuse(session: Session, row: Waiver, instance: ProcessInstance, actor: Actor) -> None:
    """Raise Forbidden for who may not answer a request: who asked, a party to the case, no admin."""
    require(actor, RIGHT)
    if actor.name == row.asked_by:
        raise Forbidden("Who has asked for it cannot agree to it: that takes somebody else.")
    if is_party(session, instance, actor.name):
        raise Forbidden("Four eyes: who has part in this case cannot agree to it.")


def is_party(session: Session, instance: ProcessInstance, name: str) -> bool:
    """Say whether somebody has part in a case: it is theirs, or they have done or hold a task of it."""
    if name in (instance.applicant, instance.started_by):
        return True
    task = TASKS.c
    of_case = select(ProcessInstance.id).where(ProcessInstance.business_key == instance.business_key)
    their = or_(task.completed_by == name, task.on_behalf_of == name, task.assignee == name)
    query = select(task.id).where(task.instance_id.in_(of_case), task.state != "cancelled", their)
    return session.scalar(query.limit(1)) is not None


def confirmed(step: Step, agreed: Agreed, answer: str) -> WaiverView:
    """Mark a case for good: what was set aside, who asked, who agreed, and why."""
    row = agreed.row
    promises = agreed.found
    view = answer_with(step, row, CONFIRMED, answer, promises=[_stored(each) for each in promises])
    _tell_asker(step, row, Text("Agreed to and done: {what}", what=Text.from_record(row.what)), answer)
    return view


def declined(step: Step, row: Waiver, answer: str) -> WaiverView:
    """Keep that a request was declined, and tell who has asked."""
    view = answer_with(step, row, DECLINED, answer)
    _tell_asker(step, row, Text("Declined: {what}", what=Text.from_record(row.what)), answer)
    return view


def withdraw(app: Application, actor: Actor, waiver_id: str, *, reason: str = "") -> WaiverView:
    """Take back what one has asked for oneself. Conflict when it has been answered."""
    instance_id = get(app, actor, waiver_id).instance_id
    with on_instance(app, instance_id, actor, states=RUNNING) as step:
        row = step.session.get_one(Waiver, waiver_id, populate_existing=True)
        if row.asked_by != actor.name:
            raise Forbidden("Only who has asked for it takes it back.")
        if row.state != OPEN:
            raise AlreadyAnswered(waiver=waiver_id, state=row.state)
        return answer_with(step, row, WITHDRAWN, reason)


def answer_with(step: Step, row: Waiver, state: str, answer: str, **changes: Any) -> WaiverView:
    """Write how a request was answered, in row, record and audit."""
    said = {"state": state, "answered_by": step.actor.name, "answered_at": step.now, "answer": answer or None}
    _write(step, row, {**said, **changes})
    facts = {"waiver": row.id, "act": row.act, "asked_by": row.asked_by, "reason": row.reason}
    step.audit(f"waiver.{state}", **facts, promises=row.promises, answer=answer or None)
    step.line(f"waiver_{state}", _in_chinese(_said(step, row, answer)))
    return view_of(row)


def _write(step: Step, row: Waiver, changes: Mapping[str, Any]) -> None:
    """Change an open request, once: the row in the session is what it then says."""
    open_one = update(_TABLE).where(_TABLE.c.id == row.id, _TABLE.c.state == OPEN)
    if not written(step.session, open_one.values(**changes)):
        raise AlreadyAnswered(waiver=row.id)
    step.session.refresh(row)
    step.cover("waiver", AsRow(row))


def _said(step: Step, row: Waiver, answer: str) -> Text:
    """Return an answer in words, with what it is an answer to."""
    names = identity.display_names(step.session, [row.asked_by, step.actor.name])
    who = {"asker": names.get(row.asked_by, row.asked_by), "who": step.actor.display_name}
    said = {"what": Text.from_record(row.what), "promises": _names([_promise(each) for each in row.promises])}
    if row.state == CONFIRMED:
        return Text(
            "{what}. Set aside: {promises} Asked for by {asker}: {reason} Agreed to by {who}: {answer}",
            **said,
            **who,
            reason=row.reason,
            answer=answer,
        )
    return Text("{what}. {answer}", what=said["what"], answer=answer)


def _tell_asker(step: Step, row: Waiver, text: Text, answer: str) -> None:
    who = {"who": step.actor.display_name, "answer": answer}
    step.tell(
        News(
            "alert",
            text,
            Text("{who}: {answer}", **who),
            (Audience(ADMIN, users=(row.asked_by,)),),
        )
    )


# ---- reading -------------------------------------------------------------------------------------------


def get(app: Application, actor: Actor, waiver_id: str) -> WaiverView:
    """Return a request: to who sees its case. NotFound otherwise."""
    with app.db.read() as session:
        row = session.get(Waiver, waiver_id)
        if row is None:
            raise NotFound(waiver=waiver_id)
        if not may(actor, RIGHT):
            require_visible(app, session, actor, row.instance_id)
        return view_of(row)


def find(
    app: Application, actor: Actor, *, instance: str | None = None, state: str | None = OPEN
) -> tuple[WaiverView, ...]:
    """Return requests, the newest first: of one case to who sees it, of all to who may confirm them."""
    query = select(Waiver).order_by(Waiver.id.desc()).limit(MOST)
    if state is not None:
        query = query.where(Waiver.state == state)
    with app.db.read() as session:
        if instance is not None:
            number = require_visible(app, session, actor, instance).business_key
            query = query.where(Waiver.business_key == number)
        elif not may(actor, RIGHT):
            query = query.where(Waiver.asked_by == actor.name)
        return tuple(map(view_of, session.scalars(query)))


def can_answer(app: Application, actor: Actor, waiver: WaiverView) -> bool:
    """Say whether somebody may confirm or decline an open request."""
    return waiver.state == OPEN and actor.name in who_can_answer(app, waiver.instance_id, waiver.asked_by)


def who_can_answer(app: Application, instance_id: str, asked_by: str) -> tuple[str, ...]:
    """Return the admins who could confirm what somebody asks for in a case; none: another must be named."""
    with app.db.read() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        admins = identity.members(session, ADMIN)
        return tuple(name for name in admins if name != asked_by and not is_party(session, instance, name))


def view_of(row: Waiver) -> WaiverView:
    """Return a request as it is shown."""
    return WaiverView(
        id=row.id,
        instance_id=row.instance_id,
        business_key=row.business_key,
        act=row.act,
        what=Text.from_record(row.what),
        given=row.given,
        promises=tuple(map(_promise, row.promises)),
        reason=row.reason,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        answer=row.answer,
    )


# ---- with every step -----------------------------------------------------------------------------------


def decide(step: Step, progress: Progress | None) -> None:
    """When a case ends, what is still asked for in it is void."""
    if progress is None or progress.state not in ("completed", "cancelled"):
        return
    open_ones = select(Waiver).where(Waiver.instance_id == step.instance.id, Waiver.state == OPEN)
    for row in step.session.scalars(open_ones.execution_options(populate_existing=True)).all():
        answer_with(step, row, STALE, "")


def write(step: Step, progress: Progress | None) -> None:
    """Nothing is left to be written."""


# ---- words ---------------------------------------------------------------------------------------------


def _stored(promise: PromiseView) -> dict[str, Any]:
    lists = {"approvals": list(promise.approvals), "way": list(promise.way)}
    return {**{name: getattr(promise, name) for name in ("key", "name", "text", "text_en")}, **lists}


def _promise(stored: Mapping[str, Any]) -> PromiseView:
    return PromiseView(
        key=stored["key"],
        name=stored["name"],
        text=stored["text"],
        text_en=stored["text_en"],
        approvals=tuple(stored["approvals"]),
        way=tuple(stored["way"]),
        sentence=sentence_of(stored["name"], stored["text"], stored["approvals"]),
    )


def _names(promises: Sequence[PromiseView]) -> str:
    return "".join(f"“{each.name}”" for each in promises)


def _in_chinese(text: Text) -> str:
    """Return words as the record keeps them."""
    return translated(text, catalogue(CHINESE).gettext)
