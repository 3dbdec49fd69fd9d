"""Process instances: start, look, steer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from flask import Response, url_for
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.domain.workdays import ZONE
from service.runtime.cases import copies, dossier, evaluations, facts, instances, messages
from service.runtime.cases.seeking import Sought
from service.runtime.cases.views import (
    DossierView,
    EvaluationView,
    FactView,
    HistoryView,
    InstanceSummary,
    InstanceView,
    MessageView,
)
from service.runtime.cases.waiting import WaitingView
from service.runtime.forecasting import forecasts
from service.runtime.forecasting.telling import ForecastView
from service.runtime.incidents import incidents
from service.runtime.promises.waivers import WaiverView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import IncidentView, Page
from service.runtime.tasks.views import FormView
from service.web import case_head, case_sheet
from service.web.api.section import Body, Content, Created, ListOf, Query, Section, Slice

section = Section("Process instances")

_CHANGED = (403, 404, 409, 422)


class Start(Body):
    """What a process starts with. `variables` only for inputs it declares, and only from who may set them."""

    answers: dict[str, Any] | None = Field(None, description="answers of the start form")
    variables: dict[str, Any] | None = None
    business_key: str | None = Field(None, min_length=1, max_length=100)


class SoughtInstances(BaseModel):
    """By what instances are sought."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: str | None = None
    definition: str | None = None
    business_key: str | None = None
    text: str | None = Field(None, description="part of name, business key, or the applicant's name")
    stalled: bool = Field(False, description="those nothing will move by itself or in time")
    waiting_for: str | None = Field(None, description="an account or a group that has a task of it to do")
    activity: str | None = Field(None, description="where it stands now")
    incident: str | None = Field(None, description="code of an open incident")
    message: str | None = Field(None, description="what an open incident says, word for word")
    version: int | None = Field(None, ge=1, description="of the pinned definition")
    started_from: date | AwareDatetime | None = None
    started_to: date | AwareDatetime | None = None

    def sought(self) -> Sought:
        """Return what is sought; a day counts from its beginning and to its end, in the company's zone."""
        given = {name: getattr(self, name) for name in SoughtInstances.model_fields}
        given["started_from"] = moment(self.started_from, time.min)
        given["started_to"] = moment(self.started_to, time.max)
        return Sought(**given)


class Instances(SoughtInstances, Query):
    """Which instances to list."""

    q: str | None = Field(None, description="the same as `text`")


class CaseList(SoughtInstances):
    """Which cases the workbook has."""

    q: str | None = Field(None, description="the same as `text`")
    phase: str | None = Field(None, description="label of the phase it is in, as `case.yaml` has it")
    outcome: str | None = Field(None, description="what came of it: a value of the fact that says so")
    leading: bool = Field(True, description="only what leads a case, without what was started beside it")


def moment(given: date | datetime | None, of_day: time) -> datetime | None:
    """Return a moment as it is, a day as its beginning or end in the company's zone."""
    if given is None or isinstance(given, datetime):
        return given
    return datetime.combine(given, of_day, ZONE)


class Facts(Slice):
    """Which facts to list."""

    name: str | None = Field(None, description="those of one name only, as `case.yaml` declares it")


class Incidents(Query):
    """Which incidents to list."""

    instance: str | None = None
    state: str = "open"


class Reason(Body):
    """Why."""

    reason: str = Field("", max_length=2000)


class Retry(Body):
    """Variables to set before the retry, and why."""

    variables: dict[str, Any] | None = None
    reason: str = Field("", max_length=2000)


class Message(Body):
    """What comes with a message: its contents, under either name."""

    payload: dict[str, Any] = Field(default_factory=dict)
    variables: dict[str, Any] = Field(default_factory=dict, description="the same as `payload`")


@section.post(
    "/process-definitions/<key>/start", returns=InstanceView, status=201, body=Start, errors=_CHANGED
)
def start_instance(app: Application, actor: Actor, key: str, body: Start) -> Created:
    """Start a process and move it to where it first waits."""
    view = instances.start(
        app, actor, key, answers=body.answers, variables=body.variables, business_key=body.business_key
    )
    return Created(view, url_for("api.get_instance", instance_id=view.id))


@section.get("/cases.xlsx", returns=Content(case_sheet.MEDIA_TYPE), query=CaseList)
def cases_as_workbook(app: Application, actor: Actor, query: CaseList) -> Response:
    """Give the cases one may see as a workbook. The newest first, 5000 at most; texts are never formulas."""
    sought = query.sought()
    if query.q and not sought.text:
        sought = replace(sought, text=query.q)
    if query.phase:
        sought = replace(sought, at_any=case_head.at_phase(query.phase))
    if query.outcome:
        sought = replace(sought, holds=case_head.outcome_is(query.outcome))
    content = case_sheet.workbook(app, actor, sought, leading=query.leading)
    headers = {"Content-Disposition": "attachment; filename=cases.xlsx"}
    return Response(content, mimetype=case_sheet.MEDIA_TYPE, headers=headers)


class ForCase(BaseModel):
    """The case a process is to be started beside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    business_key: str | None = Field(None, min_length=1, max_length=100)


@section.get("/process-definitions/<key>/form", returns=FormView, query=ForCase, errors=(403, 404, 409))
def get_start_form(app: Application, actor: Actor, key: str, query: ForCase) -> FormView:
    """Show the form a process starts with, and what it opens with, to whoever may start it."""
    return instances.start_form(app, actor, key, business_key=query.business_key)


@section.get("/process-instances", returns=ListOf(InstanceSummary), query=Instances)
def list_instances(app: Application, actor: Actor, query: Instances) -> Page[InstanceSummary]:
    """List the instances one may see, the newest first."""
    sought = query.sought()
    if query.q and not sought.text:
        sought = replace(sought, text=query.q)
    return instances.find(app, actor, sought, **query.page())


@section.get(
    "/process-instances/<instance_id>/waiting", returns=ListOf(WaitingView), query=Slice, errors=(404,)
)
def get_waiting(app: Application, actor: Actor, instance_id: str, query: Slice) -> Page[WaitingView]:
    """Tell why it does not move: who or what each place waits for, since when and until when."""
    return query.cut(instances.waiting(app, actor, instance_id), lambda each: each.token_id)


@section.get("/process-instances/<instance_id>/forecast", returns=ForecastView, errors=(404, 503))
def get_forecast(app: Application, actor: Actor, instance_id: str) -> ForecastView:
    """Tell when it is likely to be decided: it is walked on many times through its drawing."""
    return forecasts.forecast(app, actor, instance_id)


@section.get("/process-instances/<instance_id>", returns=InstanceView, errors=(404,))
def get_instance(app: Application, actor: Actor, instance_id: str) -> InstanceView:
    """Show an instance: where it waits, its variables, what went wrong."""
    view = instances.get(app, actor, instance_id)
    copies.note_read(app, actor, instance_id)
    return view


@section.get(
    "/process-instances/<instance_id>/history", returns=ListOf(HistoryView), query=Slice, errors=(404,)
)
def get_history(app: Application, actor: Actor, instance_id: str, query: Slice) -> Page[HistoryView]:
    """Tell what happened, oldest first."""
    return query.cut(instances.history(app, actor, instance_id), lambda line: str(line.seq))


@section.get("/process-instances/<instance_id>/facts", returns=ListOf(FactView), query=Facts, errors=(404,))
def get_facts(app: Application, actor: Actor, instance_id: str, query: Facts) -> Page[FactView]:
    """Tell every value that the facts of its case were given or are proposed to get, oldest first."""
    found = facts.history(app, actor, instance_id, query.name)
    return query.cut(found, lambda fact: str(fact.seq))


@section.get(
    "/process-instances/<instance_id>/decisions", returns=ListOf(EvaluationView), query=Slice, errors=(404,)
)
def get_decisions(app: Application, actor: Actor, instance_id: str, query: Slice) -> Page[EvaluationView]:
    """Tell why it went this way: what decision tables were asked and which rules answered, oldest first."""
    return query.cut(evaluations.of_instance(app, actor, instance_id), lambda each: str(each.seq))


@section.get("/process-instances/<instance_id>/dossier", returns=DossierView, errors=(404,))
def get_dossier(app: Application, actor: Actor, instance_id: str) -> DossierView:
    """Show every answer and opinion handed in, as far as one may see them."""
    return dossier.dossier(app, actor, instance_id)


@section.post("/process-instances/<instance_id>/cancel", returns=InstanceView, body=Reason, errors=_CHANGED)
def cancel_instance(app: Application, actor: Actor, instance_id: str, body: Reason) -> InstanceView:
    """End an instance at once, as an admin or as who started it; of a campaign its applicant withdraws it."""
    return instances.cancel(app, actor, instance_id, reason=body.reason)


class Withdrawal(Body):
    """Why it is withdrawn; the reason stays in the record."""

    reason: str = Field(max_length=2000)


@section.post(
    "/process-instances/<instance_id>/withdraw", returns=InstanceView, body=Withdrawal, errors=_CHANGED
)
def withdraw_instance(app: Application, actor: Actor, instance_id: str, body: Withdrawal) -> InstanceView:
    """Withdraw a case as its applicant, as far as its drawing allows; 409 says how else it can be ended."""
    return instances.withdraw(app, actor, instance_id, reason=body.reason)


@section.post("/process-instances/<instance_id>/suspend", returns=InstanceView, body=Reason, errors=_CHANGED)
def suspend_instance(app: Application, actor: Actor, instance_id: str, body: Reason) -> InstanceView:
    """Stop an instance until it is resumed: nothing can be completed and no timer fires."""
    return instances.suspend(app, actor, instance_id, reason=body.reason)


@section.post("/process-instances/<instance_id>/resume", returns=InstanceView, body=Reason, errors=_CHANGED)
def resume_instance(app: Application, actor: Actor, instance_id: str, body: Reason) -> InstanceView:
    """Let a suspended instance go on."""
    return instances.resume(app, actor, instance_id)


@section.post(
    "/process-instances/<instance_id>/messages/<name>", returns=MessageView, body=Message, errors=_CHANGED
)
def send_message(app: Application, actor: Actor, instance_id: str, name: str, body: Message) -> MessageView:
    """Give a message to an instance; it is kept for a while when nothing waits for it yet."""
    return messages.send(app, actor, instance_id, name, {**body.variables, **body.payload})


class Received(Message):
    """A message and the case it is for; without one it opens a case, where it begins a process."""

    business_key: str | None = Field(None, min_length=1, max_length=100)


@section.post("/messages/<name>", returns=MessageView, body=Received, errors=_CHANGED)
def receive_message(app: Application, actor: Actor, name: str, body: Received) -> MessageView:
    """Give a message to the case that waits for it, or begin the process that begins with it."""
    payload = {**body.variables, **body.payload}
    return messages.receive(app, actor, name, payload, business_key=body.business_key)


@section.get("/incidents", returns=ListOf(IncidentView), query=Incidents, errors=(403, 404))
def list_incidents(app: Application, actor: Actor, query: Incidents) -> Page[IncidentView]:
    """List incidents, the newest first."""
    return incidents.find(app, actor, instance=query.instance, state=query.state, **query.page())


@section.post(
    "/incidents/<incident_id>/retry", returns=InstanceView, body=Retry, errors=_CHANGED, is_asked=True
)
def retry_incident(
    app: Application, actor: Actor, incident_id: str, body: Retry
) -> InstanceView | WaiverView:
    """Try the failed element again."""
    return incidents.retry(app, actor, incident_id, variables=body.variables, reason=body.reason)
