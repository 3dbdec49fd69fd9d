"""The audit record, and what waits to be done in the background."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time
from typing import Any

from flask import Response, request
from pydantic import AwareDatetime, Field

from service.runtime.keeping import audit, condition
from service.runtime.keeping.audit import FoundView
from service.runtime.keeping.condition import CheckView
from service.runtime.mending import queue
from service.runtime.mending.queue import JobView
from service.runtime.step.context import Actor, Application
from service.runtime.step.sheets import plain_cell
from service.runtime.step.views import Page, to_json
from service.settings import ZONE
from service.web.api.instances import moment
from service.web.api.section import ListOf, Query, Section, Slice

section = Section("Record and queue")

MOST_ROWS = 50_000
COLUMNS = ("at", "actor", "action", "chain", "seq", "facts", "case_number", f"at in {ZONE.key}")


class Entries(Query):
    """Which entries of the audit record to list."""

    instance: str | None = None
    actor: str | None = Field(None, description="an account")
    action: str | None = Field(None, description="`task.completed`, or `task.` for all that begin so")
    since: date | AwareDatetime | None = Field(None, alias="from")
    until: date | AwareDatetime | None = Field(None, alias="to")


class Jobs(Slice):
    """Which jobs to list."""

    state: str | None = Field(None, description="waiting, due, running or failed")


@section.get("/audit", returns=ListOf(FoundView), query=Entries, errors=(403,))
def list_audit(app: Application, actor: Actor, query: Entries) -> Page[FoundView] | Response:
    """List entries of the audit record, the newest first; as `text/csv` all of them that fit into a table."""
    wanted: dict[str, Any] = {
        "instance": query.instance,
        "by": query.actor,
        "action": query.action,
        "since": moment(query.since, time.min),
        "until": moment(query.until, time.max),
    }
    if request.accept_mimetypes.best_match(("application/json", "text/csv")) != "text/csv":
        return audit.find(app, actor, **wanted, **query.page())
    found = audit.find(app, actor, **wanted, limit=MOST_ROWS)
    return Response(table(found.items), content_type="text/csv; charset=utf-8")


@section.get("/condition", returns=ListOf(CheckView), query=Slice, errors=(403,))
def look_at_condition(app: Application, actor: Actor, query: Slice) -> Page[CheckView]:
    """Tell how the service is, point by point, what is wrong first, and what to do about it."""
    return query.cut(condition.look(app, actor), lambda each: f"{each.kind}:{each.subject}")


@section.get("/jobs", returns=ListOf(JobView), query=Jobs, errors=(403,))
def list_jobs(app: Application, actor: Actor, query: Jobs) -> Page[JobView]:
    """List timers and effects that are still to come, what was given up first."""
    return query.cut(queue.find(app, actor, state=query.state), lambda each: each.id)


@section.post("/jobs/<job_id>/retry", returns=JobView, errors=(403, 404, 409))
def retry_job(app: Application, actor: Actor, job_id: str) -> JobView:
    """Have something done now that was given up, or waits for its next attempt."""
    return queue.retry(app, actor, job_id)


def table(entries: tuple[FoundView, ...]) -> str:
    """Return entries as a table for spreadsheets: UTF-8 with its mark, and no cell that is a formula."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(COLUMNS)
    for each in entries:
        facts = json.dumps(to_json(each.facts), ensure_ascii=False)
        local = f"{datetime.fromisoformat(each.at).astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
        cells = (each.at, each.actor, each.action, each.chain, str(each.seq), facts, each.case_number, local)
        sheet.writerow([plain_cell(cell or "") for cell in cells])
    return "\ufeff" + text.getvalue()
