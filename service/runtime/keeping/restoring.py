"""Restore: everything is read and judged beside its place, and only then put there, the database last."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from service.errors import Conflict, FieldError, InvalidInput
from service.runtime.keeping import anchoring, upgrading, verifying
from service.runtime.keeping.backup import DATABASE, FILES, KEY, Manifest, cited, read_manifest, sha256_of
from service.runtime.keeping.verifying import VerifyReport
from service.runtime.wiring import open_application
from service.settings import Settings, write_secret
from service.store import dump
from service.store.db import Database
from service.wording import Text

_STAGE = ".restoring"


def restore(settings: Settings, folder: Path, *, without_missing: bool = False) -> VerifyReport:
    """Fill the empty database and data folder of `settings` from a backup, and verify the audit record.

    Conflict when the database is not empty; InvalidInput when the folder is no backup for this kind of
    database, or anything in it is damaged or missing: then nothing was put in place. `without_missing`: files
    that are not there are done without, and reported. Problems of the record are reported, not raised.
    """
    manifest = read_manifest(folder)
    _require_whole(manifest, folder, settings)
    missing = _faults(folder / FILES, manifest.attachments or {})
    if missing and not without_missing:
        raise _lacking(folder, missing)
    if manifest.has_key:
        settings = replace(settings, secret_key=(folder / KEY).read_text(encoding="ascii").strip())
    _require_empty(settings)
    with _stage(settings) as stage:
        files = stage / FILES
        _copy(folder / FILES, files, without=missing)
        with _loaded(settings, stage, folder / DATABASE) as staged:
            report = _judged(staged, manifest, folder, without_missing=without_missing)
            _put_files(files, settings.attachments)
            if manifest.has_key:
                write_secret(settings.data / KEY, settings.secret_key)
    return report


def _require_whole(manifest: Manifest, folder: Path, settings: Settings) -> None:
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.database != kind:
        raise InvalidInput(
            Text(
                "The backup is of {database}, the database to fill is {kind}.",
                database=manifest.database,
                kind=kind,
            )
        )
    wanted = [DATABASE, *([KEY] if manifest.has_key else [])]
    for name in wanted:
        if not (folder / name).is_file():
            raise InvalidInput(
                Text("{folder} is not a complete backup: it has no {name}.", folder=str(folder), name=name)
            )
    if sha256_of(folder / DATABASE) != manifest.database_sha256:
        raise InvalidInput("The backup's database is damaged: its checksum differs. Take another backup.")


def _faults(source: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return which of these files are missing or damaged: address to what is wrong."""
    found: dict[str, str] = {}
    for sha256, name in wanted.items():
        path = source / sha256[:2] / sha256
        if not path.is_file():
            found[sha256] = Text("{name} is missing", name=name)
        elif sha256_of(path) != sha256:
            found[sha256] = Text("{name} is damaged", name=name)
    return found


def _lacking(folder: Path, faults: Mapping[str, str]) -> InvalidInput:
    errors = [FieldError(f"{FILES}/{sha256[:2]}/{sha256}", what) for sha256, what in faults.items()]
    return InvalidInput(
        Text(
            "The backup is not whole: {count} of its files are missing or damaged. Nothing was restored. "
            "Put them into {folder} from another copy, named as below; or go on with --without-missing: then "
            "they cannot be opened any more, and every verification says so.",
            count=len(faults),
            folder=str(folder),
        ),
        errors=errors,
    )


def _require_empty(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        if not dump.is_empty(database):
            raise Conflict("The database is not empty: restore into a new one.")
    finally:
        database.close()


@contextmanager
def _stage(settings: Settings) -> Iterator[Path]:
    """Yield an empty folder beside the place of the files, gone afterwards: moving out of it is renaming."""
    stage = settings.data / _STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True, mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _copy(source: Path, target: Path, *, without: Mapping[str, str]) -> None:
    for path in source.glob("??/*"):
        if path.name in without:
            continue
        place = target / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        if sha256_of(place) != path.name:
            raise InvalidInput(
                Text("The backup's file {name} is damaged: its checksum differs.", name=path.name)
            )


@contextmanager
def _loaded(settings: Settings, stage: Path, dumped: Path) -> Iterator[Settings]:
    """Yield settings under which the dump can be judged; afterwards it is in its place, or not at all."""
    database = Database(settings.database_url)
    try:
        with dump.loading(database, dumped) as url:
            yield replace(settings, data=stage, database_url=url)
    finally:
        database.close()


def _judged(settings: Settings, manifest: Manifest, folder: Path, *, without_missing: bool) -> VerifyReport:
    app = open_application(settings)
    try:
        upgrading.upgrade(app)
        with app.db.read() as session:
            missing = _faults(settings.attachments, cited(session))
        if missing and not without_missing:
            raise _lacking(folder, missing)
        report = verifying.verify(app)
        return replace(report, problems=(*report.problems, *anchoring.missing(app, manifest.audit_ends)))
    finally:
        app.close()


def _put_files(source: Path, target: Path) -> None:
    for path in sorted(source.glob("??/*")):
        place = target / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
