"""The database goes away, or its disk is full: a clear answer now, and the next one works."""

from __future__ import annotations

import io
import logging
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service import cli, jobs
from service.app import create_app
from service.errors import Unavailable
from service.runtime import identity
from service.runtime.cases import attachments
from service.runtime.effects import outbox
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from service.settings import Settings
from service.store.blobs import BlobStore
from service.store.models import Outbox, ProcessInstance, Timer
from tests.api.client import Client
from tests.conftest import POSTGRESQL
from tests.engine import diagrams as d
from tests.resilience.conftest import on_every_connection, refusing
from tests.runtime.drawings import chain, review, sending

AGREED = {"conclusion": "同意", "opinion": "没有问题"}


def client(company, name="zhouheng"):
    token = identity.create_token(company.app, SYSTEM, name).token
    return Client(create_app(company.app.settings, application=company.app), token)


def test_while_the_database_is_away_requests_are_answered_503_and_the_next_one_works(postgres_company):
    company = postgres_company
    company.deploy(review())
    task = company.task(company.start("review"), "legal_review")
    http = client(company)
    body = {"version": task.version, "answers": AGREED}

    with refusing(company.app.settings.database_url):
        answers = [http.post(f"/tasks/{task.id}/complete", body) for _ in range(2)]
        page = http.http.get("/tasks", headers={**http.headers, "Accept": "text/html"})
        health = http.http.get("/healthz")
        ready = http.http.get("/readyz")
        figures = http.http.get("/metrics")

    for answer in answers:
        assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
        assert "try again" in answer.json["detail"]
        assert answer.headers["Retry-After"] == "5"
    assert page.status_code == 503
    assert "Traceback" not in page.text
    assert (health.status_code, ready.status_code) == (200, 503)
    assert "countersign_database_up 0.0" in figures.text
    assert http.post(f"/tasks/{task.id}/complete", body).status_code == 200
    assert verifying.verify(company.app).problems == ()


def test_a_step_whose_connection_is_cut_in_the_middle_has_not_happened(postgres_company, monkeypatch):
    company = postgres_company
    company.deploy(review())
    case = company.start("review")
    task = company.task(case, "legal_review")
    before = company.get(case)
    from service.runtime.step import saving

    save = saving.save

    def cut(step):
        save(step)
        with refusing(company.app.settings.database_url):
            step.session.flush()

    monkeypatch.setattr(saving, "save", cut)
    with pytest.raises(Unavailable):
        user_tasks.complete(company.app, company.cast.zhouheng, task.id, task.version, AGREED)
    monkeypatch.setattr(saving, "save", save)

    assert company.get(case) == before
    user_tasks.complete(company.app, company.cast.zhouheng, task.id, task.version, AGREED)
    assert company.active(case) == ["finance_confirm"]


def test_a_worker_without_its_database_counts_no_attempt_and_goes_on_by_itself(postgres_company, clock):
    company = postgres_company
    company.deploy(sending())
    company.start("p")
    with company.app.db.read() as session:
        [row] = session.scalars(select(Outbox.id))

    with refusing(company.app.settings.database_url):
        for _ in range(outbox.MAX_ATTEMPTS + 1):
            with pytest.raises(Unavailable):
                outbox.dispatch(company.app, row)

    with company.app.db.read() as session:
        assert session.get(Outbox, row).attempts == 0
    assert company.run_due() == 1


def test_timers_found_by_the_queue_while_the_database_is_away_fire_later(postgres_company, clock):
    company = postgres_company
    company.deploy(chain("p", d.catch("pause", d.timer("duration", "PT1H")), d.user("review")))
    case = company.start("p")
    clock.forward(hours=1)
    attached = jobs.attach(company.app)

    with refusing(company.app.settings.database_url):
        attached._wake(case.id)
        attached._sweep()

    assert timers.sweep(company.app) == 1
    with company.app.db.read() as session:
        assert session.get(Timer, case.id).attempts == 0
    attached._wake(case.id)
    assert company.active(case) == ["review"]


def test_embedded_workers_outlive_a_database_that_was_away(postgres_company, caplog):
    company = postgres_company
    company.deploy(sending())
    company.app.clock = lambda: datetime.now(UTC)
    attached = jobs.attach(company.app)
    attached.start_embedded()
    try:
        with caplog.at_level(logging.CRITICAL), refusing(company.app.settings.database_url):
            attached.send("deliver", "0" * 32, company.app.clock())
            time.sleep(0.5)
        company.start("p")
        until = time.monotonic() + 10
        begun = []
        while not begun and time.monotonic() < until:
            time.sleep(0.05)
            with company.app.db.read() as session:
                query = select(ProcessInstance.applicant).where(ProcessInstance.definition == "q")
                begun = session.scalars(query).all()
    finally:
        attached.stop()

    assert begun == ["linyue"]


def test_commands_say_in_a_line_that_the_database_does_not_answer(
    postgres_company, monkeypatch, tmp_path, capsys
):
    url = postgres_company.app.settings.database_url
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", url)
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path))

    with refusing(url):
        assert cli.main(["migrate-database"]) == 1

    assert capsys.readouterr().err.startswith("The database does not answer.")


@pytest.mark.usefixtures("_migrated_postgresql")
def test_a_database_without_tables_is_named_with_what_to_do(make_app, tmp_path):
    for url in (f"sqlite:///{tmp_path / 'empty.db'}", POSTGRESQL):
        web = create_app(make_app(url).settings, application=make_app(url)).test_client()

        answer = web.get("/readyz")

        assert (answer.status_code, "migrate-database" in answer.json["reason"]) == (503, True), url


def test_a_queue_that_does_not_answer_at_the_start_is_said_in_a_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    monkeypatch.setenv("COUNTERSIGN_QUEUE_URL", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path))

    assert cli.main(["worker"]) == 1

    assert capsys.readouterr().err.startswith("The queue does not answer.")


@pytest.mark.parametrize(
    "statement", ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"], ids=["read-only", "full"]
)
def test_a_disk_that_takes_nothing_more_is_said_and_reading_goes_on(company, statement):
    company.deploy(review())
    case = company.start("review")
    task = company.task(case, "legal_review")
    http = client(company)
    body = {"version": task.version, "answers": AGREED | {"opinion": "很长的意见" * 2000}}

    with on_every_connection(company.app, statement):
        refused = http.post(f"/tasks/{task.id}/complete", body)
        form = {"answers": "x"}
        page = http.http.post(f"/tasks/{task.id}", data=form, headers={**http.headers, "Accept": "text/html"})
        shown = http.get(f"/tasks/{task.id}")

    assert (refused.status_code, "full or read-only" in refused.json["detail"]) == (503, True)
    assert "Traceback" not in page.text
    assert shown.status_code == 200
    assert company.active(case) == ["legal_review"]
    assert http.post(f"/tasks/{task.id}/complete", body).status_code == 200
    assert verifying.verify(company.app).problems == ()


def test_a_folder_that_takes_no_file_is_said_and_leaves_no_row(company, tmp_path):
    (tmp_path / "occupied").write_text("")
    working = company.app.blobs
    company.app.blobs = BlobStore(tmp_path / "occupied" / "attachments")

    with pytest.raises(Unavailable, match="cannot be kept"):
        attachments.upload(company.app, company.cast.linyue, io.BytesIO(b"%PDF-1.7\n"), "a.pdf")

    company.app.blobs = working
    assert attachments.upload(company.app, company.cast.linyue, io.BytesIO(b"%PDF-1.7\n"), "a.pdf").size == 9


def test_settings_of_a_folder_that_cannot_be_made_name_their_variable(tmp_path):
    (tmp_path / "occupied").write_text("")

    with pytest.raises(Exception, match="COUNTERSIGN_DATA"):
        Settings.from_env({"COUNTERSIGN_DATA": str(tmp_path / "occupied" / "var")})


def test_a_frozen_process_holds_nobody_up_for_ever(postgres_company, monkeypatch):
    from service.runtime.step.transaction import on_instance
    from service.store import db

    company = postgres_company
    company.deploy(review())
    case = company.start("review")
    monkeypatch.setattr(db, "IDLE_SECONDS", 1)
    company.app.db.engine.dispose()

    def freeze():
        with on_instance(company.app, case.id, SYSTEM) as step:
            step.line("note", "never stored")
            time.sleep(1.5)  # stopped by its hypervisor, say, in the middle of a step

    with pytest.raises(Unavailable):
        freeze()

    company.complete(case, "legal_review", by="zhouheng", **AGREED)
    assert "note" not in company.events(case)
