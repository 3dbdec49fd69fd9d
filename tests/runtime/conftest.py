"""What the runtime's tests share: a company on either database, and short ways to act in it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Application
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from tests.conftest import Cast, cast_of


@dataclass
class Company:
    """An application with the cast hired, and the few things tests do in it again and again."""

    app: Application
    cast: Cast

    def deploy(self, files):
        return deployments.deploy(self.app, SYSTEM, files)

    def start(self, key, by="linyue", **options):
        return instances.start(self.app, identity.actor(self.app, by), key, **options)

    def get(self, instance):
        return instances.get(self.app, SYSTEM, instance.id)

    def active(self, instance):
        return sorted(token.activity_id for token in self.get(instance).active)

    def tasks(self, instance):
        return user_tasks.find(self.app, SYSTEM, instance=instance.id).items

    def task(self, instance, activity):
        [found] = [task for task in self.tasks(instance) if task.activity_id == activity]
        return found

    def complete(self, instance, activity, by, **answers):
        task = self.task(instance, activity)
        return user_tasks.complete(self.app, identity.actor(self.app, by), task.id, task.version, answers)

    def events(self, instance):
        return [line.event for line in instances.history(self.app, SYSTEM, instance.id)]

    def run_due(self):
        return timers.run_due(self.app)


@pytest.fixture
def company(app, cast) -> Company:
    """The company on SQLite."""
    return Company(app, cast)


@pytest.fixture
def any_company(any_app, _cheap_passwords) -> Company:
    """The company on SQLite, and again on PostgreSQL."""
    return Company(any_app, cast_of(any_app))


@pytest.fixture
def hire(app, cast):
    """Adds somebody to the cast: a user name and the department they belong to."""

    def run(name, department):
        identity.create_user(app, SYSTEM, name, groups=(department,), department=department)
        return identity.actor(app, name)

    return run
