"""Remind (催办): tell whoever is to do a task that somebody waits for it; not too often, and on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.workdays import ZONE
from service.errors import Conflict, ServiceError, TaskFinished, Throttled
from service.runtime.step.context import Actor
from service.runtime.step.step import Step
from service.runtime.tasks import rights, rows, telling
from service.runtime.tasks.action import Action, Deed
from service.runtime.tasks.seen import Seen
from service.wording import Text

AGAIN_AFTER = timedelta(hours=1)
"""Before that nobody can be reminded of the same task again, whoever asks."""


@dataclass(frozen=True)
class Given:
    """What is said with it."""

    note: str | None = None


def offered(seen: Seen, actor: Actor) -> ServiceError | None:
    """Whoever sees an open task and is not asked themselves."""
    if rights.may_prepare(seen.task, actor):
        return Conflict("This task waits for you yourself.")
    return rights.at_rest(seen)


def do(step: Step, seen: Seen, given: Given) -> Deed:
    """Tell its holder, or everybody who may take it. The task's version stays: they may be writing."""
    holders = _asked_now(step, seen)
    if not holders:
        raise Conflict("Nobody can do this task at present.")
    if not rows.note_reminder(step, seen.task, AGAIN_AFTER):
        raise _too_early(step, seen.task.id)
    note = (given.note or "").strip()
    telling.urged(step, seen.task, holders, note)
    return Deed(
        event="urged",
        note=telling.urging(step, holders, note),
        audit="task.urged",
        facts={"people": list(holders), "note": note or None},
    )


def _asked_now(step: Step, seen: Seen) -> tuple[str, ...]:
    """Return whom the task waits for: signers while they keep its holder from going on, else who does it."""
    asked = seen.awaited or (seen.task,)
    return tuple(name for each in asked for name in telling.holders(step, each))


def _too_early(step: Step, task_id: str) -> ServiceError:
    last = rows.reminded_at(step.session, task_id)
    if last is None:
        return TaskFinished(task=task_id)
    again = last + AGAIN_AFTER
    return Throttled(
        Text(
            "They were reminded of this task at {last} already. You can remind them again from {again} on.",
            last=_time(last),
            again=_time(again + timedelta(minutes=1)),
        ),
        retry_after_seconds=max(1, round((again - step.now).total_seconds())),
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%H:%M")


ACTION = Action(
    "remind",
    Text("Remind"),
    Given,
    offered,
    do,
    done=Text("Those who can do “{name}” have been reminded."),
    errors=(429,),
)
