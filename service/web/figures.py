"""The figures of a campaign: the morning meeting, what they come to, and tables of them brought in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from service.domain.workdays import local_day
from service.errors import FieldError, FiguresClosed, InstanceNotActive, InvalidInput, NotFound
from service.runtime.campaigns import campaign_metrics, figure_import, load_watch, measurements
from service.runtime.campaigns import meeting as meetings
from service.runtime.campaigns.figure_rows import Given
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.web import people
from service.web.asking import application, me, signed_in_only
from service.web.load_chart import charts

blueprint = signed_in_only(Blueprint("figures", __name__, url_prefix="/cases/<instance_id>"))

SHOWN = 200
"""So many slips and corrections are shown; the API tells all."""
_GIVEN = ("source", "channel", "reason")


@blueprint.get("/meeting")
def meeting(instance_id: str) -> str:
    """The morning meeting about a day, yesterday unless `day` says otherwise."""
    app, actor = application(), me()
    case = _case(instance_id)
    found = meetings.meeting(app, actor, str(case.business_key), _day())
    watch = load_watch.watch(app, actor, str(case.business_key))
    people.remember(each.by for each in found.done)
    return render_template(
        "meeting.html",
        case=case,
        found=found,
        before=found.day - timedelta(days=1) if found.has_earlier else None,
        after=found.day + timedelta(days=1)
        if found.has_later and found.day < local_day(app.clock())
        else None,
        watch=watch,
        charts=charts(watch),
    )


@blueprint.get("/figures")
def show(instance_id: str) -> str:
    """What the campaign brought by channel and day, and every correction."""
    return _page(instance_id)


@blueprint.post("/figures")
def take(instance_id: str) -> str | AnyResponse | tuple[str, int]:
    """Look at a table, or take it; with HTMX only what came of looking is answered."""
    app, actor = application(), me()
    case = _case(instance_id)
    file = request.files.get("file")
    given = {name: request.form.get(name, "").strip() or None for name in _GIVEN}
    is_looked_at = "confirmed" not in request.form
    try:
        found = figure_import.take(
            app,
            actor,
            str(case.business_key),
            file.stream.read() if file else b"",
            Given(**given),
            dry_run=is_looked_at,
            name=(file.filename or "") if file else "",
        )
    except (InvalidInput, FiguresClosed, InstanceNotActive) as error:
        wrong = {each.path: each.message for each in getattr(error, "errors", ())}
        return _looked_at(instance_id, error.status, error=error, wrong=wrong, given=given)
    if is_looked_at or found.rejected:
        names = {each.key: each.name for each in figure_import.sources(app)}
        return _looked_at(instance_id, 200, found=found, names=names, given=given)
    count = found.recorded + found.corrected
    text = ngettext("%(num)d figure has been recorded.", "%(num)d figures have been recorded.", count)
    flash(text, "good")
    return redirect(url_for("figures.show", instance_id=instance_id), 303)


def _looked_at(instance_id: str, status: int, **outcome: Any) -> str | tuple[str, int]:
    if request.headers.get("HX-Request"):
        # HTMX shows what it is answered only where that is no error.
        return render_template("_figures_import.html", most=SHOWN, **outcome)
    return _page(instance_id, **outcome), status


def _page(instance_id: str, **outcome: Any) -> str:
    app, actor = application(), me()
    case = _case(instance_id)
    key = str(case.business_key)
    corrected = measurements.corrected(app, actor, key, SHOWN)
    people.remember(each.by for each in corrected)
    return render_template(
        "figures.html",
        case=case,
        by_channel=campaign_metrics.metrics(app, actor, key, "channel"),
        by_day=campaign_metrics.metrics(app, actor, key, "day"),
        corrected=corrected,
        sources=figure_import.sources(app),
        most=SHOWN,
        **{"given": {}, **outcome},
    )


def _case(instance_id: str) -> InstanceView:
    """Return a case that has a number. NotFound otherwise."""
    found = instances.get(application(), me(), instance_id)
    if found.business_key is None:
        raise NotFound(instance=instance_id)
    return found


def _day() -> date | None:
    given = request.args.get("day", "")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as exc:
        raise InvalidInput(errors=[FieldError("day", "a date such as 2026-03-01")]) from exc
