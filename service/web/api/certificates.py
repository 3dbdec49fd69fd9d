"""Paper that can be verified: the certificate of a case, and its approval sheet."""

from __future__ import annotations

from flask import Response, json, request
from flask_babel import gettext as _

from service.runtime.keeping import certificates
from service.runtime.step.context import Actor, Application
from service.web import paper
from service.web.api.section import Content, Section

section = Section("Certificates")

_PDF = "application/pdf"


@section.get(
    "/process-instances/<instance_id>/certificate", returns=Content("application/json"), errors=(404, 501)
)
def get_certificate(app: Application, actor: Actor, instance_id: str) -> Response:
    """Certify what was decided: JSON, or PDF by `Accept: application/pdf`; both for `countersign verify`."""
    if request.accept_mimetypes.best_match(("application/json", _PDF), "application/json") == _PDF:
        return _file(paper.pdf(app, actor, instance_id, _("Certificate of approval"), rounds=False), _PDF)
    issued = certificates.issue(app, actor, instance_id)
    return _file(json.dumps(issued, ensure_ascii=False, indent=2).encode(), "application/json")


@section.get("/process-instances/<instance_id>/approval-sheet.pdf", returns=Content(_PDF), errors=(404, 501))
def get_approval_sheet(app: Application, actor: Actor, instance_id: str) -> Response:
    """Return the approval sheet: who concluded what, for whom, when, and what changed between the rounds."""
    return _file(paper.pdf(app, actor, instance_id, _("Approval sheet")), _PDF)


def _file(content: bytes, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
