"""What nobody sends by accident is refused by name, and costs little."""

from __future__ import annotations

import base64
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from service.errors import InvalidInput, UnsupportedType
from service.runtime.cases import attachments, instances
from service.runtime.keeping import audit
from service.runtime.step.context import SYSTEM
from service.settings import Settings
from service.store import cursor
from service.store.models import IdempotencyKey
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


@pytest.mark.parametrize("depth", [65, 900, 100_000])
@pytest.mark.parametrize("shape", ["[", '{"a":'])
def test_json_nested_without_end_is_refused(started, legal_task, client_for, depth, shape):
    body = '{"version": 1, "answers": ' + shape * depth + "1" + ("]" if shape == "[" else "}") * depth + "}"

    for path in (f"/tasks/{legal_task['id']}/complete", "/decisions/x/evaluate", "/messages/hello"):
        answer = client_for("admin").http.post(
            "/api/v1" + path,
            data=body,
            content_type="application/json",
            headers=client_for("admin").headers,
        )
        assert answer.status_code == 400, answer.data


FORGED = [
    [10**30],
    [-1],
    ["\x00"],
    ["\ud800"],
    ["0001-01-01T00:00:00+23:59", "a"],
    ["9999-12-31T23:59:59-23:59", "a"],
    ["2026-01-01T00:00:00", "a"],
    [True],
    [None],
    {},
    7,
    [[["a"]]],
]


@pytest.mark.parametrize(
    "path", ["/deployments", "/process-instances", "/tasks", "/notifications", "/incidents"]
)
@pytest.mark.parametrize("parts", FORGED)
def test_a_forged_cursor_is_refused(started, client_for, path, parts):
    text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()

    assert client_for("admin").get(path, cursor=text).status_code == 422


@pytest.mark.parametrize("text", ["[" * 400, "[" * 100_000, "%", "é", "A" * 10_000])
def test_a_cursor_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput):
        cursor.decode(base64.urlsafe_b64encode(text.encode()).decode(), str)
    with pytest.raises(InvalidInput):
        cursor.decode(text, str)


def archive(entries):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for number in range(entries):
            made.writestr(f"{number}", b"")
    content.seek(0)
    return content


def test_an_archive_of_sixty_thousand_entries_is_refused_and_not_kept(app):
    with pytest.raises(UnsupportedType, match="entries"):
        attachments.upload(app, SYSTEM, archive(60_000), "many.zip")

    assert list(app.blobs.addresses()) == []


def test_an_ordinary_archive_is_accepted(app):
    assert attachments.upload(app, SYSTEM, archive(20), "few.zip").media_type == "application/zip"


KEYS = [
    " ",
    "\u3000",
    " HD-1",
    "HD-1 ",
    "HD\n1",
    "HD\t1",
    "HD\x001",
    "HD\u202e1",
    "HD\u200b1",
    "HD\u2066x\u2069",
    "\u2028",
    "x" * 101,
]


@pytest.mark.parametrize("key", KEYS)
def test_a_number_that_nobody_can_read_out_is_refused(app, review, client_for, key):
    answer = client_for("linyue").post("/process-definitions/review/start", {"business_key": key})

    assert answer.status_code in (400, 422)
    with pytest.raises(InvalidInput):
        instances.start(app, SYSTEM, "review", business_key=key)


def test_a_number_in_any_script_is_accepted(review, client_for):
    answer = client_for("linyue").post(
        "/process-definitions/review/start", {"business_key": "HD 2026-双11 №7"}
    )

    assert answer.status_code == 201


def test_nobody_starts_a_phase_that_is_only_called(deploy, client_for):
    drawn = chain("phase", d.user("check"))
    marked = drawn["phase.bpmn"].replace(
        b'isExecutable="true"', b'isExecutable="true" camunda:isStartableInTasklist="false"', 1
    )
    deploy({**drawn, "phase.bpmn": marked})

    assert client_for("admin").post("/process-definitions/phase/start").status_code == 403
    assert client_for("linyue").post("/process-definitions/phase/start").status_code == 403


def test_what_a_message_says_stands_in_the_audit(app, started, client_for):
    client_for("admin").post(f"/process-instances/{started}/messages/hello", {"payload": {"total": 7}})

    last = audit.entries(app, SYSTEM, started)[-1]
    assert (last.action, last.facts["payload"]) == ("message.received", {"total": 7})


def test_a_new_token_is_nowhere_in_clear_even_when_its_request_may_be_repeated(app, cast, client_for):
    linyue = client_for("linyue")
    made = linyue.post("/tokens", {"title": "script"}, key="k")
    again = linyue.post("/tokens", {"title": "script"}, key="k")

    with app.db.read() as session:
        kept = session.scalars(select(IdempotencyKey)).all()
    assert made.status_code == 201
    assert again.status_code == 409
    assert "secret" in again.json["detail"]
    assert not [row for row in kept if row.body]


def test_only_the_owner_reads_database_and_data_folder(tmp_path):
    from service import jobs
    from service.runtime.wiring import open_application

    settings = Settings.from_env({"COUNTERSIGN_DATA": str(tmp_path / "data")})
    app = open_application(settings)
    app.db.migrate()
    jobs.make_queue(settings)
    app.close()

    open_to_others = {
        path.name for path in settings.data.rglob("*") if path.is_file() and path.stat().st_mode & 0o077
    }
    assert open_to_others == set()
    assert settings.data.stat().st_mode & 0o777 == 0o700
