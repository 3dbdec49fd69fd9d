"""Starting a process: who may, with what, and under which number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.engine.definition import Model
from service.engine.drawing import Process
from service.errors import Conflict, FieldError, Forbidden, InvalidInput
from service.feel import codec
from service.runtime.cases import follow_ups, linking, showing
from service.runtime.cases.views import InstanceView
from service.runtime.identity import visibility
from service.runtime.identity.rights import may
from service.runtime.step import saving
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.transaction import step_of
from service.runtime.tasks import answering, candidates
from service.runtime.tasks.views import FormView
from service.settings import ZONE
from service.store import cases, manifests
from service.store.initials import initials
from service.store.models import Case, Draft, ProcessInstance, new_id
from service.wording import Text

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_DEPARTMENT = "department"
"""The variable of a case that holds its department."""
_TITLE_LENGTH = 200
_NUMBER_LENGTH = 100


def start(
    app: Application,
    actor: Actor,
    key: str,
    *,
    answers: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    business_key: str | None = None,
) -> InstanceView:
    """Start a process of the live deployment and move it to where it first waits.

    NotFound for an unknown process, Forbidden for who may not start it or set its inputs,
    InvalidAnswers for the start form, InvalidInput for variables it does not declare, Conflict for a
    business key of a case the actor cannot see, for the main process under any number that is taken, and for
    a follow-up that the case is not at, and for a process that an event begins.
    """
    live = app.live()
    process = live.model.process(key)
    _require_by_hand(process)
    _require_starter(app, actor, live.model, process, business_key)
    given = _checked_variables(actor, process, variables or {})
    checked = answering.check_start(app, live.model, process, answers)
    with app.db.begin() as session:
        if business_key and visibility.sees_key(session, actor, business_key) is False:
            raise Conflict("This business key belongs to another case.", business_key=business_key)
        follow_ups.require_timely(app, session, live.model, process, business_key)
        schema = live.model.forms.get(process.start_form or "")
        checked = linking.resolved(session, actor, schema, checked)
        step = begin(app, session, actor, live.deployment_id, live.model, process, business_key, checked)
        if checked is not None and process.start_form:
            answering.hand_in_start(step, process, checked)
        step.start_engine({**context(step), **given}, checked)
        _drop_draft(step, key)
        saving.save(step)
        return showing.instance(app, session, step.instance, step.engine)


def begin(
    app: Application,
    session: Session,
    actor: Actor,
    deployment_id: str,
    model: Model,
    process: Process,
    business_key: str | None,
    answers: Mapping[str, Any] | None,
    *,
    started_by: ProcessInstance | None = None,
    applicant: str | None = None,
    department: str | None = None,
) -> Step:
    """Return the step that creates an instance; the caller starts the engine and saves it.

    Under a number that is taken it joins that case, whose applicant and department are its own then too;
    else it opens one, for `applicant` and `department` or else for the actor. Conflict as in `start`.
    """
    session.autoflush = False
    now, instance_id = app.clock(), new_id()
    number = business_key or _new_business_key(now)
    opened = {
        "number": number,
        "title": str((answers or {}).get("name") or process.name)[:_TITLE_LENGTH],
        "applicant": applicant or actor.name,
        "department": department or actor.department,
        "main_instance": instance_id,
        "opened_at": now,
    }
    is_taken = not cases.open_case(session, opened)
    if not is_taken:
        _require_legible(number)
    if is_taken and process.key == model.case.main:
        raise Conflict("This number is taken: it belongs to another case.", business_key=business_key)
    case = cases.lock(session, number)
    instance = ProcessInstance(
        id=instance_id,
        deployment_id=deployment_id,
        definition=process.key,
        definition_version=manifests.file(session, deployment_id, process.file).version,
        business_key=case.number,
        title=case.title,
        applicant=case.applicant,
        department=case.department,
        started_by=actor.name,
        started_by_instance=started_by.id if started_by else None,
        facts_seen=cases.last_seq(session, case.number) if is_taken else 0,
        state="active",
        variables={},
        open_incidents=0,
        buffered_messages=0,
        audit_count=0,
        audit_head="",
        started_at=now,
        updated_at=now,
    )
    instance.search_text = " ".join([case.title, case.number, case.applicant, initials(case.title)]).lower()
    step = step_of(app, session, instance, model, actor)
    if not is_taken:
        step.cover("case", opened)
    step.line("started")
    step.audit("instance.started", definition=process.key, business_key=instance.business_key)
    return step


def start_form(app: Application, actor: Actor, key: str, *, business_key: str | None = None) -> FormView:
    """Return the start form of a process, with the actor's draft. Without one it is empty.

    `business_key`: the case it is to be started for, where the right to start follows from that.
    """
    live = app.live()
    process = live.model.process(key)
    _require_by_hand(process)
    _require_starter(app, actor, live.model, process, business_key)
    schema = answering.schema_of(live.model, process.start_form)
    with app.db.read() as session:
        draft = session.get(Draft, (_draft_subject(key), actor.name))
    data = {"department": actor.department} if actor.department else {}
    if draft is not None:
        data |= draft.answers
    return FormView(schema, data, live.deployment_id, draft.saved_at if draft else None)


def save_start_draft(app: Application, actor: Actor, key: str, answers: Mapping[str, Any]) -> datetime:
    """Keep what the actor has filled in on a start form, unchecked; return when."""
    # A draft gives nobody anything: the right to start is asked for when it is used.
    app.live().model.process(key)
    given, now = answering.as_values(answers, "answers"), app.clock()
    with app.db.begin() as session:
        answering.keep_draft(session, actor.name, _draft_subject(key), given, now)
    return now


def startable(app: Application, actor: Actor, *, business_key: str | None = None) -> tuple[Process, ...]:
    """Return the processes the actor may start now, by name.

    With a business key also what the people of that case may, and the follow-ups that the case is at.
    """
    model = app.live().model
    with app.db.read() as session:
        timely = follow_ups.timely(app, session, model, business_key) if business_key else frozenset()
    late = model.organisation.follow_ups.keys() - timely
    found = [
        each
        for each in model.processes.values()
        if each.begun_by is None
        and each.key not in late
        and not (each.key == model.case.main and _lacks_department(model, actor))
        and _may_start(app, actor, model, each, business_key)
    ]
    return tuple(sorted(found, key=lambda each: each.name))


def context(step: Step) -> dict[str, Any]:
    instance = step.instance
    return {
        "applicant": instance.applicant,
        "department": instance.department,
        "business_key": instance.business_key,
        "started_at": instance.started_at,
    }


def _may_start(app: Application, actor: Actor, model: Model, process: Process, case: str | None) -> bool:
    if not process.startable:
        # A phase: only called. On its own it would be a case without the rest of it.
        return False
    if actor.is_admin or not process.starter_groups:
        return True
    if not actor.groups.isdisjoint(process.starter_groups):
        return True
    return case is not None and _is_related(app, actor, model, process, case)


def _is_related(app: Application, actor: Actor, model: Model, process: Process, case: str) -> bool:
    """Say whether the actor is one of the starters by relation: the case's applicant, their head."""
    with app.db.read() as session:
        found = session.get(Case, case)
        variables = {"applicant": found.applicant, "department": found.department} if found else {}
        relations = [name for name in process.starter_groups if name in model.organisation.relations]
        return actor.name in candidates.related_users(session, model, relations, variables)


def _require_by_hand(process: Process) -> None:
    event = process.begun_by
    if event is None:
        return
    if event.message:
        text = Text("“{process}” begins with the message {name!r}.", process=process.name, name=event.message)
        raise Conflict(text)
    raise Conflict(Text("“{process}” begins when its time comes.", process=process.name))


def lacks_department(app: Application, actor: Actor) -> bool:
    """Say whether a case of this actor would have no department, though drawings ask for its head."""
    return _lacks_department(app.live().model, actor)


def _lacks_department(model: Model, actor: Actor) -> bool:
    relations = model.organisation.relations.values()
    is_asked = any(each.kind == "head_of" and each.of == _DEPARTMENT for each in relations)
    return is_asked and not actor.department and actor != SYSTEM


def _require_starter(
    app: Application, actor: Actor, model: Model, process: Process, case: str | None = None
) -> None:
    if process.key == model.case.main and _lacks_department(model, actor):
        raise Forbidden(
            "Whoever starts a campaign has a department, whose head is asked: yours is not entered yet. "
            "An admin enters it under Organisation, People.",
            process=process.key,
        )
    if not _may_start(app, actor, model, process, case):
        raise Forbidden("You may not start this process.", process=process.key)


def _checked_variables(actor: Actor, process: Process, given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [name for name in given if name not in process.inputs]
    if unknown:
        raise InvalidInput(
            errors=[FieldError(f"variables.{name}", "not an input of this process") for name in unknown]
        )
    if given and not may(actor, "instance.set_inputs"):
        raise Forbidden("Only admins may set the variables a process starts with.")
    codec.dumps(dict(given))
    return dict(given)


def _require_legible(number: str) -> None:
    """Refuse a new number that people cannot read out, or would take for another one."""
    if not number.isprintable() or number != number.strip() or len(number) > _NUMBER_LENGTH:
        # What is not printable: control characters, line breaks, marks that turn the direction of writing.
        text = Text("1 to {most} printable characters, no blanks at its ends", most=_NUMBER_LENGTH)
        raise InvalidInput(errors=[FieldError("business_key", text)])


def _new_business_key(now: datetime) -> str:
    """Return a number people can read out: the day, and five letters or digits drawn by lot."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(5))
    return f"{now.astimezone(ZONE):%Y%m%d}-{drawn}"


def _draft_subject(key: str) -> str:
    return f"start:{key}"


def _drop_draft(step: Step, key: str) -> None:
    step.session.execute(
        delete(Draft).where(Draft.subject == _draft_subject(key), Draft.user_name == step.actor.name)
    )
