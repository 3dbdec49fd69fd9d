"""The approval sheet of a case: a page to print, and the sealed PDF."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from service.runtime.keeping import certificates
from service.web import paper
from service.web.asking import application, me, signed_in_only
from service.web.download import as_download

blueprint = signed_in_only(Blueprint("sheets", __name__, url_prefix="/cases"))


@blueprint.get("/<instance_id>/approval-sheet")
def show(instance_id: str) -> str:
    """Show the sheet; with the `hash` of a paper it says whether that is still what was decided."""
    certificate = certificates.issue(application(), me(), instance_id)
    sheet = paper.sheet_of(application(), me(), certificate, _("Approval sheet"))
    asked = request.args.get("hash", "")
    code = paper.qr(sheet.link) if paper.has_extra() else None
    return render_template(
        "approval_sheet.html", sheet=sheet, instance_id=instance_id, asked=asked, code=code
    )


@blueprint.get("/<instance_id>/approval-sheet.pdf")
def download(instance_id: str) -> Response:
    """Hand out the sheet as a sealed PDF."""
    content = paper.pdf(application(), me(), instance_id, _("Approval sheet"))
    return as_download(content, f"{_('Approval sheet')}.pdf")
