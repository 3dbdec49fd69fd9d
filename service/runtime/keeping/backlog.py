"""How much waits: for people, for time, for the outside, for an admin."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from service.runtime.step.context import Application
from service.store.models import TASKS, Incident, Outbox, ProcessInstance, Timer


def count(app: Application) -> dict[str, int]:
    """Return the numbers an operator watches, by name."""
    now = app.clock()
    questions: dict[str, tuple[Any, ColumnElement[bool]]] = {
        "active_instances": (ProcessInstance, ProcessInstance.state == "active"),
        "open_tasks": (TASKS, TASKS.c.state == "open"),
        "overdue_tasks": (TASKS, (TASKS.c.state == "open") & (TASKS.c.due_order < now)),
        "overdue_timers": (Timer, Timer.due_at < now),
        # What belongs to no instance only waits for its time.
        "pending_effects": (Outbox, (Outbox.state == "pending") & Outbox.instance_id.is_not(None)),
        "failed_effects": (Outbox, Outbox.state == "failed"),
        "open_incidents": (Incident, Incident.state == "open"),
    }
    with app.db.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table).where(condition)) or 0
            for name, (table, condition) in questions.items()
        }
