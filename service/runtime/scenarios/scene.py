"""A scenario's system as its steps see it: cases, open tasks, activities, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from service.runtime.cases import instances
from service.runtime.scenarios.reading import Scenario, Step
from service.runtime.scenarios.world import World
from service.runtime.step.context import SYSTEM, Actor
from service.store.models import ProcessInstance, TaskRow


@dataclass
class Scene:
    """A scenario and its world. `cases` maps the scenario's name of a case to its business key."""

    scenario: Scenario
    world: World
    cases: dict[str, str] = field(default_factory=dict)
    current: str = ""

    def case(self, step: Step) -> str:
        """Return the business key the step is about."""
        name = str(step.options.get("案", self.current))
        if name not in self.cases:
            raise step.error(f"There is no case {name!r} yet; begin with 启动.", "案")
        return self.cases[name]

    def tasks(self, step: Step) -> Sequence[TaskRow]:
        """Return the open tasks of the case, the oldest first."""
        return self.world.open_tasks(self.case(step))

    def instances(self, step: Step) -> list[ProcessInstance]:
        """Return the instances of the case, the oldest first."""
        with self.world.app.db.read() as session:
            query = select(ProcessInstance).where(ProcessInstance.business_key == self.case(step))
            return list(session.scalars(query.order_by(ProcessInstance.id)))

    def activity(self, step: Step, name: str) -> str:
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

    def is_task(self, activity: str) -> bool:
        """Say whether people do this activity."""
        model = self.world.app.live().model
        found = [model.activities(key).get(activity) for key in model.processes]
        return any(each is not None and each.kind == "userTask" for each in found)

    def task(self, step: Step) -> TaskRow:
        """Return the open task a step names; of several the element it names, else the oldest."""
        activity = self.activity(step, str(step.value))
        found = [task for task in self.tasks(step) if task.activity_id == activity]
        if "元素" in step.options:
            found = [task for task in found if task.element_value == step.options["元素"]]
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

    def person(self, step: Step, default: str) -> Actor:
        """Return who a step says does it, else the default."""
        name = str(step.options.get("人", default))
        person = self.world.person(name)
        if person is None:
            raise step.error(f"There is nobody named {name!r}.", "人")
        return person
