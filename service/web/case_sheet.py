"""The list of cases as a workbook: what the list shows, no cell of which is ever run as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook

from service.engine.case.schema import Fact
from service.runtime.cases import heads, instances
from service.runtime.cases.seeking import Sought
from service.runtime.cases.views import InstanceSummary
from service.runtime.step.context import Actor, Application
from service.runtime.step.sheets import plain_cell
from service.web import case_facts, formatting, people
from service.web.labels import label_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 5000
_PAGE = 200


def workbook(app: Application, actor: Actor, sought: Sought, *, leading: bool) -> bytes:
    """Return the cases the actor sees and that are sought, the newest first and no more than MOST of them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Campaigns"))
    facts = _facts(app)
    sheet.append(
        [
            *(_("Number"), _("Campaign name"), _("Process"), _("State"), _("Applicant"), _("Department")),
            *(plain_cell(label_of(fact)) for fact in facts),
            *(_("Started"), _("Ended"), _("Waits for"), _("Problems")),
        ]
    )
    for page in _found(app, actor, sought, leading):
        people.remember(each.applicant for each in page)
        known = heads.of(app, actor, [each.business_key or "" for each in page if each.leads])
        for each in page:
            head = known.get(each.business_key or "") if each.leads else None
            values = {one.fact.name: one.value for one in head.facts} if head else {}
            sheet.append([*_cells(each, [_value(fact, values.get(fact.name)) for fact in facts])])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _facts(app: Application) -> list[Fact]:
    """Return the facts that stand at the head of cases, by the live drawings."""
    case = app.live().model.case
    return [case.facts[name] for name in case.head if name in case.facts]


def _found(
    app: Application, actor: Actor, sought: Sought, leading: bool
) -> Iterator[Sequence[InstanceSummary]]:
    cursor, left = None, MOST
    while left > 0:
        page = instances.find(app, actor, sought, leading=leading, limit=min(_PAGE, left), cursor=cursor)
        yield page.items
        cursor, left = page.next, left - len(page.items)
        if cursor is None:
            return


def _cells(each: InstanceSummary, facts: Iterable[Any]) -> Iterable[Any]:
    about = (
        *(each.business_key, each.name, each.definition_name, formatting.outcome_name(each)),
        *(people.shown_name(each.applicant), each.department),
    )
    times = (formatting.moment(each.started_at), formatting.moment(each.ended_at) if each.ended_at else "")
    yield from (plain_cell(text or "") for text in about)
    yield from facts
    yield from (plain_cell(text) for text in (*times, "、".join(each.waits_for)))
    yield each.incidents


def _value(fact: Fact, value: Any) -> Any:
    """Return a fact as a cell: a number to reckon with, a day to sort by, anything else as people say it."""
    if value is None:
        return ""
    if type(value) in (int, Decimal, date):
        return value
    return plain_cell(case_facts.value_text(fact, value))
