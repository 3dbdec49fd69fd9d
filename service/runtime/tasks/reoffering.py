"""Whom an open task is offered to, found out anew: nobody may be left of those it was offered to.

People leave, lose a group, or become barred by what they do in the case meanwhile; a fact may lead to another
approver. Then it is offered to whom the drawing means now, else to their superiors; else it is an incident.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from service.engine.progress import OpenTask
from service.errors import ServiceError
from service.runtime import identity
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING
from service.runtime.tasks import candidates, offering, rights, rows
from service.store.models import ProcessInstance, TaskRow

OFFER = "tasks.offer"
"""Kind of the effect that looks anew whom the open tasks of an instance are offered to."""


def ask_for(step: Step, task: TaskRow, *, by: str, on_behalf_of: str | None) -> None:
    """Have all open tasks of the case be looked at where somebody has acted for the applicant."""
    applicant = step.instance.applicant
    is_theirs = task.candidate_users == (applicant,) and not task.candidate_groups
    if by != applicant and (is_theirs or applicant in (on_behalf_of, task.lender)):
        ask_for_all(step)


def ask_for_all(step: Step) -> None:
    """Have all open tasks of the case be looked at, after the commit: whom four eyes keep away, and whom the
    drawings mean, may be others from now on."""
    query = select(ProcessInstance.id).where(
        ProcessInstance.business_key == step.case, ProcessInstance.state.in_(RUNNING)
    )
    for instance in step.session.scalars(query):
        step.queue(OFFER, {"instance": instance})


def look(step: Step) -> None:
    """Look at every open task of an instance: who is barred by now, and whether anybody is left."""
    changes = [_look(step, row) for row in rows.open_in(step.session, step.instance.id)]
    if not any(changes):
        step.drop()


def _look(step: Step, row: TaskRow) -> bool:
    """Say whether anything about a task had to be changed."""
    if row.held is not None or row.is_for_nobody:
        return False
    try:
        now = step.engine.task_now(row.token_id)
    except ServiceError:
        # Whoever opens the task is told what cannot be found out.
        return False
    barred = rights.barred_now(step.session, row)
    if not _is_with_somebody(step, row, barred) or is_meant_for_others(step, row, now):
        offer(step, row, now)
        return True
    if {*barred} == {*row.barred_users}:
        return False
    rows.change(step, row, {"barred_users": barred})
    step.audit("task.barred", task=row.id, activity=row.activity_path, barred=[*barred])
    return True


def is_meant_for_others(step: Step, row: TaskRow, now: OpenTask) -> bool:
    """Say whether the drawing means others by now than those the task is offered to."""
    named = (now.candidate_groups, now.candidate_users)
    if not any(named) or row.is_for_nobody:
        return False
    who = candidates.of(step, now)
    return bool(who.groups or who.users) and (who.groups, who.users) != (
        row.candidate_groups,
        row.candidate_users,
    )


def offer(step: Step, row: TaskRow, now: OpenTask) -> TaskRow:
    """Offer a task to whom the drawing means now, and return its row: whoever held it has it no longer."""
    who = candidates.of(step, now)
    properties = {name: text for name, text in row.properties.items() if name != candidates.DRAWN_FOR}
    changes: dict[str, Any] = {
        "candidate_groups": who.groups,
        "candidate_users": who.users,
        "assignee": who.assignee,
        "barred_users": who.barred,
        "claimed_at": None,
        "lender": None,
        "properties": properties,
    }
    if who.is_nobody:
        changes["properties"] = {**properties, candidates.DRAWN_FOR: ",".join(who.drawn_for)}
    rows.change(step, row, changes)
    # The version that was just written: the caller may change it again.
    offered = replace(row, **changes, version=row.version + 1)
    rows.reoffer(step, offered)
    told = ", ".join(who.superiors or who.drawn_for)
    step.line("raised" if who.superiors else "reoffered", told, **rows.place_of(row))
    step.audit("task.reoffered", task=row.id, activity=row.activity_path, to=[*who.groups, *who.users])
    if offered.is_for_nobody:
        step.incident(rows.unassignable(offered))
    else:
        step.tell(offering.news(step, offered))
    return offered


def _is_with_somebody(step: Step, row: TaskRow, barred: tuple[str, ...]) -> bool:
    if row.assignee is not None:
        return bool(identity.able(step.session, [row.assignee], without=barred))
    if identity.able(step.session, row.candidate_users, without=barred):
        return True
    return identity.has_able_member(step.session, row.candidate_groups, without=barred)
