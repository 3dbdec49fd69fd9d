"""What actions share that end a task and move its case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from service.engine.drawing.extensions import split_list
from service.engine.failures import UnknownToken
from service.errors import TaskFinished
from service.runtime.step.step import Step
from service.runtime.tasks import answering, reoffering, telling
from service.runtime.tasks.answering import Answered
from service.store.models import TaskRow


def closed(
    step: Step, on_behalf_of: str | None, conclusion: str | None, *, by: str | None = None
) -> dict[str, Any]:
    """Return the columns of a task that somebody, if not the actor of a step, has answered."""
    return {
        "state": "completed",
        "completed_at": step.now,
        "completed_by": by or step.actor.name,
        "on_behalf_of": on_behalf_of,
        "conclusion": conclusion,
    }


def finished(step: Step, task: TaskRow, given: Answered) -> dict[str, Any]:
    """Hand answers in and move the tokens on; return the columns of the task, and put it into the audit.

    A later automatic step that fails is an incident.
    """
    step.answered_task_id = task.id
    step.on_behalf_of, step.doers[task.token_id] = given.on_behalf_of, given.by
    content_hash = answering.hand_in(step, task, given)
    telling.mentioned(step, task, step.model.marked(task.form).opinion_of(given.answers), given.by)
    with moving():
        step.engine.complete(task.token_id, given.answers)
    reoffering.ask_for(step, task, by=given.by, on_behalf_of=given.on_behalf_of)
    facts = {"on_behalf_of": given.on_behalf_of, "content_hash": content_hash}
    if given.by != step.actor.name:
        facts["concluded_by"] = given.by
    step.audit("task.completed", task=task.id, activity=task.activity_path, **facts)
    return {**closed(step, given.on_behalf_of, given.conclusion, by=given.by), "held": None}


@contextmanager
def moving() -> Iterator[None]:
    """Move tokens inside the block. TaskFinished when nothing waits at the task any more."""
    try:
        yield
    except UnknownToken as exc:
        raise TaskFinished() from exc


def return_targets(task: TaskRow) -> tuple[str, ...]:
    """Return the activities a task names in `returnTo`."""
    return split_list(task.properties.get("returnTo"))
