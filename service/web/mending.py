"""For admins: one act on many cases, the audit record, what waits in the background."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from service.domain.workdays import ZONE
from service.runtime.cases.seeking import Sought
from service.runtime.effects import health
from service.runtime.identity import rights
from service.runtime.keeping import audit, verifying
from service.runtime.keeping import condition as conditions
from service.runtime.keeping.audit import FoundView
from service.runtime.mending import batches, queue
from service.runtime.step.audit import SYSTEM_CHAIN
from service.runtime.step.views import Page, to_json
from service.web import people
from service.web.api import record
from service.web.asking import application, me, signed_in_only
from service.web.audit_words import action_name, actions
from service.web.download import CSV, JSON, as_download, csv_of
from service.web.instances import SEARCHED, sought

blueprint = signed_in_only(Blueprint("mending", __name__, url_prefix="/admin"))

PAGE = 50
ASKED = ("instance", "actor", "action", "from", "to")


@blueprint.post("/batches")
def order() -> AnyResponse:
    """Do one thing to the cases chosen in a list, or to all that were sought."""
    form = request.form
    found: Sought | None = None
    ids: list[str] | None = form.getlist("ids")
    if form.get("which") == "all":
        found, ids = sought({name: form.get(name, "").strip() for name in SEARCHED}), None
    made = batches.order(
        application(),
        me(),
        form.get("action", ""),
        ids=ids,
        sought=found,
        reason=form.get("reason", ""),
        to=form.get("to") or None,
    )
    return redirect(url_for("mending.batch", batch_id=made.id), 303)


@blueprint.get("/batches/<batch_id>")
def batch(batch_id: str) -> str:
    """Show how far an order has come."""
    found = batches.get(application(), me(), batch_id)
    people.remember([found.created_by])
    template = "_batch.html" if request.headers.get("HX-Request") else "batch.html"
    return render_template(template, batch=found)


@blueprint.post("/batches/<batch_id>/stop")
def stop_batch(batch_id: str) -> AnyResponse:
    """Stop an order; what is done stays done."""
    batches.stop(application(), me(), batch_id)
    flash(_("The order was stopped. What was done stays done."), "good")
    return redirect(url_for("mending.batch", batch_id=batch_id), 303)


@blueprint.get("/condition")
def condition() -> str:
    """Show how the service is, and the latest orders on many cases."""
    app, actor = application(), me()
    checks, orders = conditions.look(app, actor), batches.find(app, actor)
    people.remember(each.created_by for each in orders)
    return render_template("condition.html", checks=checks, batches=orders)


def ill_count() -> int:
    """Return how many points are not well, to who may look into the system; 0 to all others."""
    if not rights.may(me(), "system.inspect"):
        return 0
    return sum(not each.is_well for each in conditions.look(application(), me(), at_cases=False))


@blueprint.get("/jobs")
def jobs() -> str:
    state = request.args.get("state", "")
    found = queue.find(application(), me(), state=state if state in queue.STATES else None)
    telling = health.find(application(), me())
    return render_template("jobs.html", jobs=found, state=state, states=queue.STATES, telling=telling)


@blueprint.post("/jobs/<job_id>/retry")
def retry_job(job_id: str) -> AnyResponse:
    queue.retry(application(), me(), job_id)
    flash(_("It is tried again now."), "good")
    return redirect(url_for("mending.jobs"), 303)


@blueprint.get("/audit")
def entries() -> str:
    """Search the audit record."""
    asked = _asked()
    page = audit.find(
        application(), me(), **_wanted(asked), limit=PAGE, cursor=request.args.get("cursor") or None
    )
    return _audit_page(asked, page)


@blueprint.post("/audit/verify")
def verify() -> str:
    """Check the chain of one instance, or of all that belongs to no case, against what it vouches for."""
    asked = {name: request.form.get(name, "").strip() for name in ASKED}
    report = verifying.look(application(), me(), asked["instance"] or SYSTEM_CHAIN)
    page = audit.find(application(), me(), **_wanted(asked), limit=PAGE)
    return _audit_page(asked, page, report=report)


@blueprint.get("/audit.csv")
def table() -> Response:
    """The entries that were searched for, in the reader's language, with times in the company's zone."""
    found = audit.find(application(), me(), **_wanted(_asked()), limit=record.MOST_ROWS)
    heads = (
        *(_("Time (%(zone)s)", zone=ZONE.key), _("Who"), _("Account"), _("Action"), _("Code of the action")),
        *(_("Case"), _("Number"), _("Chain"), _("Entry"), _("Facts")),
    )
    people.remember(each.actor for each in found.items)
    return as_download(csv_of(heads, map(_cells, found.items)), "audit.csv", CSV)


@blueprint.get("/audit.json")
def document() -> Response:
    """The entries that were searched for, as the API tells of them."""
    found = audit.find(application(), me(), **_wanted(_asked()), limit=record.MOST_ROWS)
    said = json.dumps(to_json({"items": found.items}), ensure_ascii=False, indent=1)
    return as_download(said.encode(), "audit.json", JSON)


def _audit_page(asked: dict[str, str], page: Page[FoundView], **verified: Any) -> str:
    people.remember(each.actor for each in page.items)
    words = actions()
    return render_template(
        "audit.html",
        entries=page.items,
        next=page.next,
        asked=asked,
        actions=words,
        zone=ZONE.key,
        **verified,
    )


def _cells(each: FoundView) -> tuple[str, ...]:
    at = datetime.fromisoformat(each.at).astimezone(ZONE)
    facts = "" if each.facts is None else json.dumps(to_json(each.facts), ensure_ascii=False)
    return (
        *(f"{at:%Y-%m-%d %H:%M:%S}", people.shown_name(each.actor), each.actor),
        *(action_name(each.action), each.action, each.case_title or "", each.case_number or ""),
        *(each.chain, str(each.seq), facts),
    )


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in ASKED}


def _wanted(asked: dict[str, str]) -> dict[str, Any]:
    return {
        "instance": asked["instance"] or None,
        "by": asked["actor"] or None,
        "action": asked["action"] or None,
        "since": _moment(asked["from"], time.min),
        "until": _moment(asked["to"], time.max),
    }


def _moment(text: str, of_day: time) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), of_day, ZONE)
    except ValueError:
        return None
