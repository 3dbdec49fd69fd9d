"""Where a process is hot: what each activity did and does, as badges on its drawing and as a table."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from service.runtime.identity import rights
from service.runtime.statistics import activities, spread
from service.runtime.statistics.activities import ActivityStatisticsView
from service.runtime.statistics.cycle_times import RIGHT
from service.web.asking import application, me
from service.web.formatting import number

LEVELS = 3


def of_process(key: str, version: int | None) -> dict[str, Any]:
    """Return what the page of a process shows of its activities, its versions and its drawing's heat."""
    if not rights.may(me(), RIGHT):
        return {}
    app, actor = application(), me()
    found = [
        each
        for each in activities.find(app, actor, definition=key, version=version)
        if each.definition == key
    ]
    hottest = max((_hours(each) for each in found), default=0.0) or 1.0
    return {
        "steps": found,
        "spread": spread.versions(app, actor, key),
        "heat": {each.activity_id: _badge(each, hottest) for each in found},
    }


def _hours(each: ActivityStatisticsView) -> float:
    return float(each.total.p50 or 0)


def _badge(each: ActivityStatisticsView, hottest: float) -> dict[str, Any]:
    p50, p95 = (number(hours) if hours is not None else "—" for hours in (each.total.p50, each.total.p95))
    words = [
        ngettext("%(num)d answered", "%(num)d answered", each.n),
        ngettext("%(num)d open", "%(num)d open", each.open),
        _("hours on workdays: P50 %(p50)s, P95 %(p95)s", p50=p50, p95=p95),
        _("sent back %(returned)d, late %(overdue)d", returned=each.returned, overdue=each.overdue),
    ]
    level = min(LEVELS, 1 + int(LEVELS * _hours(each) / hottest))
    return {"text": f"{each.n + each.open} · {p50} h", "title": " · ".join(words), "level": level}
