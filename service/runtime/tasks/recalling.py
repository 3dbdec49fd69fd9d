"""What somebody answered when they last did this task of the case, as far as it still rests on the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.engine.forms import marks
from service.feel.schema import Schema, value_at
from service.store import task_list
from service.store.models import TASKS, ProcessInstance, Submission, TaskRow


def signed_before(session: Session, business_key: str | None, task: TaskRow, by: str) -> TaskRow | None:
    """Return the task of this activity that was last done in the case: by this person, else by anybody.

    Of one that is there for each element of a list, that of the same element.
    """
    own = TASKS.c
    query = (
        select(TASKS)
        .join(ProcessInstance, ProcessInstance.id == own.instance_id)
        .where(ProcessInstance.business_key == business_key)
        .where(own.definition == task.definition, own.activity_id == task.activity_id)
        .where(own.state == "completed", own.parent_task_id.is_(None), own.id < task.id)
        .order_by(own.id.desc())
    )
    every = task_list.rows(session, query)
    answered = [each for each in every if each.element_value == task.element_value]
    return next((each for each in answered if each.completed_by == by), next(iter(answered), None))


def recalled(
    session: Session, schema: Schema, business_key: str | None, task: TaskRow, by: str
) -> dict[str, Any]:
    """Return by path what this person answered last time and need not answer anew.

    An answer that rests on an input the form did not have, or has not now, is asked again.
    """
    marked = dict(marks.recalled(schema))
    before = signed_before(session, business_key, task, by) if marked else None
    if before is None or before.completed_by != by:
        return {}
    query = select(Submission.answers).where(Submission.task_id == before.id)
    answers = session.scalar(query.where(Submission.withdrawn_at.is_(None)).limit(1)) or {}
    same = {name for name, value in task.inputs.items() if _is(before.inputs, name, value)}
    found = {path: value_at(answers, path) for path, names in marked.items() if same.issuperset(names)}
    return {path: value for path, value in found.items() if value is not None}


def put(answers: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return answers with one more, which stands where a dotted path leads."""
    step, _dot, rest = path.partition(".")
    inner = answers.get(step)
    below = put(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value
    return {**answers, step: below}


def _is(inputs: Mapping[str, Any], name: str, value: Any) -> bool:
    return name in inputs and bool(inputs[name] == value)
