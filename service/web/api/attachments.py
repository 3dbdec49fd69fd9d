"""Files that go with answers."""

from __future__ import annotations

from flask import send_file
from werkzeug.wrappers import Response

from service.runtime.cases import attachments
from service.runtime.cases.attachments import AttachmentView
from service.runtime.step.context import Actor, Application
from service.web.api import reading
from service.web.api.section import Content, Section

section = Section("Attachments")

_FILE = {"file": {"type": "string", "format": "binary"}}


@section.post("/attachments", returns=AttachmentView, status=201, files=_FILE, errors=(413, 415, 422))
def upload_attachment(app: Application, actor: Actor) -> AttachmentView:
    """Keep a file. Its id may then be an answer: one's own, or one of the same case."""
    file = reading.one_file()
    return attachments.upload(app, actor, file.stream, file.filename or "")


@section.get("/attachments/<attachment_id>", returns=Content("application/octet-stream"), errors=(404,))
def download_attachment(app: Application, actor: Actor, attachment_id: str) -> Response:
    """Return the file itself, always as a download."""
    view, path = attachments.path(app, actor, attachment_id)
    response = send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=view.name,
        etag=view.sha256,
        conditional=True,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@section.get("/attachments/<attachment_id>/about", returns=AttachmentView, errors=(404,))
def describe_attachment(app: Application, actor: Actor, attachment_id: str) -> AttachmentView:
    """Tell what is known of a file."""
    return attachments.get(app, actor, attachment_id)
