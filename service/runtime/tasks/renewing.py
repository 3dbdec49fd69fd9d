"""What an open task shows is true now: found out anew before it is shown, and before it is answered.

A task opens with what its drawing reads then. Of what its figures come from (`restsOn`), and of facts of the
case that others have changed since, it shows the present: whoever decides decides on that. Where the drawing
means somebody else by now, they are asked. Where it cannot be found out the task can be read as it was, and
not answered.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from service.engine.drawing.extensions import RESTS_ON
from service.engine.progress import OpenTask
from service.errors import ServiceError, StaleVersion
from service.feel import codec
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.tasks import reoffering, rows
from service.runtime.tasks.seen import SIGNER, Seen, look
from service.store.models import TaskRow
from service.wording import Text

log = logging.getLogger(__name__)


class NotFoundOut(ServiceError):
    """What this task shows cannot be found out anew."""

    status = 409
    title = "Not to be found out"

    def __init__(self, task: str, reason: str) -> None:
        message = Text(
            "What this task shows cannot be found out anew, so nobody can decide on it: {reason} Try again "
            "later. If it stays so, an admin can see why.",
            reason=reason,
        )
        super().__init__(message, task=task)


def renewed(app: Application, actor: Actor, seen: Seen) -> Seen:
    """Return a task as its reader meets it, with what it shows found out anew where that may have changed.

    A change raises its version, and is a line of the record.
    """
    if seen.case.state != "active" or not _may_be_stale(seen):
        return seen
    with on_instance(app, seen.case.id, SYSTEM, states=RUNNING) as step:
        row = next((each for each in _open(step) if each.id == seen.task.id), None)
        try:
            is_changed = row is not None and _renew(step, row)
        except NotFoundOut as failure:
            log.warning("task %s is shown as it was: %s", seen.task.id, failure.message)
            is_changed = False
        if not is_changed:
            step.drop()
            return seen
    return look(app, actor, seen.task.id)


def require_present(step: Step, seen: Seen) -> None:
    """Raise StaleVersion when what a task shows is not what is true now, under the lock of its case.

    NotFoundOut when that cannot be told.
    """
    if not _may_be_stale(seen):
        return
    now = _found_out(step, seen.task)
    is_shown = not _changed(_stored(now), seen.task.inputs)
    if not is_shown or reoffering.is_meant_for_others(step, seen.task, now):
        raise StaleVersion(task=seen.task.id, version=seen.task.version)


def _may_be_stale(seen: Seen) -> bool:
    task = seen.task
    if task.state != "open" or task.kind == SIGNER or task.held is not None:
        return False
    return seen.is_overtaken or bool(task.properties.get(RESTS_ON))


def _open(step: Step) -> list[TaskRow]:
    return rows.open_in(step.session, step.instance.id) if step.instance.state == "active" else []


def _renew(step: Step, row: TaskRow) -> bool:
    found = _found_out(step, row)
    now = _stored(found)
    changed, goes_on = _changed(now, row.inputs), reoffering.is_meant_for_others(step, row, found)
    if goes_on:
        row = reoffering.offer(step, row, found)
    if not changed:
        return goes_on
    rows.change(step, row, {"inputs": now})
    told = "\n".join(_told(name, row.inputs.get(name), now.get(name)) for name in changed)
    step.line("renewed", told, **rows.place_of(row))
    step.audit("task.renewed", task=row.id, activity=row.activity_path, changed=changed)
    return True


def _found_out(step: Step, task: TaskRow) -> OpenTask:
    """Return a task as it would open now."""
    try:
        return step.engine.task_now(task.token_id)
    except ServiceError as failure:
        raise NotFoundOut(task.id, failure.message) from failure


def _stored(now: OpenTask) -> dict[str, Any]:
    """Return what a task shows, as it is stored."""
    found: dict[str, Any] = codec.loads(codec.dumps(dict(now.inputs)))
    return found


def _changed(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    return [name for name in now if name not in before or now[name] != before[name]]


def _told(name: str, before: Any, now: Any) -> str:
    if any(isinstance(each, Mapping | list) for each in (before, now)):
        return name
    return f"{name}: {'—' if before is None else before} → {'—' if now is None else now}"
