"""Backup under live traffic and restore: the database first, then the files it may cite."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from service.errors import Conflict, InvalidInput
from service.runtime.keeping import audit
from service.runtime.keeping.audit import VerifyReport
from service.runtime.step.context import Application
from service.runtime.wiring import open_application
from service.settings import Settings
from service.store import dump
from service.wording import Text

_MANIFEST = "manifest.json"
_DATABASE = "database.dump"
_FILES = "attachments"
_KEY = "secret_key"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `audit_ends` anchors the record: chain → [entries, last seal]."""

    created_at: str
    database: str
    database_sha256: str
    files: int
    has_key: bool
    audit_ends: dict[str, tuple[int, str]]


def backup(app: Application, folder: Path) -> Manifest:
    """Write a backup into a new or empty folder. Conflict when something is in it already.

    A generated secret key goes along, since the audit record cannot be verified without it: keep the
    folder as safe as the data folder. A key given by the environment does not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Conflict(Text("{folder} is not empty.", folder=str(folder)))
    os.chmod(folder, 0o700)
    # Taken before the dump: what was recorded by then must still be there after a restore.
    ends = audit.ends(app)
    dump.dump(app.db, folder / _DATABASE)
    manifest = Manifest(
        created_at=app.clock().isoformat(),
        database=app.db.url.get_backend_name(),
        database_sha256=_sha256(folder / _DATABASE),
        files=_copy_files(app, folder / _FILES),
        has_key=_copy_key(app.settings, folder),
        audit_ends=ends,
    )
    # Written last: a folder without it is not a backup.
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    return manifest


def restore(settings: Settings, folder: Path) -> VerifyReport:
    """Fill the empty database and data folder of `settings` from a backup, then verify the audit record.

    Conflict when they are not empty; InvalidInput when the folder is no backup for this kind of database,
    or its dump is damaged. Problems of the record are reported, not raised.
    """
    manifest = _read(folder, settings)
    if manifest.has_key:
        settings = replace(settings, secret_key=(folder / _KEY).read_text(encoding="ascii").strip())
    app = open_application(settings)
    try:
        dump.load(app.db, folder / _DATABASE)
        _restore_files(app, folder / _FILES)
        if manifest.has_key:
            _write_key(settings)
        app.db.migrate()
        report = audit.verify(app)
        return replace(report, problems=(*report.problems, *audit.missing(app, manifest.audit_ends)))
    finally:
        app.close()


def _read(folder: Path, settings: Settings) -> Manifest:
    path = folder / _MANIFEST
    if not path.is_file():
        raise InvalidInput(
            Text(
                "{folder} is not a complete backup: it has no {manifest}.",
                folder=str(folder),
                manifest=_MANIFEST,
            )
        )
    manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.database != kind:
        raise InvalidInput(
            Text(
                "The backup is of {database}, the database to fill is {kind}.",
                database=manifest.database,
                kind=kind,
            )
        )
    if _sha256(folder / _DATABASE) != manifest.database_sha256:
        raise InvalidInput("The backup's database is damaged: its checksum differs.")
    return manifest


def _copy_files(app: Application, target: Path) -> int:
    """Copy every stored file; one erased meanwhile is no longer wanted."""
    count = 0
    for sha256 in app.blobs.addresses():
        place = target / sha256[:2] / sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(app.blobs.folder / sha256[:2] / sha256, place)
        except FileNotFoundError:
            continue
        count += 1
    return count


def _restore_files(app: Application, source: Path) -> None:
    for path in source.glob("??/*"):
        with path.open("rb") as stream:
            stored = app.blobs.put(stream, limit_bytes=path.stat().st_size)
        if stored.sha256 != path.name:
            raise InvalidInput(
                Text("The backup's file {name} is damaged: its checksum differs.", name=path.name)
            )


def _copy_key(settings: Settings, folder: Path) -> bool:
    kept = settings.data / _KEY
    if not kept.is_file() or kept.read_text(encoding="ascii").strip() != settings.secret_key:
        return False
    _write_secret(folder / _KEY, settings.secret_key)
    return True


def _write_key(settings: Settings) -> None:
    _write_secret(settings.data / _KEY, settings.secret_key)


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
