"""Handing over (交接): what waits for somebody who leaves goes to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import offering, rights, rows, takers
from service.store import participants
from service.store.models import TASKS, TaskCandidate, TaskRow
from service.store.task_list import rows as task_rows
from service.wording import Text


def of_person(session: Session, name: str) -> Sequence[TaskRow]:
    """Return the open tasks that wait for somebody by name, case by case: held, lent, or offered."""
    task = TASKS.c
    offered = select(TaskCandidate.task_id).where(TaskCandidate.principal == participants.user(name))
    query = select(TASKS).where(
        task.state == "open", or_(task.assignee == name, task.lender == name, task.id.in_(offered))
    )
    return task_rows(session, query.order_by(task.instance_id, task.id))


def refusal(session: Session, task: TaskRow, leaver: str, successor: Actor) -> Text | None:
    """Return why somebody cannot have what waits for a leaver, None when they can.

    What is the leaver's by name goes to whoever takes their place; what came to them by a group needs one of
    that group. Nobody gets past four eyes, or has two votes.
    """
    if successor.name in rights.barred_now(session, task):
        return takers.BARRED
    if not (_is_by_name(task, leaver) or rights.is_candidate(task, successor)):
        groups = "、".join(task.candidate_groups)
        return Text("This person does not belong to those whom the task is for: {groups}.", groups=groups)
    return takers.ASKED if successor.name in takers.asked_beside(session, task) else None


def _is_by_name(task: TaskRow, leaver: str) -> bool:
    """Say whether a task is the leaver's as a person: drawn for them, for no group, or lent to them."""
    is_lent_to_them = task.lender not in (None, leaver)
    return leaver in task.candidate_users or not task.candidate_groups or is_lent_to_them


def hand_over(step: Step, task: TaskRow, leaver: str, successor: str) -> None:
    """Put somebody in the place of the one who leaves, wherever the task names them."""
    users = tuple(dict.fromkeys(successor if each == leaver else each for each in task.candidate_users))
    is_held = task.assignee == leaver
    changes: dict[str, Any] = {
        "candidate_users": users,
        "assignee": successor if is_held else task.assignee,
        "claimed_at": None if is_held else task.claimed_at,
        "lender": successor if task.lender == leaver else task.lender,
    }
    rows.change(step, task, changes)
    handed = replace(task, **changes)
    rows.reoffer(step, handed)
    step.tell(offering.news(step, handed))
    step.line("handed_over", f"{leaver} → {successor}", **rows.place_of(task))
    step.audit("task.handed_over", task=task.id, activity=task.activity_path, leaver=leaver, to=successor)
