from __future__ import annotations

import hashlib
import io
import json
import threading

import pytest
from sqlalchemy import func, select, text

from service.errors import Conflict, InvalidInput
from service.runtime.cases import attachments
from service.runtime.keeping import backup, restoring
from service.runtime.step import audit as written
from service.runtime.step.context import SYSTEM
from service.settings import Settings
from service.store import dump
from service.store.db import Database
from service.store.models import ProcessInstance
from tests.lacking import need_pg_dump
from tests.store.rows import add_instance

PDF = b"%PDF-1.7\n"


@pytest.fixture
def empty_url(request, database_url, tmp_path):
    """An empty database of the kind the application has."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'restored' / 'countersign.db'}"
    need_pg_dump()
    url = request.getfixturevalue("postgresql_url")
    return request.getfixturevalue("make_empty")(url)


@pytest.fixture
def make_empty():
    """Returns the URL of a new PostgreSQL database without tables; drops it afterwards."""
    import sqlalchemy as sa

    from tests.conftest import _on_server, _postgresql_url

    made = []

    def make(url):
        name = f"{sa.engine.make_url(url).database}_empty"
        _on_server(f'CREATE DATABASE "{name}"')
        made.append(name)
        return _postgresql_url(name)

    yield make
    for name in made:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def target(tmp_path, empty_url):
    """The settings of an installation with nothing in it, with the same key."""
    data = tmp_path / "restored"
    data.mkdir(exist_ok=True)
    return Settings(
        data=data, database_url=empty_url, queue_url="memory://", secret_key="a secret of the tests"
    )


def write_case(app):
    with app.db.begin() as session:
        instance = add_instance(session)
        for number in range(3):
            keys, now = app.audit_keys, app.clock()
            written.append(keys, session, instance, "task.completed", by="zhouheng", at=now, number=number)


def problems(report):
    """Return what is wrong, but for the deployment: `add_instance` puts it in behind the service's back."""
    return [each for each in report.problems if "the deployment" not in each.message]


def count(url):
    database = Database(url)
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(ProcessInstance))
    database.close()
    return found


def test_what_was_backed_up_comes_back_with_its_files_and_a_whole_record(any_app, target, tmp_path):
    write_case(any_app)
    file = attachments.upload(any_app, SYSTEM, io.BytesIO(PDF), "a.pdf")

    manifest = backup.backup(any_app, tmp_path / "backup")
    report = restoring.restore(target, tmp_path / "backup")

    assert (report.entries, problems(report)) == (3, [])
    assert manifest.files == 1
    assert count(target.database_url) == 1
    assert (target.attachments / file.sha256[:2] / file.sha256).read_bytes() == PDF


def test_a_backup_taken_under_live_writes_is_whole(any_app, target, tmp_path):
    write_case(any_app)
    stop = threading.Event()

    def keep_writing():
        while not stop.is_set():
            write_case(any_app)

    writers = [threading.Thread(target=keep_writing) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        backup.backup(any_app, tmp_path / "backup")
    finally:
        stop.set()
        for writer in writers:
            writer.join()

    report = restoring.restore(target, tmp_path / "backup")

    assert problems(report) == []
    assert report.entries == 3 * count(target.database_url)


def test_a_database_with_something_in_it_is_not_overwritten(any_app, database_url, tmp_path):
    write_case(any_app)
    backup.backup(any_app, tmp_path / "backup")

    with pytest.raises(Conflict):
        restoring.restore(any_app.settings, tmp_path / "backup")
    assert count(database_url) == 1


def test_a_folder_with_something_in_it_is_not_overwritten(app, tmp_path):
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine.txt").write_text("x")

    with pytest.raises(Conflict):
        backup.backup(app, tmp_path / "backup")


def test_tampering_before_the_backup_is_reported_at_restore(any_app, target, tmp_path):
    write_case(any_app)
    with any_app.db.begin() as session:
        session.execute(text("UPDATE audit_entry SET actor = 'ouwen' WHERE seq = 2"))
    backup.backup(any_app, tmp_path / "backup")

    report = restoring.restore(target, tmp_path / "backup")

    assert [(problem.seq, problem.message) for problem in problems(report)] == [(2, "the entry was changed")]


@pytest.mark.parametrize("name", ["manifest.json", "database.dump"])
def test_an_incomplete_backup_is_refused_before_anything_is_written(app, target, tmp_path, name):
    backup.backup(app, tmp_path / "backup")
    (tmp_path / "backup" / name).write_bytes(b"")
    if name == "manifest.json":
        (tmp_path / "backup" / name).unlink()

    with pytest.raises(InvalidInput):
        restoring.restore(target, tmp_path / "backup")
    assert dump.is_empty(Database(target.database_url))


def only_file(folder):
    [path] = (folder / "attachments").glob("??/*")
    return path


def nothing_restored(settings):
    """Say whether an installation is as empty as it was before a restore."""
    left = [path for path in settings.data.rglob("*") if path.is_file() and path.suffix != ".db"]
    return dump.is_empty(Database(settings.database_url)) and not left


DAMAGE = {
    "a file is gone": lambda folder: only_file(folder).unlink(),
    "a file is cut off": lambda folder: only_file(folder).write_bytes(PDF[:4]),
    "a file has other bytes": lambda folder: only_file(folder).write_bytes(b"other"),
    "the database is cut off": lambda folder: cut(folder / "database.dump"),
    "a byte of the database flipped": lambda folder: flip(folder / "database.dump"),
    "the database is gone": lambda folder: (folder / "database.dump").unlink(),
    "the manifest is no JSON": lambda folder: (folder / "manifest.json").write_text("{"),
    "the manifest is a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "the manifest lacks a key": lambda folder: (folder / "manifest.json").write_text('{"files": 1}'),
    "the manifest has other kinds": lambda folder: change(folder, audit_ends=7),
    "the manifest is not text": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe\x00"),
    "the manifest lists a file that never was": lambda folder: change(folder, attachments={"ab" * 32: "x"}),
    "the files are not listed, and gone": lambda folder: (
        only_file(folder).unlink(),
        change(folder, attachments=None),
    ),
    "the key is gone": lambda folder: change(folder, has_key=True),
}


def cut(path):
    path.write_bytes(path.read_bytes()[:-512])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def change(folder, **values):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_backup_is_refused_before_anything_is_put_in_place(any_app, target, tmp_path, name):
    attachments.upload(any_app, SYSTEM, io.BytesIO(PDF), "风险评估.pdf")
    backup.backup(any_app, tmp_path / "backup")

    DAMAGE[name](tmp_path / "backup")

    with pytest.raises(InvalidInput):
        restoring.restore(target, tmp_path / "backup")
    assert nothing_restored(target)


def test_a_dump_that_only_its_own_program_knows_to_be_damaged_is_refused_too(any_app, target, tmp_path):
    write_case(any_app)
    folder = tmp_path / "backup"
    backup.backup(any_app, folder)
    cut(folder / "database.dump")
    change(folder, database_sha256=hashlib.sha256((folder / "database.dump").read_bytes()).hexdigest())

    with pytest.raises(dump.DumpFailed):
        restoring.restore(target, folder)
    assert nothing_restored(target)


def test_what_a_backup_lacks_is_named_and_can_be_done_without(any_app, target, tmp_path):
    file = attachments.upload(any_app, SYSTEM, io.BytesIO(PDF), "风险评估.pdf")
    backup.backup(any_app, tmp_path / "backup")
    only_file(tmp_path / "backup").unlink()

    with pytest.raises(InvalidInput) as refused:
        restoring.restore(target, tmp_path / "backup")
    restoring.restore(target, tmp_path / "backup", without_missing=True)

    [named] = refused.value.errors
    assert named.path.endswith(file.sha256)
    assert named.message == "风险评估.pdf is missing"
    assert "--without-missing" in refused.value.message
    assert not dump.is_empty(Database(target.database_url))


def test_a_backup_says_which_files_the_service_itself_has_lost(any_app, target, tmp_path):
    gone = attachments.upload(any_app, SYSTEM, io.BytesIO(PDF), "报告.pdf")
    kept = attachments.upload(any_app, SYSTEM, io.BytesIO(PDF + b"2"), "另一份.pdf")
    any_app.blobs.path(gone.sha256).write_bytes(b"rotten")

    manifest = backup.backup(any_app, tmp_path / "backup")

    assert manifest.lacking == {gone.sha256: "报告.pdf"}
    assert only_file(tmp_path / "backup").name == kept.sha256
    with pytest.raises(InvalidInput):
        restoring.restore(target, tmp_path / "backup")


def test_a_backup_of_the_first_release_is_restored(any_app, target, tmp_path):
    attachments.upload(any_app, SYSTEM, io.BytesIO(PDF), "a.pdf")
    folder = tmp_path / "backup"
    backup.backup(any_app, folder)
    old = json.loads((folder / "manifest.json").read_text())
    del old["attachments"], old["lacking"]
    (folder / "manifest.json").write_text(json.dumps(old))

    restoring.restore(target, folder)

    assert only_file(target.data).read_bytes() == PDF


def test_a_generated_key_travels_with_the_backup_so_that_the_record_still_verifies(app, tmp_path):
    (app.settings.data / "secret_key").write_text(app.settings.secret_key)
    write_case(app)
    backup.backup(app, tmp_path / "backup")
    data = tmp_path / "restored"
    data.mkdir()
    (data / "secret_key").write_text("generated at the first start")
    target = Settings(
        data=data,
        database_url=f"sqlite:///{data}/a.db",
        queue_url="memory://",
        secret_key="generated at the first start",
    )

    report = restoring.restore(target, tmp_path / "backup")

    assert problems(report) == []
    assert (data / "secret_key").read_text() == app.settings.secret_key
    assert (data / "secret_key").stat().st_mode & 0o077 == 0
