"""The list of cases as a workbook: what the list shows, no cell of which is ever run as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook

from service.runtime.cases import instances
from service.runtime.cases.seeking import Sought
from service.runtime.cases.views import InstanceSummary
from service.runtime.step.context import Actor, Application
from service.runtime.step.sheets import plain_cell
from service.web import formatting

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 5000
_PAGE = 200


def workbook(app: Application, actor: Actor, sought: Sought, *, leading: bool) -> bytes:
    """Return the cases the actor sees and that are sought, the newest first and no more than MOST of them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Campaigns"))
    heads = (
        *(_("Number"), _("Name"), _("Process"), _("State"), _("Applicant"), _("Department")),
        *(_("Started"), _("Ended"), _("Waits for"), _("Problems")),
    )
    sheet.append([*heads])
    for each in _found(app, actor, sought, leading):
        sheet.append([*_cells(each)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _found(app: Application, actor: Actor, sought: Sought, leading: bool) -> Iterator[InstanceSummary]:
    cursor, left = None, MOST
    while left > 0:
        page = instances.find(app, actor, sought, leading=leading, limit=min(_PAGE, left), cursor=cursor)
        yield from page.items
        cursor, left = page.next, left - len(page.items)
        if cursor is None:
            return


def _cells(each: InstanceSummary) -> Iterable[Any]:
    texts = (
        *(each.business_key, each.name, each.definition_name, formatting.outcome_name(each)),
        *(each.applicant, each.department, formatting.moment(each.started_at)),
        *(formatting.moment(each.ended_at) if each.ended_at else "", "、".join(each.waits_for)),
    )
    yield from (plain_cell(text or "") for text in texts)
    yield each.incidents
