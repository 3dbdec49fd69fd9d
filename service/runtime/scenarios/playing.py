"""Carries out the steps of a scenario through the same use cases as screens and API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from service.errors import InvalidInput, ServiceError
from service.runtime.cases import instances, messages
from service.runtime.scenarios import samples
from service.runtime.scenarios.cast import computed, filled_in, performer, with_files
from service.runtime.scenarios.expecting import compare, visits
from service.runtime.scenarios.reading import ScenarioError, Step
from service.runtime.scenarios.scene import Scene
from service.runtime.scenarios.spans import after, moment_of, shown
from service.runtime.step.context import SYSTEM, Actor
from service.runtime.tasks import user_tasks
from service.store.models import ProcessInstance, TaskRow

END = "结束"
MOST_STEPS = 1000  # nobody answers so often: something goes round in circles


class Play(Scene):
    """A scenario being carried out."""

    def run(self) -> None:
        """Carry out every step. ScenarioError at the first that does not come out."""
        for step in self.scenario.steps:
            try:
                _ACTIONS[step.action](self, step)
                self.world.settle()
            except ScenarioError:
                raise
            except ServiceError as error:
                raise step.error(f"{step.action} {step.value}: {_told(error)}") from error

    # ---- steps ------------------------------------------------------------------------------------

    def start(self, step: Step) -> None:
        key = str(step.value)
        case = str(step.options.get("案", self.current or "甲"))
        person = self.person(step, self.scenario.applicant)
        model = self.world.app.live().model
        form = model.process(key).start_form if key in model.processes else None
        defaults = {**self.scenario.answers.get(form or "", {}), **(step.options.get("填") or {})}

        def begin() -> None:
            instances.start(
                self.world.app,
                person,
                key,
                answers=with_files(self.world, person, defaults) if form else None,
                variables=step.options.get("变量") or None,
                business_key=self.cases.get(case, f"案-{case}"),
            )
            self.cases[case] = f"案-{case}"
            self.current = case

        self._attempt(step, begin)

    def answer(self, step: Step) -> None:
        task = self.task(step)
        person = self.person(step, "") if "人" in step.options else self._performer(step, task)
        given = step.options.get("填") or {}
        self._attempt(step, lambda: self._complete(task, person, given))

    def proceed(self, step: Step) -> None:
        """Everybody answers by default, and time passes where nobody has to answer, until the goal."""
        skipped = {self.activity(step, each) for each in step.options.get("除") or []}
        reached = self._goal(step)
        for _ in range(MOST_STEPS):
            self.world.settle()
            tasks = self.tasks(step)
            if reached(tasks):
                return
            task = next((each for each in tasks if each.activity_id not in skipped), None)
            if task is None:
                self._wait(step)
            elif self._still_open_after_delay(step, task):
                self._complete_by_default(step, task)
        raise step.error(f"办到 {step.value}: after {MOST_STEPS} answers it is still not reached.")

    def pass_time(self, step: Step) -> None:
        self.world.advance_to(after(self.world.clock.now, step, "过"))

    def go_to(self, step: Step) -> None:
        target = moment_of(step, step.value)
        if target < self.world.clock.now:
            raise step.error(f"到 {step.value}: it is already {shown(self.world.clock.now)}.")
        self.world.advance_to(target)

    def send(self, step: Step) -> None:
        key = self.case(step)
        given = (step.options.get("填") or {}).items()
        payload = {name: computed(self.world, entry, {}) for name, entry in given}
        with self.world.app.db.read() as session:
            found = session.scalars(
                select(ProcessInstance.id)
                .where(ProcessInstance.business_key == key, ProcessInstance.state == "active")
                .where(ProcessInstance.definition == step.options.get("流程", "campaign_approval"))
            ).all()
        if len(found) != 1:
            raise step.error(f"消息 {step.value}: {len(found)} running instances could receive it.")
        messages.send(self.world.app, SYSTEM, found[0], str(step.value), payload)

    def measure_load(self, step: Step) -> None:
        samples.add_load(self.world, self.case(step), step.value)

    def measure_day(self, step: Step) -> None:
        samples.add_day(self.world, self.case(step), step.value)

    def expect(self, step: Step) -> None:
        compare(self, step)

    def _goal(self, step: Step) -> Callable[[Sequence[TaskRow]], bool]:
        """Return what says, of the tasks that are open, whether the goal is reached."""
        text = str(step.value)
        if text == END:
            return lambda tasks: not tasks and not self.world.is_running(self.case(step))
        if re.match(r"\d{4}-\d\d-\d\d", text):
            target = moment_of(step, text)
            return lambda tasks: self.world.clock.now >= target
        activity = self.activity(step, text)
        if self.is_task(activity):
            return lambda tasks: any(task.activity_id == activity for task in tasks)
        before = visits(self, step)[activity]
        return lambda tasks: visits(self, step)[activity] > before

    # ---- acting -----------------------------------------------------------------------------------

    def _complete_by_default(self, step: Step, task: TaskRow) -> None:
        try:
            self._complete(task, self._performer(step, task), {})
        except ScenarioError:
            raise
        except ServiceError as error:
            message = f"办到 {step.value}: {task.activity_id} refuses its default answers: {_told(error)}"
            raise step.error(message) from error

    def _still_open_after_delay(self, step: Step, task: TaskRow) -> bool:
        """With 拖延 let that time pass before a task is answered; it may be gone by then."""
        if "拖延" not in step.options:
            return True
        self.world.advance_to(after(self.world.clock.now, step, "拖延"))
        return any(each.id == task.id for each in self.tasks(step))

    def _complete(self, task: TaskRow, person: Actor, given: Mapping[str, Any]) -> None:
        defaults = self.scenario.answers.get(task.form or task.activity_id, {})
        answers = filled_in(self.world, person, task, defaults, given)
        user_tasks.complete(self.world.app, person, task.id, task.version, answers)

    def _wait(self, step: Step) -> None:
        """Let time pass to whatever comes next, or to the moment that is the goal."""
        target = moment_of(step, str(step.value)) if str(step.value)[:4].isdigit() else None
        due = self.world.next_due()
        if due is None and target is None:
            raise step.error(
                f"办到 {step.value}: nothing happens any more; open are {self.shown_tasks(step)}."
            )
        self.world.advance_to(min(each for each in (due, target) if each is not None))

    def _performer(self, step: Step, task: TaskRow) -> Actor:
        person = performer(self.world, task)
        if person is None:
            offered = "、".join([*task.candidate_groups, *task.candidate_users]) or "nobody"
            raise step.error(f"Nobody may answer {task.activity_id}: it is offered to {offered}.")
        return person

    def _attempt(self, step: Step, act: Callable[[], None]) -> None:
        """Do it; with 拒收 it must be refused, with that text among the reasons."""
        if "拒收" not in step.options:
            act()
            return
        try:
            act()
        except ServiceError as refusal:
            if str(step.options["拒收"]) not in _told(refusal):
                message = f"It is refused, but not because of {step.options['拒收']}: {_told(refusal)}"
                raise step.error(message, "拒收") from refusal
            return
        raise step.error(f"{step.action} {step.value}: it should have been refused.", "拒收")


def _told(error: ServiceError) -> str:
    """Return the message of an error with the fields it names."""
    fields = error.errors if isinstance(error, InvalidInput) else ()
    return "; ".join([error.message, *(f"{each.path}: {each.message}" for each in fields)])


_ACTIONS: Mapping[str, Callable[[Play, Step], None]] = {
    "启动": Play.start,
    "办到": Play.proceed,
    "办理": Play.answer,
    "过": Play.pass_time,
    "到": Play.go_to,
    "消息": Play.send,
    "负载": Play.measure_load,
    "数据": Play.measure_day,
    "期望": Play.expect,
}
