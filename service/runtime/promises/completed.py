"""What was completed in a case so far, with the answers it was completed with and the facts around it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.case.schema import CaseSchema
from service.engine.guarantees.here import Done
from service.store.models import APPLIED, TASKS, ActivityHistory, CaseFact, ProcessInstance, Submission

_LINE = ActivityHistory


def completed(session: Session, number: str, schema: CaseSchema) -> tuple[Done, ...]:
    """Return what was completed in all processes of a case, in order; no answers that were taken back."""
    of_case = select(ProcessInstance.id).where(ProcessInstance.business_key == number)
    lines = session.execute(
        select(_LINE.definition, _LINE.activity_id, _LINE.token_id, _LINE.at)
        .where(_LINE.instance_id.in_(of_case), _LINE.event == "left")
        .order_by(_LINE.seq)
    ).all()
    answers, facts = _answers(session, number), _Facts(session, number, schema)
    found = []
    for definition, activity_id, token_id, at in lines:
        given, withdrawn_at = answers.get(token_id or "", ({}, None))
        if withdrawn_at is None:
            found.append(Done(definition, activity_id, given, facts.before(at), facts.behind(at)))
    return tuple(found)


def _answers(session: Session, number: str) -> dict[str, tuple[Mapping[str, Any], datetime | None]]:
    """Return by token what a task was answered with last, and when that was taken back."""
    query = (
        select(TASKS.c.token_id, Submission.answers, Submission.withdrawn_at)
        .join(Submission, Submission.task_id == TASKS.c.id)
        .where(Submission.business_key == number)
        .order_by(Submission.seq)
    )
    return {token: (answers, withdrawn) for token, answers, withdrawn in session.execute(query)}


class _Facts:
    """The facts of a case as they were: before and behind each moment."""

    def __init__(self, session: Session, number: str, schema: CaseSchema) -> None:
        rows = select(CaseFact.at, CaseFact.name, CaseFact.value).where(
            CaseFact.number == number, CaseFact.state == APPLIED
        )
        self._states: list[dict[str, Any]] = [{name: fact.initial for name, fact in schema.facts.items()}]
        self._moments: list[datetime] = []
        for at, name, value in session.execute(rows.order_by(CaseFact.at, CaseFact.seq)):
            self._moments.append(at)
            self._states.append({**self._states[-1], name: value})

    def before(self, at: datetime) -> Mapping[str, Any]:
        return self._states[bisect_left(self._moments, at)]

    def behind(self, at: datetime) -> Mapping[str, Any]:
        return self._states[bisect_right(self._moments, at)]
