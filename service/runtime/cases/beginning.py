"""Beginning a process by the event it is drawn with: a message, or a time that has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.engine.drawing import Process
from service.errors import FieldError, InvalidInput
from service.runtime.cases import starting
from service.runtime.step import saving
from service.runtime.step.context import Actor, Application, Live
from service.runtime.step.step import Step
from service.store.models import ProcessInstance
from service.wording import Text


def begin(
    app: Application,
    session: Session,
    actor: Actor,
    at: Live,
    process: Process,
    came: Mapping[str, Any],
    *,
    business_key: str | None = None,
    by: ProcessInstance | None = None,
    applicant: str | None = None,
    department: str | None = None,
) -> Step:
    """Begin a process in an open transaction; what the event brings is taken over by its start event.

    `by`: the instance whose step did it; the case is that of `business_key`, as in `starting.begin`.
    InvalidInput where it brings what is known of every case from its start.
    """
    step = starting.begin(
        app,
        session,
        actor,
        at.deployment_id,
        at.model,
        process,
        business_key,
        came,
        started_by=by,
        applicant=applicant,
        department=department,
    )
    known = starting.context(step)
    if taken := known.keys() & came.keys():
        text = Text("This is known of every case from its start.")
        raise InvalidInput(errors=[FieldError(f"payload.{name}", text) for name in sorted(taken)])
    event = process.begun_by
    if event is not None and event.message:
        step.line("message_received", event.message)
        step.audit("message.received", name=event.message, delivered=True, payload=dict(came))
    step.start_engine(known, came)
    saving.save(step)
    return step
