"""Follow-ups: what may be started beside a case, and when. The owners declare it in `organisation.yaml`.

A follow-up is started anew, so what is live says when it may be. By whom, its own drawing says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.drawing import Process
from service.engine.organisation import FollowUp
from service.errors import Conflict, FeelError, FieldError, InvalidInput
from service.feel import strip_equals
from service.runtime.cases import showing
from service.runtime.step.context import Application
from service.store import cases
from service.store.models import Case, ProcessInstance
from service.wording import Text


def require_timely(
    app: Application, session: Session, model: Model, process: Process, number: str | None
) -> None:
    """Raise Conflict when a follow-up may not be started beside this case now, InvalidInput beside none."""
    follow_up = model.organisation.follow_ups.get(process.key)
    if follow_up is None:
        return
    case = session.get(Case, number) if number else None
    if case is None:
        message = Text("“{process}” belongs to a case: give the number of one.", process=process.name)
        raise InvalidInput(errors=[FieldError("business_key", message)])
    if not _holds(app, follow_up, situation(app, session, case)):
        message = Text(
            "“{process}” can be started only while this holds for the case: {condition}",
            process=process.name,
            condition=follow_up.when,
        )
        raise Conflict(message, business_key=number)


def timely(app: Application, session: Session, model: Model, number: str) -> frozenset[str]:
    """Return the follow-ups that may be started beside a case as it is now, by process key."""
    case = session.get(Case, number)
    if case is None:
        return frozenset()
    now, declared = situation(app, session, case), model.organisation.follow_ups
    return frozenset(key for key, each in declared.items() if _is_offered(app, each, now))


def situation(app: Application, session: Session, case: Case) -> Mapping[str, Any]:
    """Return what a follow-up's condition may read of a case."""
    main = session.get_one(ProcessInstance, case.main_instance)
    model = app.model(main.deployment_id, session=session)
    engine = showing.peek(app, main, model)
    phases = dict.fromkeys(token.definition for token in engine.active()) if engine is not None else {}
    given = {
        "number": case.number,
        "title": case.title,
        "applicant": case.applicant,
        "department": case.department,
    }
    facts = model.case.complete(given, cases.in_force(session, case.number))
    return {"state": main.state, "phases": list(phases), "case": facts}


def _is_offered(app: Application, follow_up: FollowUp, now: Mapping[str, Any]) -> bool:
    try:
        return _holds(app, follow_up, now)
    except FeelError:
        # Starting it says what is wrong; whoever only looks at the case is not to blame.
        return False


def _holds(app: Application, follow_up: FollowUp, now: Mapping[str, Any]) -> bool:
    if not follow_up.when:
        return True
    return app.feel.condition(strip_equals(follow_up.when), now, now=app.clock())
