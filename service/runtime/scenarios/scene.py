"""A scenario's system as its steps see it: cases, open tasks, activities, people, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from service.engine.drawing import Element
from service.engine.files.nearest import suggestion
from service.errors import FeelError
from service.runtime.cases import instances
from service.runtime.scenarios import moments
from service.runtime.scenarios.answers import computed
from service.runtime.scenarios.moments import Days
from service.runtime.scenarios.reading import Scenario, Step, no_moment
from service.runtime.scenarios.world import World
from service.runtime.step.context import SYSTEM, Actor
from service.store.models import ActivityHistory, ProcessInstance, TaskRow
from service.wording import Text, joined


@dataclass
class Scene:
    """A scenario and its world. `cases` maps the scenario's name of a case to its business key."""

    scenario: Scenario
    world: World
    cases: dict[str, str] = field(default_factory=dict)
    current: str = ""

    # ---- cases ------------------------------------------------------------------------------------

    def case(self, step: Step) -> str:
        """Return the business key the step is about."""
        name = str(step.options.get("案", self.current))
        if name not in self.cases:
            raise step.error(Text("There is no case {name!r} yet; begin with 启动.", name=name), "案")
        return self.cases[name]

    def tasks(self, step: Step) -> Sequence[TaskRow]:
        """Return the open tasks of the case, the oldest first."""
        return self.world.open_tasks(self.case(step))

    def instances(self, step: Step) -> list[ProcessInstance]:
        """Return the instances of the case, the oldest first."""
        with self.world.app.db.read() as session:
            query = select(ProcessInstance).where(ProcessInstance.business_key == self.case(step))
            return list(session.scalars(query.order_by(ProcessInstance.id)))

    def leader(self, step: Step) -> str:
        """Return the process that leads the case: the one it was opened with."""
        return self.instances(step)[0].definition

    def task(self, step: Step) -> TaskRow:
        """Return the open task a step names; of several the element it names, else the oldest."""
        activity = self.activity(step, str(step.value))
        found = [task for task in self.tasks(step) if task.activity_id == activity]
        if "元素" in step.options:
            found = [task for task in found if task.element_value == step.options["元素"]]
        if not found:
            raise step.error(
                Text("{step}: it is not open; {open}", step=f"办理 {step.value}", open=self.shown_tasks(step))
            )
        return found[0]

    def shown_tasks(self, step: Step) -> Text:
        """Return for a message what is open in the case, what failed, and where it has ended."""
        tasks = "、".join(task.activity_id for task in self.tasks(step))
        parts = [Text("open are {tasks}", tasks=tasks) if tasks else Text("no task is open")]
        for row in self.instances(step):
            if row.state == "completed":
                parts.append(Text("{process} has ended at {end}", process=row.definition, end=self._end(row)))
            for each in instances.get(self.world.app, SYSTEM, row.id).incidents:
                parts.append(
                    Text("{activity} has failed: {message}", activity=each.activity_id, message=each.message)
                )
        return joined(list(dict.fromkeys(parts)), "{first}; {rest}")

    def _end(self, row: ProcessInstance) -> str:
        query = select(ActivityHistory.activity_id).where(
            ActivityHistory.instance_id == row.id, ActivityHistory.kind == "endEvent"
        )
        with self.world.app.db.read() as session:
            return session.scalars(query.order_by(ActivityHistory.seq.desc()).limit(1)).first() or ""

    # ---- drawings ---------------------------------------------------------------------------------

    def activity(self, step: Step, name: str) -> str:
        """Return the id of an activity that the scenario names by its id or its name in the drawing."""
        known = self._activities()
        if name in known:
            return name
        named = sorted({each.id for each in known.values() if each.name == name})
        if len(named) == 1:
            return named[0]
        if named:
            ids = "、".join(named)
            raise step.error(Text("{name!r} is the name of {ids}: write the id.", name=name, ids=ids))
        words = {*known, *(each.name for each in known.values() if each.name)}
        raise step.error(Text("{name!r} is in no drawing.{hint}", name=name, hint=_near(name, words)))

    def is_task(self, activity: str) -> bool:
        """Say whether people do this activity."""
        return self._activities()[activity].kind == "userTask"

    def _activities(self) -> Mapping[str, Element]:
        model = self.world.app.live().model
        return {each.id: each for key in model.processes for each in model.activities(key).values()}

    # ---- people and time --------------------------------------------------------------------------

    def person(self, step: Step, default: str) -> Actor:
        """Return who a step says does it, else the default."""
        name = str(step.options.get("人", default))
        person = self.world.person(name)
        if person is None:
            known = [each.display_name for each in self.world.people]
            raise step.error(
                Text("There is nobody named {name!r}.{hint}", name=name, hint=suggestion(name, known)), "人"
            )
        return person

    def moment(self, step: Step, text: Any) -> datetime:
        """Return a moment as written in a step: itself, or a day of the scenario by its name."""
        days = Days(named=self.scenario.days.named)
        try:
            return days.moment(str(text))
        except ValueError as error:
            raise step.error(no_moment(str(text), days)) from error

    def later(self, step: Step, key: str) -> datetime:
        """Return the moment that a step's span after now leads to."""
        text = str(step.options[key])
        try:
            return moments.later(self.world.clock.now, text)
        except ValueError as error:
            message = Text("{key} {text}: write for example {example}.", key=key, text=text, example=SPANS)
            raise step.error(message, key) from error

    def day(self, step: Step, text: Any) -> date:
        """Return a day as written in a step; it may be counted from the present, or FEEL over named days."""
        days = self.scenario.days
        try:
            found = computed(text, days.named, self.world.clock.now)
            return found if isinstance(found, date) else days.day(str(found))
        except (ValueError, FeelError) as error:
            raise step.error(no_moment(str(text), days), step.action) from error


SPANS = "2 个工作日、3 天、4 小时、15 分钟"


def _near(name: str, words: set[str]) -> Text:
    """Return the nearest of many words, and nothing where none is near."""
    hint = suggestion(name, words)
    return hint if hint.template.startswith(" Did") else Text(" Write its id.")
