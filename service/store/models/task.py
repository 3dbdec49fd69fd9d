"""A user task as it is stored: one shape for its table, its row, and everything that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa

from service.store.base import NEVER, where_set
from service.store.shapes import table_shaped


@dataclass(frozen=True)
class TaskRow:
    """A question to people. `state` is open, completed or cancelled; an added signer's may be waiting.

    Every field is a column of `user_task`. `version` is part of the answer's address: the runtime raises it
    by one with everything that is done to this task and with nothing else. `due_order` repeats `due_at`, or
    NEVER, so that lists are read off an index.
    """

    id: str
    instance_id: Annotated[str, sa.ForeignKey("process_instance.id", ondelete="CASCADE")]
    token_id: str
    activity_id: str
    activity_path: str
    definition: str
    name: str
    opened_at: datetime
    version: int = 1
    state: str = "open"
    # "drawn" for the drawing's own tasks; the runtime names the others.
    kind: str = "drawn"
    form: str | None = None
    lane: str | None = None
    candidate_groups: tuple[str, ...] = ()
    # Relations of the drawing (发起人, 部门负责人) resolve to people.
    candidate_users: tuple[str, ...] = ()
    assignee: str | None = None
    # Names of users who may not do it, whoever they stand in for.
    barred_users: tuple[str, ...] = ()
    # Who lent the task (委派): it comes back to them to decide.
    lender: str | None = None
    # An added signer's task (加签) hangs under the task it was added to: before, after or beside.
    parent_task_id: str | None = None
    added_as: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    element_index: int | None = None
    element_value: Any = None
    claimed_at: datetime | None = None
    due_at: datetime | None = None
    due_order: datetime = NEVER
    reminded_at: datetime | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    on_behalf_of: str | None = None
    conclusion: str | None = None
    # The words that go with a conclusion which has no form of its own.
    opinion: str | None = None
    # What its holder has concluded and added signers have not signed yet.
    held: Mapping[str, Any] | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Return the users it is meant for by name: its candidates, and whoever holds it."""
        return (*self.candidate_users, *filter(None, [self.assignee]))

    @property
    def is_for_nobody(self) -> bool:
        """Say whether no group is left and every user named is barred."""
        return not self.candidate_groups and not ({*self.people} - {*self.barred_users})


TASKS = table_shaped(
    TaskRow,
    "user_task",
    where_set("ix_user_task_assignee", "assignee", "state", "due_order", "id"),
    where_set("ix_user_task_completed_by", "completed_by", "completed_at", "id"),
    where_set("ix_user_task_completed_at", "completed_at"),
    where_set("ix_user_task_parent_task_id", "parent_task_id"),
    sa.Index("ix_user_task_instance_id", "instance_id", "state", "id"),
    sa.Index("ix_user_task_due", "state", "due_order", "id"),
)
