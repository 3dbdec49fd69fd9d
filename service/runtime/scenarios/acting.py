"""Acting as the people of a scenario: who answers a task, with what, and whether it may be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service import languages
from service.errors import InvalidInput, ServiceError
from service.runtime.scenarios.cast import filled_in, performer
from service.runtime.scenarios.reading import Step
from service.runtime.scenarios.scene import Scene
from service.runtime.step.context import Actor
from service.runtime.tasks import renewing, user_tasks
from service.runtime.tasks.seen import look
from service.store.models import TaskRow
from service.wording import Text, joined, translated


def complete(scene: Scene, task: TaskRow, person: Actor, given: Mapping[str, Any]) -> None:
    """Answer a task: as its form opens, the default answers over that, then the given ones."""
    answers = {**scene.scenario.answers.of(task.form or task.activity_id), **given}
    # As anybody does: open the task first, which finds out anew what it shows.
    task = renewing.renewed(scene.world.app, person, look(scene.world.app, person, task.id)).task
    sent = filled_in(scene.world, person, task.inputs, answers, scene.scenario.days.named)
    user_tasks.complete(scene.world.app, person, task.id, task.version, sent)


def somebody(scene: Scene, step: Step, task: TaskRow) -> Actor:
    """Return the first of the people who may answer a task."""
    person = performer(scene.world, task)
    if person is None:
        offered = "、".join([*task.candidate_groups, *task.candidate_users])
        raise step.error(
            Text(
                "Nobody may answer {task}: it is offered to {people}.", task=task.activity_id, people=offered
            )
            if offered
            else Text("Nobody may answer {task}: it is offered to nobody.", task=task.activity_id)
        )
    return person


def attempt(step: Step, act: Callable[[], object]) -> None:
    """Do it; with 拒收 it must be refused, with that text among the reasons, in English or in Chinese."""
    if "拒收" not in step.options:
        act()
        return
    wanted = str(step.options["拒收"])
    try:
        act()
    except ServiceError as refusal:
        reason = told(refusal)
        if not says(reason, wanted):
            message = Text(
                "It is refused, but not because of {wanted}: {reason}", wanted=wanted, reason=reason
            )
            raise step.error(message, "拒收") from refusal
        return
    raise step.error(Text("{step}: it should have been refused.", step=f"{step.action} {step.value}"), "拒收")


def told(error: ServiceError) -> Text:
    """Return the message of an error with the fields it names."""
    fields = error.errors if isinstance(error, InvalidInput) else ()
    parts = [Text("{path}: {message}", path=each.path, message=_text(each.message)) for each in fields]
    return joined([_text(error.message), *parts], "{first}; {rest}")


def _text(message: str) -> Text:
    return message if isinstance(message, Text) else Text("{message}", message=message)


def says(reason: str, text: str) -> bool:
    """Say whether a text is in a reason, as it reads in English or in Chinese."""
    return text in reason or text in translated(reason, languages.catalogue(languages.CHINESE).gettext)
