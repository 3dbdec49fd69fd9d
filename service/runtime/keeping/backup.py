"""Backup under live traffic: the database first, then the files it cites, and both read again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import Conflict, InvalidInput, NotFound
from service.runtime.keeping import anchoring
from service.runtime.step.context import Application
from service.settings import Settings, write_secret
from service.store import dump
from service.store.blobs import BlobStore
from service.store.models import Attachment
from service.wording import Text

MANIFEST = "manifest.json"
DATABASE = "database.dump"
FILES = "attachments"
KEY = "secret_key"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    `audit_ends` anchors the record: chain → [entries, last seal]. `attachments`: the files the database
    cites, and how they are called there; backups of the first release do not list them. `lacking`: those of
    them that were not there to be copied, or had other bytes.
    """

    created_at: str
    database: str
    database_sha256: str
    files: int
    has_key: bool
    audit_ends: Mapping[str, tuple[int, str]]
    attachments: Mapping[str, str] | None = None
    lacking: Mapping[str, str] = field(default_factory=dict)


def backup(app: Application, folder: Path) -> Manifest:
    """Write a backup into a new or empty folder. Conflict when something is in it already.

    A generated secret key goes along, since the audit record cannot be verified without it: keep the
    folder as safe as the data folder. A key given by the environment does not. What was written is read
    again: `lacking` names the files that the service itself has no longer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Conflict(Text("{folder} is not empty.", folder=str(folder)))
    os.chmod(folder, 0o700)
    # Taken before the dump: what was recorded by then must still be there after a restore.
    ends = anchoring.ends(app)
    dump.dump(app.db, folder / DATABASE)
    dump.require_readable(app.db, folder / DATABASE)
    with app.db.read() as session:
        wanted = cited(session)
    lacking = _copy_files(app.blobs, folder / FILES, wanted)
    manifest = Manifest(
        created_at=app.clock().isoformat(),
        database=app.db.url.get_backend_name(),
        database_sha256=sha256_of(folder / DATABASE),
        files=len(wanted) - len(lacking),
        has_key=_copy_key(app.settings, folder),
        audit_ends=ends,
        attachments=wanted,
        lacking=lacking,
    )
    # Written last: a folder without it is not a backup.
    _write(folder / MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Return what a backup says it holds. InvalidInput when the folder is no complete backup."""
    path = folder / MANIFEST
    if not path.is_file():
        raise InvalidInput(
            Text("{folder} is not a complete backup: it has no {name}.", folder=str(folder), name=MANIFEST)
        )
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = {each.name for each in fields(Manifest)}
        manifest = Manifest(**{name: content[name] for name in content if name in known})
        _require_kinds(manifest)
    except (ValueError, TypeError, AttributeError, OSError, RecursionError) as exc:
        raise InvalidInput(
            Text("{path} is damaged: {reason}. Take another backup.", path=str(path), reason=str(exc))
        ) from exc
    return manifest


def cited(session: Session) -> dict[str, str]:
    """Return the files a database cites: address to name."""
    query = select(Attachment.sha256, Attachment.name).where(Attachment.erased_at.is_(None))
    return {sha256: name for sha256, name in session.execute(query.order_by(Attachment.id.desc()))}


def sha256_of(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_kinds(manifest: Manifest) -> None:
    texts = (manifest.created_at, manifest.database, manifest.database_sha256)
    ends = manifest.audit_ends.values()
    if not all(isinstance(text, str) for text in texts) or not isinstance(manifest.has_key, bool):
        raise ValueError("it does not say what it holds")
    if not all(len(end) == 2 and isinstance(end[0], int) and isinstance(end[1], str) for end in ends):
        raise ValueError("the ends of the audit record are not readable")
    for files in (manifest.attachments or {}, manifest.lacking):
        if not all(isinstance(name, str) for name in files.values()):
            raise ValueError("the list of files is not readable")


def _copy_files(blobs: BlobStore, target: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    """Copy these files; return those that are missing or have other bytes than they should."""
    copies = BlobStore(target)
    lacking = {}
    for sha256, name in wanted.items():
        try:
            path = blobs.path(sha256)
            with path.open("rb") as stream:
                stored = copies.put(stream, limit_bytes=path.stat().st_size)
        except (NotFound, FileNotFoundError):
            lacking[sha256] = name
            continue
        if stored.sha256 != sha256 or sha256_of(copies.path(stored.sha256)) != sha256:
            copies.remove(stored.sha256)
            lacking[sha256] = name
    return lacking


def _copy_key(settings: Settings, folder: Path) -> bool:
    kept = settings.data / KEY
    if not kept.is_file() or kept.read_text(encoding="ascii").strip() != settings.secret_key:
        return False
    write_secret(folder / KEY, settings.secret_key)
    return True


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
