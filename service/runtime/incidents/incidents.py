"""Incidents: what went wrong and waits for somebody, and trying again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import select

from service.engine.drawing.extensions import split_list
from service.engine.files.nearest import suggestion
from service.errors import Conflict, FieldError, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.cases import showing
from service.runtime.cases.views import InstanceView
from service.runtime.effects import rows as effect_rows
from service.runtime.identity import visibility
from service.runtime.identity.rights import may, require
from service.runtime.incidents import rows as incident_rows
from service.runtime.promises import judging, waivers
from service.runtime.promises.judging import After
from service.runtime.promises.waivers import Agreed, WaiverView
from service.runtime.step import saving
from service.runtime.step.context import Actor, Application
from service.runtime.step.showing import incident as incident_view
from service.runtime.step.step import Step
from service.runtime.step.transaction import on_instance
from service.runtime.step.views import IncidentView, Page
from service.runtime.tasks import answering, candidates, offering
from service.runtime.tasks import rows as task_rows
from service.store import cursor as cursors
from service.store.models import Incident, ProcessInstance
from service.wording import Text

STATES = ("open", "resolved")
RIGHT, ACT = "incident.retry", "retry"


def find(
    app: Application,
    actor: Actor,
    *,
    instance: str | None = None,
    state: str = "open",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[IncidentView]:
    """Return incidents, newest first: those of a case the actor sees, or all for who may read all."""
    if state not in STATES:
        raise InvalidInput(errors=[FieldError("state", Text("one of {choices}", choices=", ".join(STATES)))])
    if instance is None:
        require(actor, "incident.read")
    query = select(Incident).where(Incident.state == state).order_by(Incident.id.desc())
    if cursor:
        query = query.where(Incident.id < cursors.decode(cursor, str)[0])
    with app.db.read() as session:
        if instance is not None:
            visibility.require_visible(app, session, actor, instance)
            query = query.where(Incident.instance_id == instance)
        rows = session.scalars(query.limit(limit + 1)).all()
    items = tuple(incident_view(row) for row in rows[:limit])
    return Page(items, cursors.encode(items[-1].id) if len(rows) > limit else None)


def retry(
    app: Application,
    actor: Actor,
    incident_id: str,
    *,
    variables: Mapping[str, Any] | None = None,
    reason: str = "",
) -> InstanceView | WaiverView:
    """Try an incident's element again, with some variables of its scope corrected.

    InvalidInput for variables that are not there, unless the incident itself names them as missing. If it
    fails again the incident stays open and counts one more attempt. Conflict when it is resolved already,
    InstanceNotActive while the case is suspended. Where other values could take the case past what the
    company promises, that is asked for: what is returned then is the request.
    """
    seen = _seen(app, actor, incident_id)
    require(actor, RIGHT)
    corrected = answering.as_values(variables, "variables") if variables else {}
    given = {"incident": incident_id, "variables": corrected}
    if corrected:
        judging.look(app, actor, seen.instance_id, partial(foresee, given))
    with on_instance(app, seen.instance_id, actor) as step:
        identity.require_still(app, step.session, actor, RIGHT)
        waiver = carry_out(app, step, given, reason)
    if waiver is not None:
        return waiver
    with app.db.read() as session:
        return showing.instance(app, session, session.get_one(ProcessInstance, seen.instance_id))


def retry_as_it_is(app: Application, actor: Actor, incident_id: str, *, reason: str = "") -> InstanceView:
    """Try an incident's element again, and correct nothing: that sets nothing aside."""
    case = retry(app, actor, incident_id, reason=reason)
    assert isinstance(case, InstanceView), "nothing is asked for where nothing is corrected"
    return case


def foresee(given: Mapping[str, Any], step: Step) -> After:
    """Return how the case would stand with variables corrected where an incident is."""
    incident = _open(step, given["incident"])
    if not _is_at_element(incident):
        return After(step.engine.stand())
    _refuse_unknown(step, incident, given["variables"])
    return After(step.engine.stand_with(incident.token_id, given["variables"]))


def carry_out(
    app: Application, step: Step, given: Mapping[str, Any], why: str, agreed: Agreed | None = None
) -> WaiverView | None:
    """Try it again; the request that became of it where somebody has to agree first."""
    incident, corrected = _open(step, given["incident"]), given["variables"]
    if corrected:
        promises = judging.judged(app, step, foresee(given, step))
        if promises and not why:
            raise InvalidInput(errors=[FieldError("reason", Text("Say why."))])
        what = Text("Try again with another value: {names}", names="、".join(corrected))
        waiver = waivers.guard(step, ACT, given, what, why, promises, agreed)
        if waiver is not None:
            return waiver
    facts = {"code": incident.code, "variables": corrected or None, "reason": why or None}
    step.audit("incident.retried", incident=incident.id, **facts)
    step.line("retried", ": ".join(filter(None, [incident.code, why])), **_place(step, incident))
    if incident.code == task_rows.NO_CANDIDATES:
        _name_candidates(step, incident)
    elif (outbox_id := effect_rows.outbox_of(incident.token_id)) is not None:
        effect_rows.try_again(step, outbox_id)
        incident_rows.close(step, [incident.token_id])
    elif incident.code == incident_rows.TIMER_FAILED:
        saving.rearm(step)
        incident_rows.close(step, [incident.token_id])
    else:
        step.retried_token = incident.token_id
        _refuse_unknown(step, incident, corrected)
        step.engine.retry(incident.token_id, variables=corrected or None)
    return None


def _is_at_element(incident: Incident) -> bool:
    """Tell whether an element could not go on: not that nobody could be found, or an effect done."""
    others = (task_rows.NO_CANDIDATES, incident_rows.TIMER_FAILED)
    return incident.code not in others and effect_rows.outbox_of(incident.token_id) is None


def _open(step: Step, incident_id: str) -> Incident:
    incident = step.session.get_one(Incident, incident_id)
    if incident.state != "open":
        raise Conflict("This incident is already resolved.", incident=incident_id)
    return incident


def _refuse_unknown(step: Step, incident: Incident, names: Iterable[str]) -> None:
    """A name misspelt would be one more variable, and the element would fail as before."""
    known = step.engine.visible(incident.token_id)
    wrong = [
        FieldError(
            f"variables.{name}",
            Text("There is no variable {name!r} here.{hint}", name=name, hint=suggestion(name, known)),
        )
        for name in names
        if name not in known and name not in incident.message
    ]
    if wrong:
        raise InvalidInput(errors=wrong)


def _seen(app: Application, actor: Actor, incident_id: str) -> Incident:
    with app.db.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise NotFound(incident=incident_id)
        if not may(actor, "incident.read"):
            visibility.require_visible(app, session, actor, incident.instance_id)
        return incident


def _name_candidates(step: Step, incident: Incident) -> None:
    """Look again who may do a task that nobody could be found for."""
    tasks = task_rows.open_in(step.session, incident.instance_id)
    task = next(each for each in tasks if each.token_id == incident.token_id)
    names = split_list(task.properties.get(candidates.DRAWN_FOR))
    who = candidates.find(step, names, step.instance.variables, task.barred_users)
    found = replace(task, candidate_groups=who.groups, candidate_users=who.users)
    if found.is_for_nobody:
        incident.attempts += 1
        return
    task_rows.change(step, task, {"candidate_groups": who.groups, "candidate_users": who.users})
    task_rows.reoffer(step, found)
    step.tell(offering.news(step, found))
    incident_rows.close(step, [incident.token_id])


def _place(step: Step, incident: Incident) -> dict[str, Any]:
    definition = step.instance.definition
    return {
        "definition": definition,
        "activity_id": incident.activity_id,
        "activity_path": incident.activity_path,
        "token_id": incident.token_id,
    }
