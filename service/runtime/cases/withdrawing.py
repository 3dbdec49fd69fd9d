"""Withdrawing a case: its applicant ends it, as far as its drawing allows.

Where that is, the drawing says: an event sub-process whose message start has the property `withdrawBy`. What
becomes of the case then is drawn in there.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.errors import Conflict, FieldError, Forbidden, InvalidInput
from service.runtime.cases import follow_ups, messages, showing
from service.runtime.cases.views import InstanceView
from service.runtime.identity.visibility import require_visible
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import on_instance
from service.store.models import ProcessInstance
from service.wording import Text


def withdraw(app: Application, actor: Actor, instance_id: str, *, reason: str) -> InstanceView:
    """End a case for its applicant: the drawing's message of withdrawal, with the reason.

    NotFound unless the actor sees it, Forbidden but for the applicant, InvalidInput without a reason,
    Conflict where the drawing allows it no more: it then names what ends the case instead.
    """
    with app.db.read() as session:
        require_visible(app, session, actor, instance_id)
    with on_instance(app, instance_id, actor) as step:
        if step.instance.applicant != actor.name:
            raise Forbidden("Only the applicant can withdraw a case.")
        if not reason.strip():
            raise InvalidInput(errors=[FieldError("reason", "Say why it is withdrawn.")])
        message = step.engine.withdrawal
        if message is None:
            raise _refusal(app, step)
        why = reason.strip()
        step.line("instance_withdrawn", why)
        step.audit("instance.withdrawn", reason=why)
        messages.hand_over(step, message, {"reason": why})
    with app.db.read() as session:
        return showing.instance(app, session, session.get_one(ProcessInstance, instance_id))


def may_withdraw(app: Application, actor: Actor, instance_id: str) -> bool:
    """Say whether the actor could withdraw a case now. NotFound unless they see it."""
    with app.db.read() as session:
        row = require_visible(app, session, actor, instance_id)
        if row.applicant != actor.name or row.state != "active":
            return False
        engine = showing.peek(app, row, app.model(row.deployment_id, session=session))
        return engine is not None and engine.withdrawal is not None


def _refusal(app: Application, step: Step) -> Conflict:
    ways = _other_ways(app, step.session, step.instance.business_key)
    if ways:
        return Conflict(
            Text("It can no longer be withdrawn, only be ended by: {ways}.", ways="、".join(ways))
        )
    return Conflict("The drawing does not let it be withdrawn where it stands now. An admin can end it.")


def _other_ways(app: Application, session: Session, number: str) -> list[str]:
    """Return the names of the follow-ups that may end the case now."""
    model = app.live(session=session).model
    timely = follow_ups.timely(app, session, model, number)
    declared = model.organisation.follow_ups.items()
    return [model.process(key).name for key, each in declared if each.ends_case and key in timely]
