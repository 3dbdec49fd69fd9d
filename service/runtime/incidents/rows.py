"""Incidents as rows: opened by what stopped a token, closed when the token moves on or is gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select, update

from service.engine.progress import NewIncident, Progress
from service.runtime.step.step import Step
from service.store.models import Incident, new_id
from service.store.writing import table_of, written
from service.wording import record_of

TIMER_FAILED = "timer_failed"


_INSERT = insert(table_of(Incident))


def timer_token(instance_id: str) -> str:
    """Return the name under which an instance's timers as a whole appear in an incident."""
    return f"timer:{instance_id}"


def decide(step: Step, progress: Progress | None) -> None:
    """Close the incidents of tokens that moved on, count those of tokens that stopped now."""
    if progress is not None:
        _close_moved(step, progress)
        step.incidents += [each for each in progress.incidents if not _is_counted_again(step, each)]
    if step.settled_tokens:
        close(step, step.settled_tokens)
    step.instance.open_incidents += len(step.incidents)


def write(step: Step, progress: Progress | None) -> None:
    """Open the incidents of this step, and say which are open in the instance now."""
    if step.incidents:
        step.session.execute(_INSERT, [_row(step, each) for each in step.incidents])
    step.open_incidents = _still_open(step)


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


def _close_moved(step: Step, progress: Progress) -> None:
    if not step.instance.open_incidents:
        return
    stopped = {incident.token_id for incident in progress.incidents}
    moved = {move.token_id for move in progress.history if move.event in ("left", "cancelled")}
    close(step, (moved | set(progress.resolved)) - stopped, all_of_them=progress.state != "active")


def _row(step: Step, incident: NewIncident) -> dict[str, Any]:
    return {
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


def _still_open(step: Step) -> tuple[Incident, ...]:
    """Return the open incidents of the instance, oldest first; asks nothing when it has none."""
    if not step.instance.open_incidents:
        return ()
    query = select(Incident).where(Incident.instance_id == step.instance.id, Incident.state == "open")
    return tuple(step.session.scalars(query.order_by(Incident.id)))


def _is_counted_again(step: Step, incident: NewIncident) -> bool:
    """Raise the attempts of the incident that was retried. False for any other, and once it is closed."""
    if incident.token_id != step.retried_token:
        return False
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
