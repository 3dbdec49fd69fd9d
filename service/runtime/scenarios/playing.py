"""Carries out the steps of a scenario through the same use cases as screens and API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.errors import InvalidInput, ServiceError
from service.feel import FEEL
from service.runtime import instances, messages, user_tasks
from service.runtime.context import SYSTEM, Actor
from service.runtime.scenarios import samples
from service.runtime.scenarios.cast import computed, filled_in, performer, with_files
from service.runtime.scenarios.expecting import compare, visits
from service.runtime.scenarios.reading import Scenario, ScenarioError, Step, moment
from service.runtime.scenarios.workbench import World
from service.runtime.views import TaskView
from service.settings import ZONE
from service.store.models import ProcessInstance

END = "结束"
MOST_STEPS = 2000  # nobody answers so often: something goes round in circles
SPAN = re.compile(r"(\d+)\s*(?:个)?\s*(工作日|天|小时|分钟)")
UNITS = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}


@dataclass
class Play:
    """A scenario being carried out. `cases` maps the scenario's name of a case to its business key."""

    scenario: Scenario
    world: World
    cases: dict[str, str] = field(default_factory=dict)
    current: str = ""

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
        person = self._person(step, self.scenario.applicant)
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
        task = self._task(step)
        person = self._person(step, "") if "人" in step.options else self._performer(step, task)
        given = step.options.get("填") or {}
        self._attempt(step, lambda: self._complete(task, person, given))

    def proceed(self, step: Step) -> None:
        """Everybody answers by default, and time passes where nobody has to answer, until the goal."""
        skipped = {self._activity(step, each) for each in step.options.get("除") or []}
        reached = self._goal(step)
        for _ in range(MOST_STEPS):
            self.world.settle()
            if reached():
                return
            task = next((each for each in self.tasks(step) if each.activity_id not in skipped), None)
            if task is None:
                self._wait(step)
            elif self._still_open_after_delay(step, task):
                self._complete_by_default(step, task)
        raise step.error(f"办到 {step.value}: after {MOST_STEPS} answers it is still not reached.")

    def pass_time(self, step: Step) -> None:
        self.world.advance_to(self._after(step, "过"))

    def go_to(self, step: Step) -> None:
        target = self._moment(step, step.value)
        if target < self.world.clock.now:
            raise step.error(f"到 {step.value}: it is already {_shown(self.world.clock.now)}.")
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

    # ---- looking ----------------------------------------------------------------------------------

    def case(self, step: Step) -> str:
        """Return the business key the step is about."""
        name = str(step.options.get("案", self.current))
        if name not in self.cases:
            raise step.error(f"There is no case {name!r} yet; begin with 启动.", "案")
        return self.cases[name]

    def tasks(self, step: Step) -> list[TaskView]:
        """Return the open tasks of the case, the oldest first."""
        page = user_tasks.find(self.world.app, SYSTEM, business_key=self.case(step), limit=500)
        return sorted(page.items, key=lambda task: task.id)

    def instances(self, step: Step) -> list[ProcessInstance]:
        """Return the instances of the case, the oldest first."""
        with self.world.app.db.read() as session:
            query = select(ProcessInstance).where(ProcessInstance.business_key == self.case(step))
            return list(session.scalars(query.order_by(ProcessInstance.id)))

    def _activity(self, step: Step, name: str) -> str:
        """Return the id of an activity that the scenario names by its id or its name in the drawing."""
        model = self.world.app.live().model
        known = [each for key in model.processes for each in model.activities(key).values()]
        ids = {each.id for each in known}
        if name in ids:
            return name
        named = {each.id for each in known if each.name == name}
        if len(named) != 1:
            why = f"is the name of {'、'.join(sorted(named))}" if named else "is in no drawing"
            raise step.error(f"{name!r} {why}; write the id of the activity.")
        return named.pop()

    def _is_task(self, activity: str) -> bool:
        model = self.world.app.live().model
        found = [model.activities(key).get(activity) for key in model.processes]
        return any(each is not None and each.kind == "userTask" for each in found)

    def _task(self, step: Step) -> TaskView:
        activity = self._activity(step, str(step.value))
        found = [task for task in self.tasks(step) if task.activity_id == activity]
        if "元素" in step.options:
            found = [task for task in found if task.element and task.element.value == step.options["元素"]]
        if not found:
            raise step.error(f"办理 {step.value}: it is not open; open are {self.shown_tasks(step)}.")
        return found[0]

    def shown_tasks(self, step: Step) -> str:
        """Return the open tasks and the incidents of the case for a message."""
        tasks = "、".join(task.activity_id for task in self.tasks(step)) or "no tasks"
        failed = [
            f"{each.activity_id}: {each.message}"
            for row in self.instances(step)
            for each in instances.get(self.world.app, SYSTEM, row.id).incidents
        ]
        return f"{tasks}; incidents: {'; '.join(failed)}" if failed else tasks

    def _goal(self, step: Step) -> Callable[[], bool]:
        text = str(step.value)
        if text == END:
            return lambda: all(row.state in ("completed", "cancelled") for row in self.instances(step))
        if re.match(r"\d{4}-\d\d-\d\d", text):
            target = self._moment(step, text)
            return lambda: self.world.clock.now >= target
        activity = self._activity(step, text)
        if self._is_task(activity):
            return lambda: any(task.activity_id == activity for task in self.tasks(step))
        before = visits(self, step)[activity]
        return lambda: visits(self, step)[activity] > before

    # ---- acting -----------------------------------------------------------------------------------

    def _complete_by_default(self, step: Step, task: TaskView) -> None:
        try:
            self._complete(task, self._performer(step, task), {})
        except ScenarioError:
            raise
        except ServiceError as error:
            message = f"办到 {step.value}: {task.activity_id} refuses its default answers: {_told(error)}"
            raise step.error(message) from error

    def _still_open_after_delay(self, step: Step, task: TaskView) -> bool:
        """With 拖延 let that time pass before a task is answered; it may be gone by then."""
        if "拖延" not in step.options:
            return True
        self.world.advance_to(self._after(step, "拖延"))
        return any(each.id == task.id for each in self.tasks(step))

    def _complete(self, task: TaskView, person: Actor, given: Mapping[str, Any]) -> None:
        defaults = self.scenario.answers.get(task.form or task.activity_id, {})
        answers = filled_in(self.world, person, task, defaults, given)
        user_tasks.complete(self.world.app, person, task.id, task.version, answers)

    def _wait(self, step: Step) -> None:
        """Let time pass to whatever comes next, or to the moment that is the goal."""
        target = self._moment(step, str(step.value)) if str(step.value)[:4].isdigit() else None
        due = self.world.next_due()
        if due is None and target is None:
            raise step.error(
                f"办到 {step.value}: nothing happens any more; open are {self.shown_tasks(step)}."
            )
        self.world.advance_to(min(each for each in (due, target) if each is not None))

    def _performer(self, step: Step, task: TaskView) -> Actor:
        person = performer(self.world, task)
        if person is None:
            offered = "、".join([*task.candidate_groups, *task.candidate_users]) or "nobody"
            raise step.error(f"Nobody may answer {task.activity_id}: it is offered to {offered}.")
        return person

    def _person(self, step: Step, default: str) -> Actor:
        name = str(step.options.get("人", default))
        try:
            return self.world.person(name)
        except StopIteration:
            raise step.error(f"There is nobody named {name!r}.", "人") from None

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

    # ---- time -------------------------------------------------------------------------------------

    def _after(self, step: Step, key: str) -> datetime:
        text = str(step.options[key]).strip()
        match = SPAN.fullmatch(text)
        if match is None:
            raise step.error(f"{key} {text}: write for example 2 个工作日, 3 天, 4 小时 or 15 分钟.", key)
        number, unit, now = int(match[1]), match[2], self.world.clock.now
        if unit != "工作日":
            return now + number * UNITS[unit]
        due = FEEL.evaluate("workdays_after(d, n)", {"d": now, "n": number}, now=now)
        return datetime.combine(due.astimezone(ZONE).date(), now.astimezone(ZONE).timetz())

    def _moment(self, step: Step, text: Any) -> datetime:
        try:
            return moment(text)
        except ValueError:
            raise step.error(f"{text!r} is no moment; write 2026-09-01 09:00.") from None


def _shown(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


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
