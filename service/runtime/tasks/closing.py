"""What actions share that end a task and move its case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from service.engine.drawing.extensions import split_list
from service.engine.failures import UnknownToken
from service.errors import TaskFinished
from service.runtime.step.step import Step
from service.store.models import TaskRow


def closed(step: Step, on_behalf_of: str | None, conclusion: str | None) -> dict[str, Any]:
    """Return the columns of a task that the actor of a step has answered."""
    return {
        "state": "completed",
        "completed_at": step.now,
        "completed_by": step.actor.name,
        "on_behalf_of": on_behalf_of,
        "conclusion": conclusion,
    }


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
