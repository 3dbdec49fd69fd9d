"""When the calendar changes, running cases follow: due dates, reminders and timers are counted anew.

A year may be announced, the company may give a day off: what was reckoned before is provisional, or wrong.
The chain of what belongs to no case says by which calendar everything was counted last, so every process that
sweeps knows what there is to do, and whoever begins it again after a crash does no harm.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select

from service.domain.workdays import ZONE, Calendar
from service.engine.motion.recounting import Moved
from service.errors import InstanceNotActive, NotFound
from service.runtime.step import audit
from service.runtime.step.context import SYSTEM, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import RUNNING, on_instance
from service.runtime.tasks import rows
from service.store.models import ActivityHistory, AuditEntry, ProcessInstance, TaskRow

COUNTED = "calendar.counted"
_PAGE = 200


def follow(app: Application, counted_by: str = "") -> str:
    """Count running cases anew where the calendar is not the one they were counted by; return which it is.

    `counted_by` is what this returned last: then nothing is asked of the database unless it has changed.
    """
    calendar = _named(app.calendar())
    if calendar in (counted_by, _last(app)):
        return calendar
    cases = moved = 0
    for instance_id in _running(app):
        cases += 1
        moved += recount(app, instance_id)
    with app.db.begin() as session:
        audit.append_system(
            app, session, COUNTED, by=SYSTEM.name, calendar=calendar, cases=cases, moved=moved
        )
    return calendar


def recount(app: Application, instance_id: str) -> bool:
    """Count the due dates, reminders and timers of a case anew; say whether any moved."""
    try:
        with on_instance(app, instance_id, SYSTEM, states=RUNNING) as step:
            tasks = {row.token_id: row for row in rows.open_in(step.session, instance_id)}
            found = step.engine.recount(_began(step), {key: row.due_at for key, row in tasks.items()})
            if not found:
                step.drop()
            for each in found:
                _note(step, each, tasks.get(each.token_id))
            return bool(found)
    except (InstanceNotActive, NotFound):
        # It has ended meanwhile.
        return False


def _note(step: Step, moved: Moved, row: TaskRow | None) -> None:
    told = f"{_shown(moved.before)} → {_shown(moved.after)}"
    if row is None:
        step.line("recounted", told, token_id=moved.token_id)
    elif moved.before != moved.after:
        rows.move_due(step, row, moved.after)
        step.line("recounted", told, **rows.place_of(row))
    facts = {"before": moved.before, "after": moved.after, "task": row.id if row is not None else None}
    step.audit("due.recounted", token=moved.token_id, **facts)


def _began(step: Step) -> Mapping[str, datetime]:
    """Return since when each token of a case is where it is."""
    line = ActivityHistory
    query = select(line.token_id, line.at).where(
        line.instance_id == step.instance.id, line.event == "entered"
    )
    began = {token_id: at for token_id, at in step.session.execute(query.order_by(line.seq)) if token_id}
    return {"": step.instance.started_at, **began}


def _running(app: Application) -> Iterator[str]:
    after = ""
    while True:
        running = ProcessInstance.state.in_(RUNNING), ProcessInstance.id > after
        query = select(ProcessInstance.id).where(*running)
        with app.db.read() as session:
            page = session.scalars(query.order_by(ProcessInstance.id).limit(_PAGE)).all()
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1]


def _last(app: Application) -> str:
    """Return by which calendar everything was counted last; "" where that was never said."""
    entry = AuditEntry
    query = select(entry.payload).where(entry.chain == audit.SYSTEM_CHAIN, entry.action == COUNTED)
    with app.db.read() as session:
        payload = session.scalar(query.order_by(entry.seq.desc()).limit(1))
    return str(json.loads(payload)["calendar"]) if payload else ""


def _named(calendar: Calendar) -> str:
    """Return what tells a calendar from another one."""
    return hashlib.sha256(json.dumps(calendar.exceptions(), sort_keys=True).encode()).hexdigest()[:16]


def _shown(moment: datetime | None) -> str:
    return moment.astimezone(ZONE).isoformat(" ", timespec="minutes")[:16] if moment is not None else "—"
