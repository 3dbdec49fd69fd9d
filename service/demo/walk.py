"""Walking a campaign through the drawn process as its people would: a clock, and somebody for every task."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from service.domain.workdays import official_calendar
from service.errors import ServiceError
from service.runtime import identity
from service.runtime.cases import attachments, instances
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from service.runtime.time import timers
from service.settings import ZONE

MORNING, EVENING = time(9, 30), time(18)
# A running campaign is reported and adjusted on free days too, and soon after the morning meeting.
DAILY, DAILY_MINUTES = ("daily_report", "adjust_today"), 20
# Who answers first when a group is asked.
SPEAKERS = {
    "市场部": "wenke",
    "法务部": "zhouheng",
    "财务部": "xunuo",
    "技术部": "liangxiao",
    "销售部": "songyu",
    "设计部": "suhe",
    "客服部": "yintang",
    "审计部": "qinzheng",
    "流程管理部": "yezhen",
    "流程负责人": "yezhen",
    "总裁办": "fangjin",
    "总监": "hezhixing",
    "分管副总裁": "luchengyuan",
}

Answers = Callable[[TaskView, dict[str, Any], datetime], Mapping[str, Any]]


class DemoStuck(ServiceError):
    """A demo campaign does not reach the state it should show."""


class Clock:
    """The time of the walk: only ever turned forward within a campaign, and never beyond the present."""

    def __init__(self, present: datetime) -> None:
        self.present = self.now = present

    def __call__(self) -> datetime:
        return self.now

    def set(self, moment: datetime) -> None:
        self.now = min(moment, self.present)

    def work(self, minutes: int, *, every_day: bool = False) -> None:
        """Let working time pass: nobody answers at night, and few on a free day."""
        self.set(self.now + timedelta(minutes=minutes))
        local, calendar = self.now.astimezone(ZONE), official_calendar()
        if (every_day or calendar.is_workday(local.date())) and MORNING <= local.time() <= EVENING:
            return
        day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
        while not (every_day or calendar.is_workday(day)):
            day += timedelta(days=1)
        self.set(datetime.combine(day, MORNING, ZONE))


class Walk:
    """One case on its way. `answers` says what each form is answered with, given what it starts with."""

    def __init__(self, app: Application, clock: Clock, answers: Answers, *, minutes: int = 150) -> None:
        self.app, self.clock, self.answers, self.minutes = app, clock, answers, minutes
        self.key = ""

    def start(self, applicant: str, answers: Mapping[str, Any]) -> None:
        """Start the campaign as its applicant."""
        actor = identity.actor(self.app, applicant)
        view = instances.start(self.app, actor, "campaign_approval", answers=answers)
        self.key = str(view.business_key)

    def until(self, *activities: str, holding: Collection[str] = ()) -> None:
        """Answer every task and let time pass, until one of the activities waits, or nothing is left to do.

        `holding`: activities that stay unanswered on the way.
        """
        while True:
            timers.run_due(self.app)
            tasks = self._tasks()
            if any(task.activity_id in activities for task in tasks):
                return
            task = next((task for task in tasks if task.activity_id not in holding), None)
            if task is not None:
                daily = task.activity_id in DAILY
                self.clock.work(DAILY_MINUTES if daily else self.minutes, every_day=daily)
                timers.run_due(self.app)
                self._answer_if_open(task)
            elif not self._wait():
                return

    def answer(self, activity: str, **changes: Any) -> None:
        """Answer the open task of an activity, with some answers other than usual."""
        task = next((task for task in self._tasks() if task.activity_id == activity), None)
        if task is None:
            waiting = ", ".join(task.activity_id for task in self._tasks()) or "nothing"
            raise DemoStuck(f"{self.key}: {activity} is not open; waiting: {waiting}")
        self.clock.work(self.minutes)
        self._complete(task, changes)
        timers.run_due(self.app)

    def upload(self, by: str, name: str, text: str) -> str:
        """Upload a text file as this person and return its attachment id."""
        actor = identity.actor(self.app, by)
        return attachments.upload(self.app, actor, io.BytesIO(text.encode()), name).id

    def _tasks(self) -> list[TaskView]:
        page = user_tasks.find(self.app, SYSTEM, business_key=self.key, limit=100)
        return sorted(page.items, key=lambda task: (task.created_at, task.id))

    def _answer_if_open(self, task: TaskView) -> None:
        if any(other.id == task.id for other in self._tasks()):
            self._complete(task, {})

    def _complete(self, task: TaskView, changes: Mapping[str, Any]) -> None:
        actor = self._speaker(task)
        data = dict(user_tasks.form(self.app, actor, task.id).as_json()["data"])
        answers = {**data, **self.answers(task, data, self.clock()), **changes}
        user_tasks.complete(self.app, actor, task.id, None, answers)

    def _speaker(self, task: TaskView) -> Actor:
        asked = (SPEAKERS[group] for group in task.candidate_groups if group in SPEAKERS)
        names = (*filter(None, [task.assignee]), *task.candidate_users, *asked)
        for name in names:
            actor = identity.actor(self.app, name)
            if user_tasks.may_complete(self.app, actor, task.id):
                return actor
        raise DemoStuck(f"{self.key}: nobody in the demo company can answer {task.activity_id}")

    def _wait(self) -> bool:
        """Let time pass until the next timer of the case; False when none lies before the present."""
        found = instances.find(self.app, SYSTEM, business_key=self.key, state="active", limit=100)
        views = (instances.get(self.app, SYSTEM, row.id) for row in found.items)
        due = min((view.next_due for view in views if view.next_due), default=None)
        if due is None or due > self.clock.present:
            return False
        self.clock.set(max(due, self.clock.now))
        return True
