"""Telling people of a task that is theirs to do from now on."""

from __future__ import annotations

from datetime import datetime

from service.engine.organisation import HOLDERS, TASK
from service.runtime.step.news import Audience, News
from service.runtime.step.step import Step
from service.runtime.tasks import candidates
from service.settings import ZONE
from service.store.models import TaskRow
from service.wording import SILENT, Text


def news(step: Step, row: TaskRow) -> News:
    """Return what is told of a task that has opened, or changed hands: to its holder, else to its candidates,
    and to whoever else the organisation names."""
    event = step.model.organisation.notices.get(TASK)
    due = Text("Please do it by {moment}.", moment=_moment(row.due_at)) if row.due_at else SILENT
    found = [_audience(step, row, name) for name in (event.tell if event else ())]
    subject = Text("Please do: {task}", task=row.name)
    return News(TASK, subject, due, tuple(found), task_id=row.id, barred=row.barred_users)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


def holders(row: TaskRow) -> Audience:
    """Return who is to do a task: whoever holds it, else everybody who may take it."""
    if row.assignee:
        return Audience(HOLDERS, users=(row.assignee,))
    return Audience(HOLDERS, row.candidate_groups, row.candidate_users)


def _audience(step: Step, row: TaskRow, name: str) -> Audience:
    if name == HOLDERS:
        return holders(row)
    groups, users = candidates.resolve(step, (name,), {})
    return Audience(name, groups, users, opens=True)
