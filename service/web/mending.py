"""For admins: one act on many cases, the audit record, what waits in the background."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from service.domain.workdays import ZONE
from service.runtime.cases.seeking import Sought
from service.runtime.effects import health
from service.runtime.keeping import audit
from service.runtime.mending import batches, queue
from service.web import people
from service.web.api import record
from service.web.asking import application, me, signed_in_only
from service.web.download import as_download
from service.web.instances import SEARCHED, sought

blueprint = signed_in_only(Blueprint("mending", __name__, url_prefix="/admin"))

PAGE = 50


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
    people.remember(each.actor for each in page.items)
    return render_template("audit.html", entries=page.items, next=page.next, asked=asked)


@blueprint.get("/audit.csv")
def table() -> Response:
    """The entries that were searched for, as a table."""
    found = audit.find(application(), me(), **_wanted(_asked()), limit=record.MOST_ROWS)
    return as_download(record.table(found.items).encode(), "audit.csv")


def _asked() -> dict[str, str]:
    return {
        name: request.args.get(name, "").strip() for name in ("instance", "actor", "action", "from", "to")
    }


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
