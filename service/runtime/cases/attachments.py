"""Uploaded files: kept once, bound to the case they are handed in with, shown only to those who see it."""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile

import filetype
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.engine.progress import Progress
from service.errors import FieldError, InvalidAnswers, InvalidInput, NotFound, UnsupportedType
from service.runtime.identity import visibility
from service.runtime.identity.rights import may
from service.runtime.step.context import Actor, Application
from service.runtime.step.step import Step
from service.runtime.step.views import View
from service.store.covering import AsRow
from service.store.models import Attachment, AttachmentUse, ProcessInstance
from service.store.writing import upsert
from service.wording import Text

_OFFICE = "application/vnd.openxmlformats-officedocument."
ACCEPTED = frozenset(
    {
        "application/pdf",
        "application/zip",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
        "image/tiff",
        "image/heic",
        "video/mp4",
        "text/plain",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{_OFFICE}spreadsheetml.sheet",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}presentationml.presentation",
    }
)
_OFFICE_PARTS = {
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""Begins the documents of older Office and of WPS, and other things too: an installer, for one."""
_OLE_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = ("<svg", "<html", "<!doctype", "<?xml", "<script")
_NAME_LENGTH = 200
_ZIP_ENTRY = b"PK\x01\x02"
"""Begins every entry in the directory of a zip: counting them costs nothing, reading them all does."""
_MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class AttachmentView(View):
    """An uploaded file. `instance_id` is the first case it was handed in with, None until then."""

    id: str
    sha256: str
    name: str
    size: int
    media_type: str
    uploaded_by: str
    uploaded_at: datetime
    instance_id: str | None


def upload(app: Application, actor: Actor, stream: IO[bytes], name: str) -> AttachmentView:
    """Keep a file. TooLarge, UnsupportedType (by its bytes, not its name), InvalidInput for a bad name."""
    clean = _clean_name(name)
    blob = app.blobs.put(stream, limit_bytes=app.settings.upload_bytes)
    try:
        media_type = _accepted(blob.head, app.blobs.path(blob.sha256))
    except UnsupportedType:
        # Nobody cites these bytes: the same bytes were never accepted before.
        app.blobs.remove(blob.sha256)
        raise
    row = Attachment(
        sha256=blob.sha256,
        name=clean,
        size_bytes=blob.size_bytes,
        media_type=media_type,
        uploaded_by=actor.name,
        uploaded_at=app.clock(),
    )
    with app.db.begin() as session:
        session.add(row)
    return _view(row, None)


def get(app: Application, actor: Actor, attachment_id: str) -> AttachmentView:
    """Return what is known of a file. NotFound unless its uploader or somebody who sees its case asks."""
    with app.db.read() as session:
        row = session.get(Attachment, attachment_id)
        if row is None or not _may_read(session, actor, row):
            raise NotFound(attachment=attachment_id)
        return views(session, [attachment_id])[attachment_id]


def path(app: Application, actor: Actor, attachment_id: str) -> tuple[AttachmentView, Path]:
    """Return the file and where its bytes lie. NotFound as in `get`, and when the bytes were erased."""
    shown = get(app, actor, attachment_id)
    return shown, app.blobs.path(shown.sha256)


def decide(step: Step, progress: Progress | None) -> None:
    """Look at the files named by the answers of this step. InvalidAnswers for someone else's."""
    for path, ids in step.files:
        for attachment_id in dict.fromkeys(ids):
            row = step.session.get(Attachment, attachment_id)
            if row is None or not _may_hand_in(step, row):
                raise InvalidAnswers(errors=[FieldError(path, "this file is not yours to hand in")])
            step.cover("attachment", AsRow(row))


def write(step: Step, progress: Progress | None) -> None:
    """Bind the files named by the answers of this step to its case."""
    case = {"instance_id": step.instance.id, "business_key": step.instance.business_key}
    for attachment_id in dict.fromkeys(chain.from_iterable(ids for _, ids in step.files)):
        step.session.execute(
            upsert(step.session, AttachmentUse).on_conflict_do_nothing(),
            {"attachment_id": attachment_id, **case},
        )


def views(session: Session, ids: Iterable[str]) -> dict[str, AttachmentView]:
    """Return the known ones of these files by id."""
    first_use = func.min(AttachmentUse.instance_id)
    rows = session.execute(
        select(Attachment, first_use)
        .outerjoin(AttachmentUse, AttachmentUse.attachment_id == Attachment.id)
        .where(Attachment.id.in_(tuple(ids)))
        .group_by(Attachment.id)
    )
    return {row.id: _view(row, instance_id) for row, instance_id in rows}


def _view(row: Attachment, instance_id: str | None) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        sha256=row.sha256,
        name=row.name,
        size=row.size_bytes,
        media_type=row.media_type,
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
        instance_id=instance_id,
    )


def _may_read(session: Session, actor: Actor, row: Attachment) -> bool:
    if row.erased_at is not None:
        return False
    if row.uploaded_by == actor.name or may(actor, "case.see_all"):
        return True
    query = select(ProcessInstance.id).join(AttachmentUse, AttachmentUse.instance_id == ProcessInstance.id)
    query = query.where(AttachmentUse.attachment_id == row.id, visibility.condition(actor))
    return session.scalars(query.limit(1)).first() is not None


def _may_hand_in(step: Step, row: Attachment) -> bool:
    """Say whether a file was uploaded by who acts, or belongs to the same case already."""
    if row.erased_at is not None:
        return False
    if row.uploaded_by == step.actor.name:
        return True
    # Diagrams of one campaign that run on their own share its business key.
    same_case = AttachmentUse.business_key == step.instance.business_key
    query = select(AttachmentUse.attachment_id).where(AttachmentUse.attachment_id == row.id, same_case)
    return step.session.scalars(query.limit(1)).first() is not None


def _clean_name(name: str) -> str:
    """Return the last part of a file name as people see it, without control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(letter for letter in last if letter.isprintable()).strip()
    if not clean or len(clean) > _NAME_LENGTH:
        raise InvalidInput(
            errors=[
                FieldError(
                    "file", Text("a file name of 1 to {name_length} characters", name_length=_NAME_LENGTH)
                )
            ]
        )
    return clean


def _accepted(head: bytes, file: Path) -> str:
    media_type = _media_type(head, file)
    if media_type not in ACCEPTED:
        raise UnsupportedType(
            "Accepted are PDF, images, MP4, text, CSV, ZIP and documents of Office and WPS."
            " Pack what is in RAR or 7Z as ZIP."
        )
    return media_type


def _media_type(head: bytes, file: Path) -> str | None:
    if head.startswith(_OLE):
        return _inside_ole(file)
    kind = filetype.guess_mime(head)
    if kind == "application/zip":
        return _inside_zip(file)
    if kind is not None or not head:
        return kind
    return "text/plain" if _is_text(head) else None


def _inside_zip(file: Path) -> str | None:
    """Return the Office type of a zip by the part every such document has, or that it is a plain zip."""
    content = file.read_bytes()
    if content.count(_ZIP_ENTRY) > _MOST_ENTRIES:
        raise UnsupportedType(Text("An archive may have up to {most} entries.", most=_MOST_ENTRIES))
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (BadZipFile, ValueError, NotImplementedError):
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), "application/zip")


def _inside_ole(file: Path) -> str | None:
    """Return what an OLE file is by the stream that every such document has, named in its directory."""
    content = file.read_bytes()
    names = ((f"{name}\0".encode("utf-16-le"), kind) for name, kind in _OLE_STREAMS.items())
    return next((kind for name, kind in names if name in content), None)


def _is_text(head: bytes) -> bool:
    """Say whether these bytes are text in an encoding that offices here use, and nothing a browser runs."""
    text = next(filter(None, (_decoded(head, encoding) for encoding in _encodings(head))), "")
    # Markup runs in a browser when opened; as a document it has no place here.
    is_markup = text.lstrip("\ufeff \t\r\n").lower().startswith(_MARKUP)
    return bool(text) and not is_markup and not _CONTROL.search(text)


def _encodings(head: bytes) -> tuple[str, ...]:
    return ("utf-16",) if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ("utf-8", "gb18030")


def _decoded(head: bytes, encoding: str) -> str | None:
    """Return the text of the head, which may end within a character."""
    try:
        return getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
