"""A backup taken while people answer and upload: restored, it is whole, and its cases go on."""

from __future__ import annotations

import io
import itertools
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from service.errors import Conflict
from service.runtime.cases import attachments
from service.runtime.keeping import backup, restoring, verifying
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.wiring import open_application
from service.store.models import Attachment, ProcessInstance, Submission
from tests.conftest import _on_server, _postgresql_url
from tests.lacking import need_pg_dump
from tests.runtime.conftest import Company
from tests.runtime.drawings import review

AGREED = {"conclusion": "同意", "opinion": "没有问题"}
WRITERS = 3


@pytest.fixture
def company(any_company) -> Company:
    any_company.deploy(review())
    return any_company


@pytest.fixture
def other_url(company, tmp_path) -> Iterator[str]:
    """An empty database of the same kind."""
    if company.app.db.is_sqlite:
        yield f"sqlite:///{tmp_path / 'restored' / 'countersign.db'}"
        return
    need_pg_dump()
    name = f"countersign_test_{uuid.uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    yield _postgresql_url(name)
    _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


class Traffic:
    """People who start cases and answer them with a file each, until told to stop."""

    def __init__(self, company: Company) -> None:
        self.company, self.stop, self.cases = company, threading.Event(), itertools.count()
        self.began = threading.Barrier(WRITERS + 1)
        self.threads = [threading.Thread(target=self._work) for _ in range(WRITERS)]

    def __enter__(self) -> Traffic:
        for thread in self.threads:
            thread.start()
        self.began.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _work(self) -> None:
        self._one()
        self.began.wait(30)
        while not self.stop.is_set():
            self._one()

    def _one(self) -> None:
        company, number = self.company, next(self.cases)
        case = company.start("review")
        content = b"%PDF-1.7\n" + str(number).encode()
        file = attachments.upload(company.app, company.cast.zhouheng, io.BytesIO(content), "a.pdf")
        company.complete(case, "legal_review", by="zhouheng", **AGREED, files=[file.id])


def test_a_backup_taken_while_people_work_is_whole_and_its_cases_go_on(company, other_url, tmp_path):
    with Traffic(company):
        backup.backup(company.app, tmp_path / "backup")
    with company.app.db.read() as session:
        later = session.scalar(select(func.count()).select_from(ProcessInstance))

    data = tmp_path / "restored"
    data.mkdir(exist_ok=True)
    settings = replace(company.app.settings, data=data, database_url=other_url)
    report = restoring.restore(settings, tmp_path / "backup")

    assert report.problems == ()
    restored = open_application(settings, clock=company.app.clock)
    try:
        with restored.db.read() as session:
            kept = session.scalar(select(func.count()).select_from(ProcessInstance))
            files = session.scalars(select(Attachment.sha256)).all()
            answered = session.scalar(select(func.count()).select_from(Submission))
        assert WRITERS <= kept <= later
        assert answered <= len(files), "every answer's file is known"
        for sha256 in files:
            assert restored.blobs.path(sha256).read_bytes().startswith(b"%PDF-1.7\n")
        for task in user_tasks.find(restored, SYSTEM, limit=500).items:
            if task.activity_id == "finance_confirm":
                who = company.cast.xunuo
                user_tasks.complete(restored, who, task.id, task.version, {})
        assert verifying.verify(restored).problems == ()
    finally:
        restored.close()


def test_restoring_does_not_touch_a_database_in_use(company, tmp_path):
    company.start("review")
    backup.backup(company.app, tmp_path / "backup")

    with pytest.raises(Conflict):
        restoring.restore(company.app.settings, tmp_path / "backup")

    assert company.app.db.url == sa.engine.make_url(company.app.settings.database_url)
    assert len(company.tasks(company.start("review"))) == 1
