"""What people do with a task, what they may do, and what they are told."""

from __future__ import annotations

from service.runtime import identity
from service.runtime.effects import notifications
from service.runtime.tasks import user_tasks


def act(company, who, task, name, *, version=None, **given):
    """Have somebody do something with a task."""
    actor = identity.actor(company.app, who)
    return user_tasks.act(company.app, actor, task.id, name, given, version=version)


def offered(company, task, name):
    """Return what somebody may do with a task now."""
    seen = user_tasks.get(company.app, identity.actor(company.app, name), task.id)
    return {action.name for action in seen.actions}


def told(company, name):
    """Return what somebody was told, new tasks apart."""
    company.run_due()
    found = notifications.find(company.app, identity.actor(company.app, name)).items
    return [each.subject for each in found if not each.subject.startswith("请办理")]
