"""Carries out the steps of a scenario through the same use cases as screens and API."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select

from service.errors import ServiceError
from service.runtime.cases import instances, messages
from service.runtime.scenarios import acting, samples
from service.runtime.scenarios.answers import computed
from service.runtime.scenarios.asking import check_defaults, check_given, check_start
from service.runtime.scenarios.cast import filled_in
from service.runtime.scenarios.expecting import compare
from service.runtime.scenarios.moments import shown
from service.runtime.scenarios.proceeding import proceed
from service.runtime.scenarios.reading import ScenarioError, Step
from service.runtime.scenarios.scene import Scene
from service.runtime.step.context import SYSTEM, Actor
from service.store.models import ProcessInstance
from service.wording import Text


class Play(Scene):
    """A scenario being carried out."""

    def run(self) -> None:
        """Carry out every step. ScenarioError at the first that does not come out, or for unasked answers."""
        check_defaults(self.scenario, self.world.app.live().model)
        pace = self.scenario.pace
        if pace is not None:
            self.world.advance_to(pace.first_moment(self.world.clock.now))
        for step in self.scenario.steps:
            try:
                _ACTIONS[step.action](self, step)
                self.world.settle()
            except ScenarioError:
                raise
            except ServiceError as error:
                name = f"{step.action} {step.value}"
                raise step.error(Text("{step}: {reason}", step=name, reason=acting.told(error))) from error


def _start(scene: Scene, step: Step) -> None:
    key, world, scenario = str(step.value), scene.world, scene.scenario
    case = str(step.options.get("案", scene.current or "甲"))
    person = scene.person(step, scenario.applicant)
    model = world.app.live().model
    form = model.process(key).start_form if key in model.processes else None
    if key in model.processes:
        check_start(step, key, model)
    answers = {**scenario.answers.of(form), **(step.options.get("填") or {})}

    def begin() -> None:
        begun = instances.start(
            world.app,
            person,
            key,
            answers=filled_in(world, person, {}, answers, scenario.days.named) if form else None,
            variables=step.options.get("变量") or None,
            business_key=scene.cases.get(case) or (world.numbers and world.numbers(case)) or None,
        )
        scene.cases[case] = str(begun.business_key)
        scene.current = case

    acting.attempt(step, begin)


def _answer(scene: Scene, step: Step) -> None:
    pace = scene.scenario.pace
    if pace is not None:
        scene.world.advance_to(pace.next_answer(scene.world.clock.now, scene.activity(step, str(step.value))))
    task = scene.task(step)
    person = scene.person(step, "") if "人" in step.options else acting.somebody(scene, step, task)
    if task.form:
        check_given(step, task.form, scene.world.app.live().model.forms[task.form])
    given = step.options.get("填") or {}
    acting.attempt(step, lambda: acting.complete(scene, task, person, given))


def _pass_time(scene: Scene, step: Step) -> None:
    scene.world.advance_to(scene.later(step, "过"))


def _go_to(scene: Scene, step: Step) -> None:
    target, now = scene.moment(step, step.value), scene.world.clock.now
    if target < now:
        raise step.error(Text("{step}: it is already {now}.", step=f"到 {step.value}", now=shown(now)))
    scene.world.advance_to(target)


def _send(scene: Scene, step: Step) -> None:
    """Send a message to one process of the case; without 流程 to whoever waits for it, or whom it begins."""
    payload = computed(step.options.get("填") or {}, scene.scenario.days.named, scene.world.clock.now)
    sender = scene.person(step, "") if "人" in step.options else SYSTEM
    if "流程" in step.options:
        messages.send(scene.world.app, sender, _running(scene, step), str(step.value), payload)
        return
    case = str(step.options.get("案", scene.current or "甲"))
    key = scene.cases.get(case) or (scene.world.numbers and scene.world.numbers(case)) or None

    def tell() -> None:
        told = messages.receive(scene.world.app, sender, str(step.value), payload, business_key=key)
        if told.has_begun:
            begun = instances.get(scene.world.app, SYSTEM, str(told.instance_id))
            scene.cases[case], scene.current = str(begun.business_key), case

    acting.attempt(step, tell)


def _running(scene: Scene, step: Step) -> str:
    """Return the one running instance of a process in the case."""
    key = scene.case(step)
    with scene.world.app.db.read() as session:
        found = session.scalars(
            select(ProcessInstance.id)
            .where(ProcessInstance.business_key == key, ProcessInstance.state == "active")
            .where(ProcessInstance.definition == step.options["流程"])
        ).all()
    if len(found) != 1:
        message = Text(
            "{step}: {count} running processes could receive it.", step=f"消息 {step.value}", count=len(found)
        )
        raise step.error(message)
    return found[0]


def _withdraw(scene: Scene, step: Step) -> None:
    """Withdraw the case as its applicant, or as 人."""
    main = scene.instances(step)[0]
    person = scene.person(step, main.applicant)
    acting.attempt(step, lambda: _withdrawn(scene, person, main.id, str(step.value)))


def _withdrawn(scene: Scene, person: Actor, instance_id: str, reason: str) -> None:
    instances.withdraw(scene.world.app, person, instance_id, reason=reason)


def _measure_load(scene: Scene, step: Step) -> None:
    samples.add_load(scene, step)


def _measure_days(scene: Scene, step: Step) -> None:
    samples.add_days(scene, step)


_ACTIONS: Mapping[str, Callable[[Scene, Step], None]] = {
    "启动": _start,
    "办到": proceed,
    "办理": _answer,
    "过": _pass_time,
    "到": _go_to,
    "消息": _send,
    "撤销": _withdraw,
    "负载": _measure_load,
    "数据": _measure_days,
    "期望": compare,
}
