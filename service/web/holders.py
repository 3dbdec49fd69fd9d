"""Who a task waits for, in words."""

from __future__ import annotations

from flask import Flask

from service.runtime.tasks.views import TaskView
from service.web import people
from service.web.asking import me
from service.web.labels import told


def holders(task: TaskView) -> str:
    """Return who can do a task: its groups, else the people its lane stands for."""
    if task.candidate_groups:
        return "、".join(map(told, task.candidate_groups))
    return "、".join(people.shown_name(name) for name in task.candidate_users) or told(task.lane or "")


def is_for_me_alone(task: TaskView) -> bool:
    """Say whether nobody else can do this task, so that it needs no claiming."""
    return not task.candidate_groups and task.candidate_users == (me().name,)


def install(app: Flask) -> None:
    """Make both known to templates."""
    app.add_template_filter(holders)
    app.add_template_test(is_for_me_alone, "for_me_alone")
