"""Open user tasks of a case that moves: described by the new drawing, in the row people have open already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, delete, select, update

from service.engine.definition import Model
from service.engine.migration import Note
from service.engine.progress import OpenTask
from service.runtime import identity
from service.runtime.incidents import rows as incident_rows
from service.runtime.step import saving
from service.store.models import Incident, TaskCandidate, UserTask
from service.wording import Text

if TYPE_CHECKING:
    from service.runtime.step.transaction import Step

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


def open_tasks(instance_id: str) -> Select[UserTask]:
    """Return the query for the drawing's own tasks that wait in a case."""
    return select(UserTask).where(
        UserTask.instance_id == instance_id, UserTask.state == "open", UserTask.kind == "drawn"
    )


def redraw(step: Step, old: Model, opened: Iterable[OpenTask]) -> list[Note]:
    """Write the tasks' new descriptions into their rows, their versions raised by one.

    Ids, drafts, due dates and claims stay. A holder whom the new drawing no longer asks loses the task to
    the new candidates; the notes returned say so.
    """
    rows = {task.token_id: task for task in step.session.scalars(open_tasks(step.instance.id))}
    notes = []
    for task in opened:
        row, drawn = rows[task.token_id], saving.task_row(step, task)
        holder = _holder(step, row, drawn, is_reassigned=_assignee(old, row) != _assignee(step.model, row))
        if row.assignee and row.assignee != holder:
            text = Text(
                "{name} no longer holds the task: the new drawing asks somebody else", name=row.assignee
            )
            notes.append(Note(row.activity_path, "claim-dropped", text))
        _write(step, row, {**drawn, "assignee": holder})
    return notes


def _assignee(model: Model, row: UserTask) -> str | None:
    return model.activity(row.definition, row.activity_id).extensions.attribute("assignee")


def _holder(step: Step, row: UserTask, drawn: dict[str, Any], *, is_reassigned: bool) -> str | None:
    drawn_assignee: str | None = drawn["assignee"]
    if is_reassigned or row.assignee is None:
        return drawn_assignee
    same = all(list(getattr(row, name)) == drawn[name] for name in ("candidate_groups", "candidate_users"))
    asked = same or row.assignee in (*drawn["candidate_users"], *_members(step, drawn["candidate_groups"]))
    return row.assignee if asked else drawn_assignee


def _members(step: Step, groups: Iterable[str]) -> list[str]:
    return [name for group in groups for name in identity.members(step.session, group)]


def _write(step: Step, row: UserTask, drawn: dict[str, Any]) -> None:
    values = {name: drawn[name] for name in (*_DRAWN, "assignee")}
    if row.assignee != drawn["assignee"]:
        values["claimed_at"] = None
    changed = update(UserTask).where(UserTask.id == row.id).values(**values, version=row.version + 1)
    step.session.execute(changed.execution_options(synchronize_session=False))
    gone = delete(TaskCandidate).where(TaskCandidate.task_id == row.id)
    step.session.execute(gone.execution_options(synchronize_session=False))
    saving.offer(step, [(row.id, row.due_order, who) for who in saving.principals(drawn)])
    _settle_incident(step, row, drawn)


def _settle_incident(step: Step, row: UserTask, drawn: dict[str, Any]) -> None:
    """A task that leads to nobody is an incident; one that leads to somebody again is none any more."""
    known = _incidents(step, row) if step.instance.open_incidents else ()
    if incident_rows.is_nobody(drawn) and not known:
        incident_rows.open_one(step, incident_rows.unassignable(drawn))
    elif known and not incident_rows.is_nobody(drawn):
        incident_rows.close(step, [row.token_id])


def _incidents(step: Step, row: UserTask) -> Sequence[Incident]:
    query = select(Incident).where(
        Incident.instance_id == row.instance_id,
        Incident.token_id == row.token_id,
        Incident.code == incident_rows.NO_CANDIDATES,
        Incident.state == "open",
    )
    return step.session.scalars(query).all()
