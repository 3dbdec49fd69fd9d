"""Rows that tests of the store start from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from service.store.models import TASKS, Deployment, ProcessInstance, TaskCandidate, TaskRow, new_id
from tests.conftest import MONDAY


def add_instance(session: Session, **changes: Any) -> ProcessInstance:
    """Add an active case of 林悦 on a deployment of its own."""
    deployment = Deployment(manifest_hash="m", created_by="admin", created_at=MONDAY)
    session.add(deployment)
    session.flush()
    values: dict[str, Any] = {
        "deployment_id": deployment.id,
        "definition": "campaign_approval",
        "definition_version": 1,
        "business_key": new_id(),
        "applicant": "linyue",
        "started_by": "linyue",
        "started_at": MONDAY,
        "updated_at": MONDAY,
    }
    instance = ProcessInstance(**values | changes)
    session.add(instance)
    session.flush()
    return instance


def add_task(
    session: Session, instance: ProcessInstance, *principals: str, due: datetime | None = None, **changes: Any
) -> TaskRow:
    """Add an open task offered to these principals."""
    values: dict[str, Any] = {
        "id": new_id(),
        "instance_id": instance.id,
        "token_id": new_id(),
        "activity_id": "legal_review",
        "activity_path": "legal_review",
        "definition": "countersign_legal",
        "name": "法务会签",
        "opened_at": MONDAY,
    }
    if due is not None:
        values |= {"due_at": due, "due_order": due}
    task = TaskRow(**values | changes)
    session.execute(insert(TASKS), vars(task))
    order = {} if due is None else {"due_order": due}
    session.add_all(TaskCandidate(principal=name, task_id=task.id, **order) for name in principals)
    session.flush()
    return task
