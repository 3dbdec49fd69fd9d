"""A company with the shipped drawings, for tests of the screens: opened once, used by many."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from service import resources
from service.app import create_app
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Actor, Application
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from service.runtime.wiring import open_application
from service.settings import Settings
from tests.conftest import PASSWORD, Clock, hire_cast
from tests.forms import material

UPLOAD_BYTES = 1024 * 1024


def example(form: str) -> dict[str, Any]:
    """Return the example answers of a form."""
    return material.example(form)[0]


@dataclass
class Company:
    """The cast, the shipped processes, and short ways to bring a campaign somewhere."""

    app: Application
    flask: Flask
    clock: Clock
    people: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return identity.actor(self.app, name)

    def browser(self, name: str | None = None, language: str = "zh-CN") -> FlaskClient:
        """Return a client signed in through the page, like a person."""
        client = self.flask.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        if name:
            answer = client.post("/login", data={"username": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return client

    def campaign(self, name: str = "臻选新品首发抽奖季", by: str = "linyue") -> InstanceView:
        """Start a campaign and return it: it waits in preparation."""
        answers = example("campaign") | {"name": name}
        return instances.start(self.app, self.actor(by), "campaign_approval", answers=answers)

    def task(self, case: InstanceView, activity_id: str) -> TaskView:
        """Return the open task of a case at an activity."""
        found = user_tasks.find(self.app, self.actor("admin"), instance=case.id).items
        return next(task for task in found if task.activity_id == activity_id)

    def complete(self, case: InstanceView, activity_id: str, by: str) -> None:
        """Answer a task with its example answers."""
        found = user_tasks.find(self.app, self.actor(by), instance=case.id, mine=True).items
        task = next(task for task in found if task.activity_id == activity_id)
        user_tasks.complete(self.app, self.actor(by), task.id, task.version, example(task.form or ""))


def open_company(folder: Path, migrated: Path) -> Company:
    """Return a company in `folder`, on a copy of the `migrated` SQLite database."""
    shutil.copyfile(migrated, folder / "countersign.db")
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'countersign.db'}",
        queue_url="memory://",
        secret_key="a secret of the tests",
        upload_bytes=UPLOAD_BYTES,
    )
    clock = Clock()
    app = open_application(settings, clock=clock)
    deployments.deploy(app, SYSTEM, resources.manifest_files())
    hire_cast(app)
    identity.create_user(
        app,
        SYSTEM,
        "yezhen",
        display_name="叶蓁",
        password=PASSWORD,
        groups=("流程管理部",),
        department="流程管理部",
    )
    identity.create_user(
        app, SYSTEM, "suhe", display_name="苏禾", password=PASSWORD, groups=("设计部",), department="设计部"
    )
    identity.create_user(
        app, SYSTEM, "newcomer", display_name="新人", password=PASSWORD, groups=(), department="信息部"
    )
    flask_app = create_app(settings, application=app)
    flask_app.testing = True
    return Company(app, flask_app, clock)
