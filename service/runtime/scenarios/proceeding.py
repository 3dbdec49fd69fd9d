"""办到: everybody answers by default, and time passes where nobody has to, until something is reached."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from service.errors import ServiceError
from service.runtime.scenarios import acting
from service.runtime.scenarios.expecting import visits
from service.runtime.scenarios.reading import ScenarioError, Step
from service.runtime.scenarios.scene import Scene
from service.store.models import TaskRow
from service.wording import Text

END, NOW = "结束", "现在"
MOST_ANSWERS = 1000  # nobody answers so often: something goes round in circles
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Reached = Callable[[Sequence[TaskRow]], bool]
"""Says, of the tasks that are open for somebody, whether the goal is reached."""


def proceed(scene: Scene, step: Step) -> None:
    """Play until the goal of the step. ScenarioError when it cannot be reached."""
    skipped = {scene.activity(step, each) for each in step.options.get("除") or []}
    reached = _goal(scene, step)
    for _ in range(MOST_ANSWERS):
        scene.world.settle()
        tasks = scene.tasks(step)
        if reached(tasks):
            return
        task = next((each for each in tasks if each.activity_id not in skipped), None)
        if task is None:
            if _is_over(scene, step):
                return
            _wait(scene, step)
        elif _still_open_after_delay(scene, step, task):
            _answer(scene, step, task)
    raise step.error(
        Text("{step}: after {count} answers it is still not reached.", step=_name(step), count=MOST_ANSWERS)
    )


def _goal(scene: Scene, step: Step) -> Reached:
    text = str(step.value)
    if text == END:
        return lambda tasks: not tasks and not scene.world.is_running(scene.case(step))
    if text == NOW:
        if scene.world.present is None:
            raise step.error(
                Text("{text} counts from the present: the scenario needs the key 现在.", text=text)
            )
        return lambda tasks: False
    if _is_moment(scene, text):
        target = scene.moment(step, text)
        return lambda tasks: scene.world.clock.now >= target
    activity = scene.activity(step, text)
    if scene.is_task(activity):
        return lambda tasks: any(task.activity_id == activity for task in tasks)
    before = visits(scene, step)[activity]
    return lambda tasks: visits(scene, step)[activity] > before


def _is_over(scene: Scene, step: Step) -> bool:
    """Say whether everything is done that could be done by now, where that is the goal."""
    due = scene.world.next_due()
    return str(step.value) == NOW and (due is None or due > (scene.world.present or due))


def _wait(scene: Scene, step: Step) -> None:
    """Let time pass to whatever comes next, or to the moment that is the goal."""
    text, world = str(step.value), scene.world
    target = scene.moment(step, text) if _is_moment(scene, text) else None
    due = world.next_due()
    comes = min((each for each in (due, target) if each is not None), default=None)
    if comes is None or comes > (world.present or comes):
        raise step.error(
            Text("{step}: nothing happens any more; {open}", step=_name(step), open=scene.shown_tasks(step))
        )
    world.advance_to(comes)


def _is_moment(scene: Scene, text: str) -> bool:
    return bool(_DAY.match(text)) or text.partition(" ")[0] in scene.scenario.days.named


def _still_open_after_delay(scene: Scene, step: Step, task: TaskRow) -> bool:
    """Let the time pass that people take before they answer; the task may be gone by then."""
    now, pace = scene.world.clock.now, scene.scenario.pace
    if "拖延" in step.options:
        scene.world.advance_to(scene.later(step, "拖延"))
    elif pace is not None:
        scene.world.advance_to(pace.next_answer(now, task.activity_id))
    else:
        return True
    return any(each.id == task.id for each in scene.tasks(step))


def _answer(scene: Scene, step: Step, task: TaskRow) -> None:
    try:
        acting.complete(scene, task, acting.somebody(scene, step, task), {})
    except ScenarioError:
        raise
    except ServiceError as error:
        raise step.error(
            Text(
                "{step}: {task} refuses its default answers: {reason}",
                step=_name(step),
                task=task.activity_id,
                reason=acting.told(error),
            )
        ) from error


def _name(step: Step) -> str:
    return f"{step.action} {step.value}"
