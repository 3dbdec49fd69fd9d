"""Starting a case: what one may start, and the form that starts it."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from service.errors import NotFound
from service.runtime.cases import instances
from service.web import case_facts, form_payload
from service.web.asking import application, me, signed_in_only

blueprint = signed_in_only(Blueprint("start", __name__))


@blueprint.get("/start")
def index() -> str:
    """Offer what stands for itself; what belongs to a campaign is started from the campaign's page."""
    app, actor = application(), me()
    return render_template(
        "start.html",
        processes=instances.startable(app, actor),
        lacks_department=instances.lacks_department(app, actor),
    )


@blueprint.get("/start/<key>")
def form(key: str) -> str:
    """Show the start form; `case` carries over the business key of the case it belongs to."""
    app, actor = application(), me()
    case_id = request.args.get("case")
    case = instances.get(app, actor, case_id) if case_id else None
    number = case.business_key if case else None
    start_form = instances.start_form(app, actor, key, business_key=number)
    offered = instances.startable(app, actor, business_key=number)
    process = next((each for each in offered if each.key == key), None)
    if process is None:
        raise NotFound
    payload = form_payload.for_start(key, start_form, here=request.full_path.rstrip("?"), business_key=number)
    return render_template(
        "start_form.html",
        process=process,
        case=case,
        facts=case_facts.of_case(case.id) if case else [],
        payload=payload,
    )
