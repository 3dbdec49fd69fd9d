"""Boards: what executives, those who run campaigns and those who steer the process see at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from service.errors import FieldError, Forbidden, InvalidInput, NotFound
from service.runtime.campaigns import approvals, execution_board, executive_board, history, improvements
from service.runtime.identity.rights import may
from service.runtime.statistics import activities, cycle_times, proposals
from service.runtime.step.context import Actor
from service.web import board_tables, pace_tables
from service.web.asking import application, me, signed_in_only
from service.web.tables import Table

blueprint = signed_in_only(Blueprint("boards", __name__, url_prefix="/boards"))

RIGHTS = {
    "boards.executive": executive_board.RIGHT,
    "boards.execution": execution_board.RIGHT,
    "boards.pace": cycle_times.RIGHT,
    "boards.steps": cycle_times.RIGHT,
}
"""By page the right that opens all of it."""


def is_offered(actor: Actor) -> bool:
    """Say whether the menu leads to boards: without a right one finds a board on one's campaign's page."""
    return any(may(actor, right) for right in RIGHTS.values())


@blueprint.get("")
def index() -> AnyResponse:
    """Lead to the first board one may see."""
    found = next((page for page, right in RIGHTS.items() if may(me(), right)), "boards.execution")
    return redirect(url_for(found), 303)


@blueprint.get("/executive")
def executive() -> str | Response:
    """What campaigns bring and cost, how fast they are decided, and which are at risk."""
    board = executive_board.find(application(), me(), first=_day("from"), last=_day("to"))
    tables = board_tables.executive(board, _case)
    return _answer("board_executive.html", tables, board=board)


@blueprint.get("/execution")
def execution() -> str | Response:
    """What each channel of a campaign, or of all, brings by day."""
    app, actor = application(), me()
    choices = execution_board.choices(app, actor)
    asked = request.args.get("campaign") or None
    if asked is None and not may(actor, execution_board.RIGHT):
        if not choices:
            raise Forbidden(action=execution_board.RIGHT)
        asked = choices[0].number
    metric = request.args.get("metric", "roas")
    names = board_tables.measures()
    metric = metric if metric in names else "roas"
    board = execution_board.find(app, actor, campaign=asked, first=_day("from"), last=_day("to"))
    tables = board_tables.execution(board, metric)
    return _answer(
        "board_execution.html", tables, board=board, choices=choices, metric=metric, measures=names
    )


@blueprint.get("/pace")
def pace() -> str | Response:
    """How long approvals take, and which took too long."""
    by = request.args.get("by", cycle_times.MONTH)
    names = {"month": _("Month"), "tier": _("Tier"), "department": _("Department"), "channel": _("Channel")}
    found = approvals.cycle_times_of(application(), me(), by=by, first=_day("from"), last=_day("to"))
    return _answer(
        "board_pace.html", pace_tables.pace(found, names[by], _case), found=found, by=by, names=names
    )


@blueprint.get("/steps")
def steps() -> str | Response:
    """How long each activity takes, what waits in it, and what it sends back."""
    found = activities.find(application(), me(), first=_day("from"), last=_day("to"))
    lanes = sorted({each.lane for each in found if each.lane})
    lane = request.args.get("lane", "")
    shown = [each for each in found if not lane or each.lane == lane]
    proposed = tuple(proposals.proposed(shown))
    return _answer(
        "board_steps.html", pace_tables.activities(shown), lanes=lanes, lane=lane, proposed=proposed
    )


@blueprint.get("/history")
def past() -> str | Response:
    """What archived campaigns that one sees paid and brought, to plan the next one by."""
    asked = {name: request.args.get(name) or None for name in ("brand_line", "campaign_type")}
    found = history.find(application(), me(), **asked)
    return _answer("board_history.html", board_tables.history(found), found=found, asked=asked)


@blueprint.get("/improvements")
def improved() -> str | Response:
    """The improvements that were adopted: whose, until when, and what has come of them."""
    state = request.args.get("state") or None
    found = improvements.find(application(), me(), state=state)
    names = board_tables.improvement_states()
    table = board_tables.improvements(found, _case)
    return _answer("board_improvements.html", (table,), state=state, names=names)


def _answer(template: str, tables: Sequence[Table], **context: Any) -> str | Response:
    """Answer the page, or with `?csv=` one of its tables."""
    wanted = request.args.get("csv")
    if wanted is None:
        return render_template(
            template, tables={each.key: each for each in tables}, played=application().played(), **context
        )
    table = next((each for each in tables if each.key == wanted), None)
    if table is None:
        raise NotFound(table=wanted)
    headers = {"Content-Disposition": f"attachment; filename={table.key}.csv"}
    return Response(table.csv(), mimetype="text/csv", headers=headers)


def _day(part: str) -> date | None:
    text = request.args.get(part, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise InvalidInput(errors=[FieldError(part, "this is not a date")]) from exc


def _case(instance_id: str) -> str:
    return url_for("cases.show", instance_id=instance_id)
