"""Open user tasks of a case that moves: described by the new drawing, in the row people have open already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select

from service.engine.definition import Model
from service.engine.migration import Note
from service.engine.progress import OpenTask
from service.runtime import identity
from service.runtime.incidents import rows as incident_rows
from service.runtime.step.step import Step
from service.runtime.tasks import offering
from service.runtime.tasks import rows as task_rows
from service.store.models import Incident, TaskRow
from service.wording import Text

# What the drawing says. Who answered what, when it opened and when it is due are the case's own.
_DRAWN = (
    "activity_path",
    "name",
    "form",
    "lane",
    "candidate_groups",
    "candidate_users",
    "barred_users",
    "properties",
    "inputs",
)


def redraw(step: Step, old: Model, opened: Iterable[OpenTask]) -> list[Note]:
    """Write the tasks' new descriptions into their rows, their versions raised by one.

    Ids, drafts, due dates and claims stay. A holder whom the new drawing no longer asks loses the task to
    the new candidates; the notes returned say so.
    """
    rows = {task.token_id: task for task in task_rows.open_in(step.session, step.instance.id)}
    notes = []
    for task in opened:
        row, drawn = rows[task.token_id], task_rows.of(step, task)
        holder = _holder(step, row, drawn, is_reassigned=_assignee(old, row) != _assignee(step.model, row))
        if row.assignee and row.assignee != holder:
            text = Text(
                "{name} no longer holds the task: the new drawing asks somebody else", name=row.assignee
            )
            notes.append(Note(row.activity_path, "claim-dropped", text))
        _write(step, row, replace(drawn, assignee=holder))
    return notes


def _assignee(model: Model, row: TaskRow) -> str | None:
    return model.activity(row.definition, row.activity_id).extensions.attribute("assignee")


def _holder(step: Step, row: TaskRow, drawn: TaskRow, *, is_reassigned: bool) -> str | None:
    if is_reassigned or row.assignee is None:
        return drawn.assignee
    same = (row.candidate_groups, row.candidate_users) == (drawn.candidate_groups, drawn.candidate_users)
    asked = same or row.assignee in (*drawn.candidate_users, *_members(step, drawn.candidate_groups))
    return row.assignee if asked else drawn.assignee


def _members(step: Step, groups: Iterable[str]) -> list[str]:
    return [name for group in groups for name in identity.members(step.session, group)]


def _write(step: Step, row: TaskRow, drawn: TaskRow) -> None:
    values = {name: getattr(drawn, name) for name in (*_DRAWN, "assignee")}
    if row.assignee != drawn.assignee:
        values["claimed_at"] = None
    task_rows.change(step, row, values)
    redrawn = replace(row, **values)
    task_rows.reoffer(step, redrawn)
    step.tell(offering.news(step, redrawn))
    _settle_incident(step, row, drawn)


def _settle_incident(step: Step, row: TaskRow, drawn: TaskRow) -> None:
    """A task that leads to nobody is an incident; one that leads to somebody again is none any more."""
    known = _incidents(step, row) if step.instance.open_incidents else ()
    if drawn.is_for_nobody and not known:
        step.incident(task_rows.unassignable(drawn))
    elif known and not drawn.is_for_nobody:
        incident_rows.close(step, [row.token_id])


def _incidents(step: Step, row: TaskRow) -> Sequence[Incident]:
    query = select(Incident).where(
        Incident.instance_id == row.instance_id,
        Incident.token_id == row.token_id,
        Incident.code == task_rows.NO_CANDIDATES,
        Incident.state == "open",
    )
    return step.session.scalars(query).all()
