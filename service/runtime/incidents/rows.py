"""Incidents as rows: opened by what stopped a token, closed when the token moves on or is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from service.engine.progress import NewIncident, Progress
from service.runtime.tasks.candidates import Candidates
from service.store.models import Incident, new_id
from service.store.writing import written
from service.wording import Text, record_of

if TYPE_CHECKING:
    from service.runtime.step.transaction import Step

NO_CANDIDATES = "no_candidates"
TIMER_FAILED = "timer_failed"


def timer_token(instance_id: str) -> str:
    """Return the name under which an instance's timers as a whole appear in an incident."""
    return f"timer:{instance_id}"


def save(step: Step, progress: Progress, opened: Sequence[dict[str, Any]]) -> None:
    """Close the incidents of tokens that moved on, open those of tokens that stopped now."""
    stopped = {incident.token_id for incident in progress.incidents}
    if step.instance.open_incidents:
        moved = {move.token_id for move in progress.history if move.event in ("left", "cancelled")}
        close(step, (moved | set(progress.resolved)) - stopped, all_of_them=progress.state != "active")
    for incident in progress.incidents:
        if incident.token_id != step.retried_token or not _count_again(step, incident):
            open_one(step, incident)
    for row in opened:
        if is_nobody(row):
            open_one(step, unassignable(row))


def open_one(step: Step, incident: NewIncident) -> None:
    """Open an incident at an element; its row follows that of the instance."""
    step.new_incidents.append(
        {
            "id": new_id(),
            "instance_id": step.instance.id,
            "token_id": incident.token_id,
            "activity_id": incident.activity_id,
            "activity_path": incident.activity_path,
            "code": incident.code,
            "message": str(incident.message),
            "wording": record_of(incident.message),
            "state": "open",
            "attempts": 1,
            "created_at": step.now,
        }
    )
    step.instance.open_incidents += 1


def close(step: Step, tokens: Iterable[str], *, all_of_them: bool = False) -> None:
    """Mark the open incidents of these tokens resolved, by whoever acts in this step."""
    wanted = [Incident.instance_id == step.instance.id, Incident.state == "open"]
    if not all_of_them:
        wanted.append(Incident.token_id.in_(sorted(tokens)))
    statement = update(Incident).where(*wanted)
    step.instance.open_incidents -= written(
        step.session,
        statement.values(
            state="resolved", resolved_at=step.now, resolved_by=step.actor.name
        ).execution_options(synchronize_session=False),
    )


def still_open(step: Step) -> tuple[Incident, ...]:
    """Return the open incidents of the instance, oldest first; asks nothing when it has none."""
    if not step.instance.open_incidents:
        return ()
    query = select(Incident).where(Incident.instance_id == step.instance.id, Incident.state == "open")
    return tuple(step.session.scalars(query.order_by(Incident.id)))


def is_nobody(row: dict[str, Any]) -> bool:
    """Say whether a task's row names no one who may do it."""
    return Candidates(
        tuple(row["candidate_groups"]),
        tuple(row["candidate_users"]),
        row["assignee"],
        tuple(row["barred_users"]),
    ).is_nobody


def unassignable(row: dict[str, Any]) -> NewIncident:
    """Return the incident of a task's row that names no one who may do it."""
    where = row["lane"] or row["name"]
    return NewIncident(
        token_id=row["token_id"],
        activity_id=row["activity_id"],
        activity_path=row["activity_path"],
        code=NO_CANDIDATES,
        message=Text(
            "Nobody may do this task: {where} leads to no person. Name one, then retry.", where=where
        ),
    )


def _count_again(step: Step, incident: NewIncident) -> bool:
    """Raise the attempts of the incident that was retried. False when the row is no longer open."""
    statement = update(Incident).where(
        Incident.instance_id == step.instance.id,
        Incident.token_id == incident.token_id,
        Incident.state == "open",
    )
    again = written(
        step.session,
        statement.values(
            attempts=Incident.attempts + 1,
            code=incident.code,
            message=str(incident.message),
            wording=record_of(incident.message),
            activity_id=incident.activity_id,
            activity_path=incident.activity_path,
        ).execution_options(synchronize_session=False),
    )
    return again > 0
