"""Campaigns: the list of those I may see, and the page of one."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from service.engine.drawing import Process
from service.errors import Busy, TakesTooLong, Unavailable
from service.runtime.campaigns import measurements
from service.runtime.cases import attachments, comments, copies, dossier, instances
from service.runtime.cases.seeking import DUE, NAME, NEWEST, ORDERS, STATES
from service.runtime.cases.views import InstanceView
from service.runtime.forecasting import forecasts
from service.web import case_facts, case_head, people
from service.web.asking import application, me, signed_in_only
from service.web.case_page import case_context, task_due

blueprint = signed_in_only(Blueprint("cases", __name__))

PAGE = 50


@blueprint.get("/cases")
def index() -> str:
    """List campaigns; `kind=all` adds what belongs to them (daily reports, change orders…)."""
    q, state, kind, phase = (request.args.get(name, "").strip() for name in ("q", "state", "kind", "phase"))
    outcome, order = request.args.get("outcome", ""), request.args.get("sort", NEWEST)
    phases, outcomes = case_head.phases(), case_head.outcomes()
    state, phase = state if state in STATES else "", phase if phase in phases else ""
    outcome, order = outcome if outcome in outcomes else "", order if order in ORDERS else NEWEST
    page = instances.find(
        application(),
        me(),
        leading=kind != "all",
        state=state or None,
        at_any=phases.get(phase, ()),
        text=q or None,
        holds=case_head.outcome_is(outcome),
        order=order,
        limit=PAGE,
        cursor=request.args.get("cursor") or None,
    )
    template = "_case_list.html" if request.headers.get("HX-Request") else "cases.html"
    return render_template(
        template,
        lines=case_head.lines(page.items),
        next=page.next,
        state=state,
        states=STATES,
        kind=kind,
        phase=phase,
        phases=phases,
        outcome=outcome,
        outcomes=outcomes,
        order=order,
        orders={NEWEST: _("Newest first"), DUE: _("Due first"), NAME: _("By name")},
        q=q,
        workbook=_workbook_of(
            q=q, state=state, phase=phase, outcome=outcome, leading="" if kind != "all" else "false"
        ),
    )


def _workbook_of(**sought: str) -> str:
    """Return where the list is as a workbook: what is sought there is what the page shows."""
    named = urlencode({name: value for name, value in sought.items() if value})
    return f"{url_for('api.cases_as_workbook')}{'?' if named else ''}{named}"


@blueprint.get("/copies")
def sent_to_me() -> str:
    """List the copies I was sent, newest first."""
    shown = request.args.get("shown", "")
    page = copies.find(
        application(),
        me(),
        unread=shown == "unread",
        limit=PAGE,
        cursor=request.args.get("cursor") or None,
    )
    people.remember(copy.sent_by for copy in page.items)
    return render_template("copies.html", copies=page.items, next=page.next, shown=shown)


@blueprint.get("/cases/<instance_id>")
def show(instance_id: str) -> str:
    app, actor = application(), me()
    record = dossier.dossier(app, actor, instance_id)
    copies.note_read(app, actor, instance_id)
    context = case_context(instance_id, record)
    case: InstanceView = context["case"]
    is_campaign = instances.leads(app, actor, instance_id)
    return render_template(
        "case.html",
        is_campaign=is_campaign,
        may_cancel=instances.may_cancel(app, actor, instance_id),
        may_withdraw=instances.may_withdraw(app, actor, instance_id),
        follow_ups=_follow_ups(case) if is_campaign else [],
        facts=case_facts.of_case(instance_id),
        task_due=task_due,
        figures_from=is_campaign and measurements.has_begun(app, case.business_key or ""),
        started=request.args.get("started"),
        comments=comments.find(app, actor, instance_id),
        requests=comments.requests(app, actor, instance_id),
        **context,
    )


def _follow_ups(case: InstanceView) -> list[Process]:
    """Return what the reader may start beside this case as it is now."""
    declared = application().live().model.organisation.follow_ups
    offered = instances.startable(application(), me(), business_key=case.business_key)
    startable = {each.key: each for each in offered}
    return [startable[key] for key in declared if key in startable]


@blueprint.get("/cases/<instance_id>/forecast")
def forecast(instance_id: str) -> str:
    """When it is likely to be decided: a part of pages, asked for once they are there."""
    try:
        found = forecasts.forecast(application(), me(), instance_id)
    except (Busy, TakesTooLong, Unavailable):
        # Asked for again by the page itself.
        found = None
    return render_template("_forecast.html", forecast=found, short="short" in request.args)


@blueprint.get("/cases/<instance_id>/drawings/<definition>.bpmn")
def drawing(instance_id: str, definition: str) -> Response:
    """The drawing as it was when the case started."""
    content = instances.diagram_xml(application(), me(), instance_id, definition)
    return Response(content, mimetype="application/xml", headers={"Cache-Control": "private, max-age=600"})


@blueprint.post("/cases/<instance_id>/comments")
def comment(instance_id: str) -> AnyResponse:
    """Say something of a case, with files."""
    app, actor = application(), me()
    text, mentions = request.form.get("text", ""), request.form.getlist("users")
    chosen = [each for each in request.files.getlist("files") if each.filename]
    files = [attachments.upload(app, actor, each.stream, each.filename or "").id for each in chosen]
    comments.add(app, actor, instance_id, text, mentions=mentions, files=files)
    flash(_("Your comment is in the record."), "good")
    return redirect(url_for("cases.show", instance_id=instance_id, _anchor="comments"), 303)


@blueprint.post("/cases/<instance_id>/cancel")
def cancel(instance_id: str) -> AnyResponse:
    reason = request.form.get("reason", "").strip()
    case = instances.cancel(application(), me(), instance_id, reason=reason)
    flash(_("“%(name)s” has been cancelled.", name=case.name), "good")
    return redirect(url_for("cases.show", instance_id=instance_id), 303)


@blueprint.post("/cases/<instance_id>/withdraw")
def withdraw(instance_id: str) -> AnyResponse:
    case = instances.withdraw(application(), me(), instance_id, reason=request.form.get("reason", ""))
    flash(_("“%(name)s” has been withdrawn.", name=case.name), "good")
    return redirect(url_for("cases.show", instance_id=instance_id), 303)
