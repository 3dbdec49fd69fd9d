"""Notices (通知): whoever is to know of what a step did is told in the transaction that does it.

One query finds the people, one statement writes what they are told; nothing is asked where nobody is told.
What leaves the machine waits in the outbox for the channels outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update

from service.engine.organisation import BY_ITSELF, OPINION
from service.engine.progress import Involved, Progress
from service.languages import CHINESE, catalogue
from service.runtime.effects import events, rows
from service.runtime.effects.addressing import addressed
from service.runtime.effects.kinds import notify
from service.runtime.step.news import News, Notice
from service.runtime.step.step import Step
from service.store.models import CarbonCopy, CommentRequest, Notification
from service.store.prepared import Prepared
from service.store.writing import table_of, upsert_of
from service.wording import record_of, translated

BETWEEN = "、"
_TOLD = tuple[News, tuple[Notice, ...]]
_TABLE = table_of(Notification)
# Nobody need read what they were told of a task that is done: it is no unread notice any more.
_SETTLE = Prepared(update(_TABLE).where(_TABLE.c.task_id == bindparam("task"), _TABLE.c.settled_at.is_(None)))


def decide(step: Step, progress: Progress | None) -> None:
    """Find who is told what, and say in the record who was where the record has a line for it."""
    news = [*step.news, *events.of(step, progress)]
    if not news:
        return
    told = addressed(step, _not_told_before(step, news))
    for each, notices in told:
        if each.line is not None and notices:
            _note(step, each, notices)
    step.notices = _without_repetition(step, told)


def write(step: Step, progress: Progress | None) -> None:
    """Write what people are told; what they were told of tasks that are done now is settled."""
    done = [{"task": task, "settled_at": step.now} for task in step.closed_task_ids]
    _SETTLE.write_all(step.session, done)
    _ask(step, progress.involved if progress else ())
    if not step.notices:
        return
    dialect = step.session.get_bind().dialect.name
    _once(dialect).write_all(step.session, [_row(step, each) for each in step.notices])
    copies = [_copy(step, each) for each in step.notices if each.opens]
    _copies(dialect).write_all(step.session, list({each["user_name"]: each for each in copies}.values()))
    # Of a channel that fails nobody is told by channels: that would never end.
    if step.parts.tells_outside() and not any(each.code == rows.EFFECT_FAILED for each in step.incidents):
        step.queue(notify.NAME, {"notices": [_payload(each) for each in step.notices]})


def _not_told_before(step: Step, news: Sequence[News]) -> list[News]:
    """Leave out what is told once in a case and has been."""
    wanted = {each.once for each in news if each.kind in _ONCE_IN_A_CASE and each.once is not None}
    if not wanted:
        return list(news)
    query = select(Notification.event).where(Notification.event.in_(sorted(wanted))).distinct()
    known = set(step.session.scalars(query))
    return [each for each in news if each.once not in known]


def _without_repetition(step: Step, told: Iterable[_TOLD]) -> tuple[Notice, ...]:
    """Return what everybody is told, without the opinion to whom the drawing tells what it led to."""
    notices = [notice for _, each in told for notice in each]
    drawn = step.model.organisation.notices.keys() - {*BY_ITSELF}
    led_to = {each.person for each in notices if each.kind in drawn}
    return tuple(each for each in notices if each.kind != OPINION or each.person not in led_to)


_ONCE_IN_A_CASE = frozenset({events.COPY, events.CONSULT})


def _note(step: Step, news: News, notices: Iterable[Notice]) -> None:
    """Say in the record who was told: of a task its people, of a phase the groups."""
    if news.task_id is None:
        step.line(str(news.line), BETWEEN.join(dict.fromkeys(each.reason for each in notices)), **news.place)
        return
    step.line(str(news.line), BETWEEN.join(each.shown for each in notices), **news.place)
    place = {"task": news.task_id, "activity": news.place["activity_id"]}
    step.audit(str(news.line), people=[each.person for each in notices], **place)


def _row(step: Step, notice: Notice) -> dict[str, Any]:
    return {
        "user_name": notice.person,
        "event": notice.id,
        "kind": notice.kind,
        "subject": in_chinese(notice.subject),
        "text": in_chinese(notice.text),
        "wording": wording(notice),
        "reason": notice.reason,
        "on_behalf_of": notice.on_behalf_of,
        "instance_id": step.instance.id,
        "task_id": notice.task_id,
        "created_at": step.now,
    }


def wording(notice: Notice) -> dict[str, Any] | None:
    """Return what a notice was made of, so that all read it in their language; None for plain words."""
    made_of = {"subject": record_of(notice.subject), "text": record_of(notice.text)}
    return made_of if any(made_of.values()) else None


def in_chinese(words: str) -> str:
    """Return words as the company says them: so they are kept, and read by whoever asks for no language."""
    return translated(words, catalogue(CHINESE).gettext)


def _payload(notice: Notice) -> dict[str, Any]:
    said = {"subject": in_chinese(notice.subject), "text": in_chinese(notice.text)}
    return {**vars(notice), **said, "wording": wording(notice)}


def _copy(step: Step, notice: Notice) -> dict[str, Any]:
    return {
        "instance_id": step.instance.id,
        "user_name": notice.person,
        "sent_by": step.actor.name,
        "sent_at": step.now,
    }


def _ask(step: Step, involved: Iterable[Involved]) -> None:
    """Keep whom an activity asks for an opinion; each group once in a case."""
    requests = [
        {
            "number": step.case,
            "activity_path": each.activity_path,
            "group_name": name,
            "instance_id": step.instance.id,
            "activity_name": each.name,
            "asked_at": step.now,
            "due_at": each.until,
        }
        for each in involved
        for name in dict.fromkeys(each.consulted)
    ]
    _requests(step.session.get_bind().dialect.name).write_all(step.session, requests)


@cache
def _once(dialect: str) -> Prepared:
    return Prepared(upsert_of(dialect, _TABLE).on_conflict_do_nothing())


@cache
def _copies(dialect: str) -> Prepared:
    # A copy (抄送) once per person and case.
    return Prepared(upsert_of(dialect, table_of(CarbonCopy)).on_conflict_do_nothing())


@cache
def _requests(dialect: str) -> Prepared:
    return Prepared(upsert_of(dialect, table_of(CommentRequest)).on_conflict_do_nothing())
